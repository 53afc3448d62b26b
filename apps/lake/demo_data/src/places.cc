#include "places.h"

namespace lake::demo_data {
namespace {

// clang-format off
constexpr City kCities[] = {
  {"New York", "NYC", "NY", "100", "212", 128, 160},
  {"Los Angeles", "L.A.", "CA", "900", "213", 118, 130},
  {"Chicago", "", "IL", "606", "312", 108, 115},
  {"Houston", "", "TX", "770", "713", 101, 100},
  {"Dallas", "", "TX", "752", "214", 102, 88},
  {"Phoenix", "", "AZ", "850", "602", 97, 80},
  {"Philadelphia", "Philly", "PA", "191", "215", 105, 72},
  {"San Antonio", "", "TX", "782", "210", 91, 58},
  {"San Diego", "", "CA", "921", "619", 114, 56},
  {"Austin", "", "TX", "787", "512", 106, 54},
  {"Atlanta", "ATL", "GA", "303", "404", 102, 66},
  {"Seattle", "", "WA", "981", "206", 124, 50},
  {"Boston", "", "MA", "021", "617", 122, 48},
  {"Denver", "", "CO", "802", "303", 108, 46},
  {"Minneapolis", "Mpls", "MN", "554", "612", 104, 42},
  {"Charlotte", "", "NC", "282", "704", 98, 42},
  {"Columbus", "", "OH", "432", "614", 96, 40},
  {"Indianapolis", "Indy", "IN", "462", "317", 94, 38},
  {"Detroit", "", "MI", "482", "313", 97, 36},
  {"Nashville", "", "TN", "372", "615", 97, 34},
  {"Portland", "", "OR", "972", "503", 108, 32},
  {"St. Louis", "Saint Louis", "MO", "631", "314", 96, 32},
  {"Tampa", "", "FL", "336", "813", 95, 32},
  {"Miami", "", "FL", "331", "305", 99, 36},
  {"Orlando", "", "FL", "328", "407", 92, 30},
  {"Kansas City", "KC", "MO", "641", "816", 96, 28},
  {"Las Vegas", "Vegas", "NV", "891", "702", 94, 28},
  {"Cleveland", "", "OH", "441", "216", 95, 26},
  {"Pittsburgh", "", "PA", "152", "412", 97, 26},
  {"Cincinnati", "", "OH", "452", "513", 95, 24},
  {"Sacramento", "", "CA", "958", "916", 108, 24},
  {"San José", "San Jose", "CA", "951", "408", 134, 30},
  {"San Francisco", "SF", "CA", "941", "415", 138, 34},
  {"Salt Lake City", "SLC", "UT", "841", "801", 97, 22},
  {"Raleigh", "", "NC", "276", "919", 99, 22},
  {"Milwaukee", "", "WI", "532", "414", 96, 20},
  {"Memphis", "", "TN", "381", "901", 90, 20},
  {"Louisville", "", "KY", "402", "502", 91, 18},
  {"Hartford", "", "CT", "061", "860", 110, 14},
  {"Newark", "", "NJ", "071", "973", 114, 18},
  {"Providence", "", "RI", "029", "401", 104, 12},
  {"Albuquerque", "ABQ", "NM", "871", "505", 90, 12},
  {"Omaha", "", "NE", "681", "402", 93, 12},
  {"Boise", "", "ID", "837", "208", 93, 10},
  {"Des Moines", "", "IA", "503", "515", 94, 10},
  {"Española", "Espanola", "NM", "875", "505", 84, 3},
  {"Coeur d'Alene", "", "ID", "838", "208", 88, 3},
  {"Winston-Salem", "", "NC", "271", "336", 90, 6},
};
// clang-format on

}  // namespace

std::span<const City> Cities() { return kCities; }

}  // namespace lake::demo_data
