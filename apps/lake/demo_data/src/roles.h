// What people do for a living: the words that résumés, job orders and searches are composed from.
//
// A skill has its name (what the skills column says), a literal phrase that repeats the name and a paraphrase
// that avoids it; a specialty has three clauses of the same meaning in different words, and the question a
// recruiter would ask, in words of its own. So keyword search alone and vector search alone both miss some of
// the right people.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace lake::demo_data {

enum class Family : uint8_t { kTechnology, kHealth, kOffice, kTrades, kLogistics, kBusiness };
inline constexpr size_t kFamilies = 6;

struct Skill {
  std::string_view name;
  std::string_view literal;     ///< Noun phrase with the name.
  std::string_view paraphrase;  ///< Noun phrase of the same meaning without it.
};

struct Specialty {
  std::string_view query;                   ///< How a recruiter asks for it.
  std::array<std::string_view, 3> clauses;  ///< What résumés say: past tense, no subject, no full stop.
};

inline constexpr size_t kSkillsPerRole = 8;
inline constexpr size_t kSpecialtiesPerRole = 3;

struct Role {
  std::string_view title;
  std::array<std::string_view, 2> other_titles;
  Family family;
  int32_t weight;  ///< Relative number of people.
  int32_t salary;  ///< US dollars a year, ten years in, in a city of average cost.
  std::string_view certificate;
  std::array<Skill, kSkillsPerRole> skills;  ///< The most usual first.
  std::array<Specialty, kSpecialtiesPerRole> specialties;
};

/// All roles; the position is the role's number.
std::span<const Role* const> Roles();

/// The two skills that only the planted candidate has together: no role lists both.
inline constexpr std::string_view kPlantedSkillA = "COBOL";
inline constexpr std::string_view kPlantedSkillB = "Phlebotomy";

// One array per file; Roles() joins them.
extern const std::array<Role, 7> kTechnologyRoles;
extern const std::array<Role, 4> kHealthRoles;
extern const std::array<Role, 7> kOfficeRoles;
extern const std::array<Role, 4> kTradesRoles;
extern const std::array<Role, 3> kLogisticsRoles;
extern const std::array<Role, 4> kBusinessRoles;

}  // namespace lake::demo_data
