// lake tune report: what the trials of an index came to, as a file for a browser.
#include <cstdio>
#include <fstream>

#include "commands.h"
#include "exit_code.h"
#include "lake/app/http_client.h"
#include "lake/common/clock.h"
#include "rest.h"
#include "trial_rows.h"
#include "tuning_report.h"

namespace lake::app {
namespace {

constexpr int64_t kMostReportedTrials = 1000;
constexpr int64_t kMostReportedJobs = 100;

/// What the newest run of autotune of the index answered; none when none is on record.
Result<std::optional<JsonValue>> LastRun(Rest& rest, const std::string& index) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue::Array jobs, rest.List("/jobs", kMostReportedJobs));
  for (const JsonValue& job : jobs) {
    if (job.FindString("kind") != "autotune") continue;
    const JsonValue* result = job.Find("result");
    if (result != nullptr && result->FindString("index_name") == index) return std::optional(*result);
  }
  return std::optional<JsonValue>();
}

Result<TuningFacts> Gather(Rest& rest, const std::string& name) {
  TuningFacts facts;
  LAKE_ASSIGN_OR_RETURN(facts.index, rest.Get("/vectors/indexes/" + UrlEncode(name)));
  LAKE_ASSIGN_OR_RETURN(facts.promoted, rest.Get("/vectors/hnsw/promoted/" + UrlEncode(name)));
  LAKE_ASSIGN_OR_RETURN(facts.trials, rest.List(TrialsPath(name), kMostReportedTrials));
  LAKE_ASSIGN_OR_RETURN(facts.run, LastRun(rest, std::string(facts.index.FindString("index_name"))));
  facts.made_at = FormatTimestamp(SystemClock().Now());
  return facts;
}

}  // namespace

int RunTuneReport(const Context& context, const ClientOptions& client, const TuneReportOptions& options) {
  Rest rest(context, client);
  const Result<TuningFacts> facts = Gather(rest, options.index);
  if (!facts.ok()) return Fail(facts.error());
  const std::string html = TuningReport(*facts);
  if (options.file == "-") {
    fmt::print("{}", html);
    return kExitOk;
  }
  const std::string path = options.file.empty()
                               ? std::string(facts->index.FindString("index_name")) + "-tuning.html"
                               : options.file;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << html;
  out.close();
  if (!out) return Fail(Internal("file_not_written", "'{}' cannot be written", path));
  fmt::print("{}: {} trials\n", path, facts->trials.size());
  return kExitOk;
}

}  // namespace lake::app
