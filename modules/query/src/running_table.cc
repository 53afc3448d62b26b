#include "running_table.h"

#include <utility>

#include "lake/query/described_rows.h"

namespace lake::query {
namespace {

struct RunningRow {
  QueryId id;
  std::string caller;
  Timestamp started_at;
  double fraction = 0;
  uint64_t rows_read = 0;
};

}  // namespace
}  // namespace lake::query

template <>
struct lake::Describe<lake::query::RunningRow> {
  using T = lake::query::RunningRow;
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "What DELETE /query/{query_id} stops."),
                 Required("caller", &T::caller, "Who asked."),
                 Required("started_at", &T::started_at, "When it was asked."),
                 Required("fraction", &T::fraction, "0 to 1; stays 0 when the plan cannot tell."),
                 Required("rows_read", &T::rows_read, "Of all tables together.")};
};

namespace lake::query {

std::shared_ptr<const RelationProvider> MakeRunningTable(
    std::function<std::vector<QueryInfo>(const access::Request& request)> running) {
  const auto fill = [running = std::move(running)](const access::Request& request,
                                                   DescribedRows<RunningRow>& rows) -> Status {
    for (const QueryInfo& info : running(request))
      LAKE_RETURN_IF_ERROR(rows.Add({.id = info.id,
                                     .caller = info.caller,
                                     .started_at = info.started_at,
                                     .fraction = info.progress.fraction,
                                     .rows_read = info.progress.rows_read}));
    return {};
  };
  return std::make_shared<DescribedRelation<RunningRow>>("queries", fill);
}

}  // namespace lake::query
