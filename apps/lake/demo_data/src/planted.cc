#include "planted.h"

namespace lake::demo_data {
namespace {

// clang-format off
constexpr RareExperience kRareExperiences[] = {
  {"beekeeper who looked after rooftop hives",
   {"kept bees in hives on the rooftop of a hotel", "tended forty honey colonies high above downtown",
    "harvested honey from swarms that live on top of an office tower"}},
  {"somebody who worked at a polar research station",
   {"spent two winters at an Antarctic research station", "overwintered near the South Pole with eleven scientists",
    "kept a laboratory on the ice running through six months of darkness"}},
  {"experience with falcons or birds of prey",
   {"flew falcons to keep pigeons away from a stadium", "trained hawks as a licensed falconer",
    "handled raptors at a sanctuary for injured eagles and owls"}},
  {"helped after an earthquake or flood",
   {"coordinated disaster relief after an earthquake", "led volunteers who filled sandbags when the river rose",
    "distributed tents and drinking water in a devastated valley"}},
  {"repaired church organs or other old instruments",
   {"repaired pipe organs in country churches", "rebuilt antique harpsichords and pianos",
    "tuned wooden and leaden pipes older than the state itself"}},
  {"cooked on a ship or submarine",
   {"cooked for 140 sailors on a submarine", "ran the galley of a cargo vessel around the Horn",
    "prepared three meals a day for a crew under water"}},
  {"interpreter for sign language",
   {"interpreted American Sign Language in courtrooms", "translated between deaf and hearing colleagues with my hands",
    "made meetings accessible to people who cannot hear"}},
  {"puppet theatre or children's entertainment",
   {"built marionettes and toured with a puppet theatre", "performed as a clown on children's wards",
    "carved wooden figures and played fairy tales for kindergartens"}},
};
// clang-format on

constexpr int64_t kClauses = 3;
constexpr int64_t kSkillPairSlot = 0;
constexpr int64_t kPhraseSlot = 1;
constexpr int64_t kFirstExperienceSlot = 2;
constexpr int64_t kSlots =
    kFirstExperienceSlot + kClauses * static_cast<int64_t>(std::size(kRareExperiences));

// The middle of the slot's share of all rows.
int64_t RowOfSlot(int64_t slot, int64_t candidates) { return (2 * slot + 1) * candidates / (2 * kSlots); }

}  // namespace

std::span<const RareExperience> RareExperiences() { return kRareExperiences; }

std::optional<Plant> PlantAt(int64_t row, int64_t candidates) {
  int64_t slot = row * kSlots / candidates;
  if (RowOfSlot(slot, candidates) != row) return std::nullopt;
  if (slot == kSkillPairSlot) return Plant{.kind = Plant::Kind::kSkillPair};
  if (slot == kPhraseSlot) return Plant{.kind = Plant::Kind::kPhrase};
  int64_t told = slot - kFirstExperienceSlot;
  return Plant{.kind = Plant::Kind::kRareExperience,
               .experience = static_cast<size_t>(told / kClauses),
               .clause = static_cast<size_t>(told % kClauses)};
}

int64_t SkillPairRow(int64_t candidates) { return RowOfSlot(kSkillPairSlot, candidates); }
int64_t PhraseRow(int64_t candidates) { return RowOfSlot(kPhraseSlot, candidates); }
int64_t RareExperienceRow(size_t experience, size_t clause, int64_t candidates) {
  return RowOfSlot(
      kFirstExperienceSlot + static_cast<int64_t>(experience) * kClauses + static_cast<int64_t>(clause),
      candidates);
}

}  // namespace lake::demo_data
