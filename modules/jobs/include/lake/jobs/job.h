// What a job is to the people who watch it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/id.h"
#include "lake/common/json.h"

namespace lake::jobs {

using JobId = Id<struct JobTag>;

enum class JobState { kQueued, kRunning, kSucceeded, kFailed, kCancelled };

inline bool IsFinished(JobState state) { return state != JobState::kQueued && state != JobState::kRunning; }

struct JobProgress {
  uint64_t done = 0;
  std::optional<uint64_t> total;
  std::string unit;                ///< "bytes", "rows", "files"…
  std::optional<double> rate;      ///< Units per second since this run's first report.
  std::optional<double> eta_secs;  ///< Seconds left at this rate, when the total is known.
};

struct JobFailure {
  std::string code;    ///< Slug of the error; "by_request" for a job that somebody cancelled.
  std::string detail;  ///< Sentence for people.
};

struct Job {
  JobId id;
  std::string kind;
  JobState state = JobState::kQueued;
  JobProgress progress;
  Timestamp created_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::string actor;
  std::optional<JsonValue> result;
  std::optional<JobFailure> error;

  bool finished() const { return state != JobState::kQueued && state != JobState::kRunning; }
};

}  // namespace lake::jobs

template <>
struct lake::DescribeEnum<lake::jobs::JobState> {
  using S = lake::jobs::JobState;
  static constexpr std::array kNames = {EnumName(S::kQueued, "queued"), EnumName(S::kRunning, "running"),
                                        EnumName(S::kSucceeded, "succeeded"), EnumName(S::kFailed, "failed"),
                                        EnumName(S::kCancelled, "cancelled")};
};
template <>
struct lake::Describe<lake::jobs::JobProgress> {
  using T = lake::jobs::JobProgress;
  static constexpr std::string_view kName = "JobProgress";
  static constexpr auto kFields = std::tuple{
      Required("done", &T::done, "Units done."), Optional("total", &T::total, "Units in all, when known."),
      Required("unit", &T::unit, "What is counted."), Optional("rate", &T::rate, "Units per second so far."),
      Optional("eta_secs", &T::eta_secs, "Seconds left at this rate.")};
};
template <>
struct lake::Describe<lake::jobs::JobFailure> {
  using T = lake::jobs::JobFailure;
  static constexpr std::string_view kName = "JobFailure";
  static constexpr auto kFields = std::tuple{Required("code", &T::code, "Stable slug of the error."),
                                             Required("detail", &T::detail, "What happened.")};
};
template <>
struct lake::Describe<lake::jobs::Job> {
  using T = lake::jobs::Job;
  static constexpr std::string_view kName = "Job";
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "Job id."),
                 Required("kind", &T::kind, "What kind of work."),
                 Required("state", &T::state, "queued, running, succeeded, failed or cancelled."),
                 Required("progress", &T::progress, "How far it is."),
                 Required("created_at", &T::created_at, "When it was accepted."),
                 Optional("started_at", &T::started_at, "When it began to run."),
                 Optional("finished_at", &T::finished_at, "When it ended."),
                 Required("actor", &T::actor, "Who asked for it."),
                 Optional("result", &T::result, "Its result, when it succeeded."),
                 Optional("error", &T::error, "Why it failed or was cancelled.")};
};
