#include "skill_set.h"

#include <algorithm>

#include "lake/common/check.h"
#include "planted.h"

namespace lake::demo_data {
namespace {

// What anybody may know beside their trade.
constexpr Skill kExtras[] = {
    {"Excel", "Excel for everyday lists", "spreadsheets"},
    {"Spanish", "Spanish at conversational level", "bilingual conversations"},
    {"Microsoft Office", "Microsoft Office", "letters and slides"},
    {"Project management", "Project management of small teams", "keeping plans on track"},
    {"Forklift", "Forklift licence from an earlier job", "pallet moving when needed"},
    {"Training", "Training of new colleagues", "coaching newcomers"},
};

const Skill* SkillNamed(std::string_view name) {
  for (const Role* role : Roles())
    for (const Skill& skill : role->skills)
      if (skill.name == name) return &skill;
  LAKE_CHECK(false);
  return nullptr;
}

void AddFromRole(const Role& role, size_t wanted, Draw& draw, SkillSet* set) {
  while (set->skills().size() < wanted)
    set->Add(&role.skills[static_cast<size_t>(draw.SkewedBelow(kSkillsPerRole))]);
}

}  // namespace

void SkillSet::Add(const Skill* skill) {
  bool known = std::ranges::any_of(skills(), [&](const Skill* other) { return other->name == skill->name; });
  if (!known && count_ < skills_.size()) skills_[count_++] = skill;
}

SkillSet CandidateSkills(const Company& company, int64_t row) {
  const CandidateTraits& traits = company.candidates[static_cast<size_t>(row)];
  Draw draw(Stream::kCandidateSkills, row);
  SkillSet set;
  auto plant = PlantAt(row, static_cast<int64_t>(company.candidates.size()));
  if (plant && plant->kind == Plant::Kind::kSkillPair) {
    set.Add(SkillNamed(kPlantedSkillA));
    set.Add(SkillNamed(kPlantedSkillB));
  }
  AddFromRole(*Roles()[traits.role], static_cast<size_t>(draw.Between(3, 6)), draw, &set);
  if (draw.Chance(250)) set.Add(&draw.OneOf(kExtras));
  return set;
}

SkillSet RequiredSkills(const JobTraits& job, int64_t row) {
  Draw draw(Stream::kJobSkills, row);
  SkillSet set;
  AddFromRole(*Roles()[job.role], static_cast<size_t>(draw.Between(2, 3)), draw, &set);
  return set;
}

void AppendSkillNames(const SkillSet& set, std::string_view separator, std::string* out) {
  bool first = true;
  for (const Skill* skill : set.skills()) {
    if (!first) out->append(separator);
    out->append(skill->name);
    first = false;
  }
}

}  // namespace lake::demo_data
