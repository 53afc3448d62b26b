#include "industries.h"

namespace lake::demo_data {
namespace {

// clang-format off
// Families in order: technology, health, office, trades, logistics, business.
constexpr Industry kIndustries[] = {
  {"Healthcare", 22, {10, 62, 20, 3, 2, 3},
   {"Regional Hospital", "Medical Group", "Clinics", "Care Partners", "Health System"}, "a regional hospital network"},
  {"Technology", 16, {66, 1, 18, 1, 2, 12},
   {"Software", "Systems", "Labs", "Data", "Networks"}, "a fast-growing software company"},
  {"Manufacturing", 18, {8, 1, 14, 48, 18, 11},
   {"Manufacturing", "Industries", "Precision", "Components", "Works"}, "an automotive parts plant"},
  {"Logistics", 15, {7, 1, 15, 9, 64, 4},
   {"Logistics", "Freight", "Distribution", "Warehousing", "Express"}, "a third-party logistics center"},
  {"Financial Services", 11, {32, 1, 54, 1, 1, 11},
   {"Bank", "Credit Union", "Insurance", "Capital", "Wealth Advisors"}, "a community bank with 60 branches"},
  {"Retail", 10, {12, 2, 32, 3, 38, 13},
   {"Stores", "Market", "Outfitters", "Trading", "Home Goods"}, "a national retail chain"},
  {"Construction", 9, {4, 1, 16, 42, 12, 25},
   {"Builders", "Construction", "Contracting", "Development", "Structures"}, "a commercial construction firm"},
  {"Energy", 6, {16, 1, 18, 44, 6, 15},
   {"Energy", "Power", "Renewables", "Petroleum", "Utilities"}, "an electric utility"},
  {"Education", 5, {20, 9, 56, 8, 3, 4},
   {"Academy", "Schools", "College", "Learning", "University Services"}, "a public university"},
  {"Government", 5, {24, 8, 48, 10, 5, 5},
   {"County Services", "Municipal Works", "Transit Authority", "Public Health Office", "Courts"}, "a county government"},
  {"Hospitality", 4, {6, 2, 52, 14, 12, 14},
   {"Hotels", "Resorts", "Catering", "Restaurants", "Events"}, "a family of hotels and resorts"},
  {"Legal", 3, {10, 1, 82, 1, 1, 5},
   {"Law Group", "Attorneys", "Legal", "Counsel", "Chambers"}, "a litigation practice"},
};

constexpr std::string_view kHeads[] = {
  "Northgate", "Bluestone", "Summit", "Riverbend", "Cedar Hill", "Ironwood", "Lakeshore", "Pinecrest", "Redwood",
  "Silver Creek", "Stonebridge", "Granite", "Harbor", "Evergreen", "Highland", "Keystone", "Liberty", "Maple Grove",
  "Meridian", "Oakfield", "Pacific Crest", "Prairie", "Quarry", "Ridgeline", "Sagebrush", "Sterling", "Sunrise",
  "Tidewater", "Unity", "Valley Forge", "Westbrook", "Willow", "Amberly", "Beacon", "Birchwood", "Brightwater",
  "Canyon", "Clearview", "Copperfield", "Crescent", "Delmar", "Dunmore", "Eastgate", "Fairmont", "Falcon Ridge",
  "Foxglove", "Glenwood", "Golden Gate", "Hawthorne", "Inland", "Juniper", "Kensington", "Lexington", "Magnolia",
  "Nordström & Fils", "Old Mill", "Orchard", "Palisade", "Peñasco", "Quincy", "Rosewood", "Sierra", "Three Rivers",
  "Vanguard", "Wellspring", "Yellowstone", "Zenith", "Mc Allister", "O'Connell", "Café Lumière", "Bergström", "Atlas",
};

constexpr std::string_view kForms[] = {"", "", "", " Inc.", " LLC", ", Inc.", ", LLC", " Co.", " Group", " & Sons"};
// clang-format on

}  // namespace

std::span<const Industry> Industries() { return kIndustries; }
std::span<const std::string_view> ClientNameHeads() { return kHeads; }
std::span<const std::string_view> ClientNameForms() { return kForms; }

}  // namespace lake::demo_data
