#include "roles.h"

namespace lake::demo_data {

// clang-format off
constexpr std::array<Role, 3> kLogisticsRoles = {{
  {.title = "Forklift Operator", .other_titles = {"Reach Truck Driver", "Material Handler"},
   .family = Family::kLogistics, .weight = 75, .salary = 43'000, .certificate = "OSHA Forklift Certification",
   .skills = {{
     {"Forklift", "Forklift driving, sit-down and stand-up", "lifting pallets with powered trucks"},
     {"Reach truck", "Reach truck in narrow aisles", "high-bay stacking"},
     {"Loading", "Loading and unloading of trailers", "dock work"},
     {"RF scanner", "RF scanner confirmation", "bar-code handhelds"},
     {"Inventory", "Inventory counts", "stock checks"},
     {"Pallet jack", "Pallet jack", "hand-operated lifting"},
     {"OSHA", "OSHA safety rules", "accident-free work"},
     {"Shipping", "Shipping paperwork", "bills of lading"}}},
   .specialties = {{
     {"cold storage and frozen food warehouse",
      {"worked in cold storage at minus twenty degrees",
       "moved frozen food between freezers without breaking the chill chain",
       "handled ice cream and fish in deep-freeze aisles"}},
     {"dangerous goods and chemicals handling",
      {"handled dangerous goods and chemical drums",
       "stored flammable and corrosive materials by the book",
       "segregated hazardous barrels and trained others in spill response"}},
     {"port container yard operator",
      {"stacked containers in a port yard",
       "fed ship cranes with a heavy reach stacker",
       "shifted boxes from vessels to trains at a marine terminal"}}}}},
  {.title = "Warehouse Associate", .other_titles = {"Order Picker", "Warehouse Worker"},
   .family = Family::kLogistics, .weight = 100, .salary = 38'000, .certificate = "OSHA 10",
   .skills = {{
     {"Picking", "Picking at 180 lines an hour", "collecting ordered items"},
     {"Packing", "Packing to carrier standards", "boxing goods for dispatch"},
     {"RF scanner", "RF scanner work", "bar-code handhelds"},
     {"Inventory", "Inventory cycle counts", "stock accuracy"},
     {"Shipping", "Shipping and receiving", "inbound and outbound goods"},
     {"Pallet jack", "Pallet jack", "moving loads by hand"},
     {"WMS", "WMS transactions", "warehouse software"},
     {"Quality control", "Quality control of returns", "checking goods for damage"}}},
   .specialties = {{
     {"returns processing for online clothing shops",
      {"processed returns for an online clothing retailer",
       "inspected, steamed and restocked garments customers sent back",
       "decided which worn or damaged fashion items could be sold again"}},
     {"pharmacy or medicine distribution",
      {"picked prescription medicine in a pharmaceutical distribution center",
       "packed temperature-controlled drugs with batch numbers",
       "shipped vaccines and controlled substances under double check"}},
     {"team lead in a robot assisted warehouse",
      {"led a team of twelve beside picking robots",
       "supervised people and autonomous carts in an automated fulfilment center",
       "coached co-workers when machines took over the walking"}}}}},
  {.title = "Truck Driver", .other_titles = {"CDL Driver", "Delivery Driver"},
   .family = Family::kLogistics, .weight = 55, .salary = 59'000, .certificate = "CDL Class A",
   .skills = {{
     {"CDL A", "CDL A with clean record", "licence for tractor-trailers"},
     {"Route planning", "Route planning", "choosing the best way"},
     {"ELD", "ELD hours-of-service logs", "electronic driving records"},
     {"Pre-trip inspection", "Pre-trip inspection", "checking brakes, tyres and lights"},
     {"Load securement", "Load securement", "straps, chains and tarps"},
     {"Customer delivery", "Customer delivery with signatures", "friendly doorstep service"},
     {"Backing", "Backing into tight docks", "manoeuvring long vehicles"},
     {"Hazmat", "Hazmat endorsement", "transport of dangerous cargo"}}},
   .specialties = {{
     {"oversized heavy haul loads",
      {"hauled oversized loads with pilot cars",
       "moved wind turbine blades and bridge girders at walking pace",
       "transported construction giants that need police escort"}},
     {"fuel tanker driver",
      {"drove fuel tankers to filling stations",
       "delivered gasoline and jet kerosene without a spill in nine years",
       "pumped off liquid cargo at airports and depots at night"}},
     {"refrigerated long distance transport",
      {"drove refrigerated trailers coast to coast",
       "brought fresh fruit and flowers across the country at constant temperature",
       "spent weeks on the road with chilled produce"}}}}},
}};
// clang-format on

}  // namespace lake::demo_data
