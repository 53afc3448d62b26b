#include "resume_wording.h"

#include <array>

namespace lake::demo_data {
namespace {

// clang-format off
constexpr std::string_view kOpenings[] = {
  "$t with $y years of experience, most of them at $e.",
  "$y years as $t, currently with $e in $w.",
  "Experienced $t ($y years) from $w, used to the pace of $e.",
  "$t based in $w – $y years in the field, last at $e.",
  "After $y years in the trade, most recently for $e, I know what a good $t delivers.",
};
constexpr std::string_view kBeginnerOpenings[] = {
  "Entry-level $t from $w who finished training last year and is ready for a first permanent position.",
  "New to the field: $t in $w with two internships, quick to learn and happy to start at the bottom.",
};
constexpr std::string_view kMainSkills[] = {
  "Hands-on with $a, $b and $c.",
  "Daily work includes $a, $b and $c.",
  "Strong in $a as well as $b, with a good grasp of $c.",
  "Core strengths: $a; $b; $c.",
  "What I do best is $a, followed by $b and $c.",
};
constexpr std::string_view kOtherSkills[] = {
  "Also comfortable with $a.",
  "Over time I added $a.",
  "Colleagues come to me for $a.",
  "Working knowledge of $a.",
};
constexpr std::string_view kExperiences[] = {
  "Most recently I $s.",
  "In my last position I $s.",
  "At $e I $s.",
  "For several years I $s.",
  "What I am proudest of: I $s.",
  "My manager there wrote: \"a rare talent\", after I $s.",
};
constexpr std::string_view kEducations[] = {
  "Education: $d.", "Holds $d.", "Graduated with $d.", "Background: $d, finished while working full time.",
};
constexpr std::string_view kCertificates[] = {
  "Certified: $f.", "Current certificate: $f.", "$f, renewed this year.",
};
constexpr std::string_view kHabits[] = {
  "Known for punctuality, clear hand-overs and a calm voice when things go wrong.",
  "Learns new tools quickly and documents them for the next person.",
  "Works well alone, better in a team, and best with a deadline.",
  "References from three former supervisors are available on request.",
  "Never missed a shift in four years, winters included.",
  "Enjoys mentoring juniors and asking the question nobody dares to ask.",
  "Volunteers twice a month at the neighbourhood school, which keeps both feet on the ground.",
};
constexpr std::string_view kLanguages[] = {
  "Fluent in Spanish and English.", "Bilingual (English, Français).", "Speaks Tagalog, English and some Ilocano.",
  "Native Polish speaker, fluent English.", "Conversational Mandarin (普通话) and fluent English.",
  "Habla español; English as a second language.",
};
constexpr std::string_view kClosings[] = {
  "Looking for day shifts in $w or nearby.", "Open to relocation, travel and weekend work.",
  "Prefers contract work of three to twelve months.", "Seeks a permanent role after several assignments.",
  "Can start within two weeks, remote or on site in $w.", "Night shifts welcome; own car available.",
};

using Lines = std::span<const std::string_view>;

constexpr std::string_view kTechnologyAchievements[] = {
  "Cut page load time by $n percent.", "Reduced manual reporting from days to $n minutes.",
  "Brought test coverage up by $n points without slowing releases.", "Closed $n long-standing defects in one quarter.",
  "Trained $n colleagues who now run the system themselves.",
};
constexpr std::string_view kHealthAchievements[] = {
  "Lowered waiting time by $n percent during flu season.", "Precepted $n new graduates on the unit.",
  "Helped raise patient satisfaction by $n points.", "Went $n months without a documentation error.",
};
constexpr std::string_view kOfficeAchievements[] = {
  "Shortened the turnaround of requests by $n percent.", "Cleared a backlog of $n hundred open items in a month.",
  "Saved $n hours a week with a simple checklist.", "Kept an error rate below one in $n hundred.",
};
constexpr std::string_view kTradesAchievements[] = {
  "Reduced scrap by $n percent.", "Finished $n jobs in a row ahead of schedule.",
  "Brought unplanned downtime down by $n percent.", "Completed $n months without a recordable injury.",
};
constexpr std::string_view kLogisticsAchievements[] = {
  "Raised throughput by $n percent over the team average.", "Kept inventory accuracy above 99 percent for $n months.",
  "Completed $n thousand moves without damage.", "Won the safety award $n months running.",
};
constexpr std::string_view kBusinessAchievements[] = {
  "Grew the territory by $n percent in a flat market.", "Delivered $n projects under budget.",
  "Reduced costs by $n percent through better planning.", "Won $n new customers in the first year.",
};
constexpr std::array<Lines, kFamilies> kAchievements = {Lines(kTechnologyAchievements), Lines(kHealthAchievements),
  Lines(kOfficeAchievements), Lines(kTradesAchievements), Lines(kLogisticsAchievements), Lines(kBusinessAchievements)};

constexpr std::string_view kTechnologyDegrees[] = {
  "a bachelor's degree in computer science", "a master's degree in statistics", "an associate degree in IT",
  "a coding boot camp and years of practice",
};
constexpr std::string_view kHealthDegrees[] = {
  "a bachelor of science in nursing", "an associate degree in health sciences", "a diploma in allied health",
};
constexpr std::string_view kOfficeDegrees[] = {
  "a bachelor's degree in business administration", "an associate degree in office management",
  "a bachelor's degree in economics", "a high school diploma with honours",
};
constexpr std::string_view kTradesDegrees[] = {
  "a four-year apprenticeship", "a technical college diploma", "a trade school certificate",
};
constexpr std::string_view kLogisticsDegrees[] = {
  "a high school diploma", "a GED and on-the-job training", "a certificate in supply chain basics",
};
constexpr std::string_view kBusinessDegrees[] = {
  "a bachelor's degree in engineering", "an MBA", "a bachelor's degree in communication",
};
constexpr std::array<Lines, kFamilies> kDegrees = {Lines(kTechnologyDegrees), Lines(kHealthDegrees),
  Lines(kOfficeDegrees), Lines(kTradesDegrees), Lines(kLogisticsDegrees), Lines(kBusinessDegrees)};
// clang-format on

}  // namespace

std::span<const std::string_view> Openings() { return kOpenings; }
std::span<const std::string_view> BeginnerOpenings() { return kBeginnerOpenings; }
std::span<const std::string_view> MainSkillSentences() { return kMainSkills; }
std::span<const std::string_view> OtherSkillSentences() { return kOtherSkills; }
std::span<const std::string_view> ExperienceSentences() { return kExperiences; }
std::span<const std::string_view> EducationSentences() { return kEducations; }
std::span<const std::string_view> CertificateSentences() { return kCertificates; }
std::span<const std::string_view> Habits() { return kHabits; }
std::span<const std::string_view> Languages() { return kLanguages; }
std::span<const std::string_view> Closings() { return kClosings; }

std::span<const std::string_view> Achievements(Family family) {
  return kAchievements[static_cast<size_t>(family)];
}
std::span<const std::string_view> Degrees(Family family) { return kDegrees[static_cast<size_t>(family)]; }

}  // namespace lake::demo_data
