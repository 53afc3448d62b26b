#include "progress_meter.h"

namespace lake::jobs {

JobProgress ProgressMeter::Report(Timestamp now, uint64_t done, std::optional<uint64_t> total,
                                  std::string_view unit) {
  if (!origin_ || unit != last_.unit || done < last_.done) origin_ = Origin{now, done};
  last_ = {.done = done, .total = total, .unit = std::string(unit), .rate = {}, .eta_secs = {}};
  const double seconds = static_cast<double>(now.micros - origin_->time.micros) / 1e6;
  if (done == origin_->done || seconds <= 0) return last_;  // Nothing yet, or the clock stepped back.
  last_.rate = static_cast<double>(done - origin_->done) / seconds;
  if (total && *total >= done) last_.eta_secs = static_cast<double>(*total - done) / *last_.rate;
  return last_;
}

}  // namespace lake::jobs
