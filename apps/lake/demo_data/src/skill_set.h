// The skills of one candidate or one job order.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "company.h"
#include "roles.h"

namespace lake::demo_data {

class SkillSet {
 public:
  void Add(const Skill*
               skill);  ///< Nothing happens when a skill of that name is there already, or no room is left.
  std::span<const Skill* const> skills() const { return {skills_.data(), count_}; }

 private:
  std::array<const Skill*, 8> skills_{};
  size_t count_ = 0;
};

/// `row` is the candidate's. The planted pair of skills comes first where it is planted.
SkillSet CandidateSkills(const Company& company, int64_t row);
/// Two or three; `row` is the job's.
SkillSet RequiredSkills(const JobTraits& job, int64_t row);

/// "Python, SQL, Airflow"
void AppendSkillNames(const SkillSet& set, std::string_view separator, std::string* out);

}  // namespace lake::demo_data
