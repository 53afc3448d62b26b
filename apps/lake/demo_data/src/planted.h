// People who are put into the data so that a question about them has one right answer at every scale.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lake::demo_data {

/// Three candidates who did the same rare thing, told in three ways; nobody else did anything like it.
struct RareExperience {
  std::string_view query;                   ///< How a person asks for them, in other words.
  std::array<std::string_view, 3> clauses;  ///< Past tense, no subject, no full stop.
};

std::span<const RareExperience> RareExperiences();

/// Stands in exactly one résumé.
inline constexpr std::string_view kUniquePhrase = "restored the carillon of Saint Brendan's tower";

/// What is planted in one candidate.
struct Plant {
  enum class Kind { kSkillPair, kPhrase, kRareExperience };
  Kind kind;
  size_t experience = 0;  ///< Of kRareExperience: which one, and which of its clauses.
  size_t clause = 0;
};

/// The plant of candidate row `row` out of `candidates`, if any. The plants are spread evenly.
std::optional<Plant> PlantAt(int64_t row, int64_t candidates);
int64_t SkillPairRow(int64_t candidates);
int64_t PhraseRow(int64_t candidates);
int64_t RareExperienceRow(size_t experience, size_t clause, int64_t candidates);

}  // namespace lake::demo_data
