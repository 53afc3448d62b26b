// The sentences of résumés that are not about one role. Gaps (pattern.h): $t title, $y years, $e employer, $w
// city, $a $b $c skill phrases, $s what the person did, $n a number, $d degree, $f certificate.
#pragma once

#include <span>
#include <string_view>

#include "roles.h"

namespace lake::demo_data {

std::span<const std::string_view> Openings();              ///< $t $y $e $w
std::span<const std::string_view> BeginnerOpenings();      ///< $t $w
std::span<const std::string_view> MainSkillSentences();    ///< $a $b $c
std::span<const std::string_view> OtherSkillSentences();   ///< $a
std::span<const std::string_view> ExperienceSentences();   ///< $s $e
std::span<const std::string_view> EducationSentences();    ///< $d
std::span<const std::string_view> CertificateSentences();  ///< $f
std::span<const std::string_view> Habits();
std::span<const std::string_view> Languages();
std::span<const std::string_view> Closings();  ///< $w

std::span<const std::string_view> Achievements(Family family);  ///< $n
std::span<const std::string_view> Degrees(Family family);

}  // namespace lake::demo_data
