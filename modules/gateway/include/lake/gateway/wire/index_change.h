// Changes of an index over the wire.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "lake/common/describe.h"
#include "lake/vector/index_record.h"

namespace lake::gateway::wire {

struct ChangeIndex {
  std::string name;
  std::optional<vector::RefreshPolicy> refresh_policy;
  std::optional<std::string> refresh_cron;
  std::optional<std::string> bucket;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::ChangeIndex> {
  using T = lake::gateway::wire::ChangeIndex;
  static constexpr std::string_view kName = "ChangeIndex";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Index name.").Between(1, 255),
      Optional("embedding_refresh_policy", &T::refresh_policy,
               "manual; on_append: whenever the dataset has other rows; scheduled: then, at the times of "
               "embedding_refresh_cron."),
      Optional("embedding_refresh_cron", &T::refresh_cron,
               "Of the policy scheduled: minute, hour, day of the month, month, day of the week, in UTC.")
          .Between(1, 255),
      Optional("bucket", &T::bucket,
               "Bucket that it moves to, with its promotions and eval sets; trials stay readable where they "
               "were.")
          .Between(1, 63)};
};
