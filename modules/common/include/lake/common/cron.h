// Cron expressions of five fields: minute, hour, day of the month, month, day of the week, in UTC.
//
//   LAKE_ASSIGN_OR_RETURN(const CronSchedule nightly, CronSchedule::Parse("30 2 * * mon-fri"));
//
// A field is "*", a number, a range "8-18", either with a step "*/15", or a list of those "1,15". Months and
// days of the week have English names of three letters, too; Sunday is 0 or 7. When both days are restricted,
// either suffices, as cron does it.
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "lake/common/clock.h"
#include "lake/common/result.h"

namespace lake {

class CronSchedule {
 public:
  /// Error: invalid_argument/bad_cron, saying which field is wrong.
  static Result<CronSchedule> Parse(std::string_view expression);

  /// The first whole minute after `time` that it names; none within eight years (a 29th of February comes at
  /// least so often): it names none at all.
  std::optional<Timestamp> NextAfter(Timestamp time) const;

 private:
  CronSchedule() = default;
  bool NamesDay(unsigned day, unsigned weekday) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;        ///< 1 to 31.
  std::bitset<13> months_;      ///< 1 to 12.
  std::bitset<7> weekdays_;     ///< From Sunday.
  bool every_day_ = false;      ///< The day of the month is "*".
  bool every_weekday_ = false;  ///< The day of the week is "*".
};

}  // namespace lake
