#include <algorithm>
#include <utility>

#include "awaited_job.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/job.h"
#include "lake/gateway/wire/trial.h"
#include "lake/tuning/trial_service.h"

namespace lake::gateway {
namespace {

using access::Request;
using tuning::Trial;
using tuning::TrialJournal;
using tuning::TrialService;

constexpr std::string_view kTrials = "trials";

/// Newest first; the token names the last one of the page before.
Result<wire::TrialPage> List(const TrialService& trials, const Request& request,
                             const wire::ListTrials& list) {
  LAKE_ASSIGN_OR_RETURN(const std::string after, wire::ReadPageToken(kTrials, list.page_token));
  LAKE_ASSIGN_OR_RETURN(TrialJournal journal, trials.Read(request, list.index_name));
  std::ranges::reverse(journal.trials);
  auto next = journal.trials.begin();
  if (!after.empty()) {
    next = std::ranges::find(journal.trials, after, &Trial::id);
    if (next != journal.trials.end()) ++next;
  }
  wire::TrialPage page = {.skipped_lines = journal.skipped_lines};
  for (; next != journal.trials.end() && page.items.size() < list.limit; ++next)
    page.items.push_back(std::move(*next));
  if (next != journal.trials.end() && !page.items.empty())
    page.next_page_token = wire::MakePageToken(kTrials, page.items.back().id);
  return page;
}

wire::JournalState StateOf(const std::string& index_name, const TrialJournal& journal) {
  return {.index_name = index_name, .trials = journal.trials.size(), .skipped_lines = journal.skipped_lines};
}

void AddJournalRoutes(Api& api, TrialService& trials) {
  api.Add<wire::TrialsOfIndex, wire::JournalState>(
      {Method::kPost, "/vectors/hnsw/trials/{index_name}/flush",
       "Say what the journal of an index holds; every trial in it is durable already.", Permission::kWrite},
      [&trials](const Request& request, const wire::TrialsOfIndex& of) -> Result<wire::JournalState> {
        LAKE_ASSIGN_OR_RETURN(const TrialJournal journal, trials.Read(request, of.index_name));
        return StateOf(of.index_name, journal);
      });
  api.Add<wire::TrialsOfIndex, wire::JournalState>(
      {Method::kPost, "/vectors/hnsw/trials/{index_name}/compact",
       "Merge the batches of the journal of an index into few objects.", Permission::kWrite},
      [&trials](const Request& request, const wire::TrialsOfIndex& of) -> Result<wire::JournalState> {
        LAKE_ASSIGN_OR_RETURN(const TrialJournal journal, trials.Compact(request, of.index_name));
        return StateOf(of.index_name, journal);
      });
}

}  // namespace

void AddTrialRoutes(Api& api, TrialService& trials, const tuning::TrialRunner& runner,
                    jobs::JobService& jobs) {
  api.AddStream<wire::RunTrial>(
      {Method::kPost, "/vectors/hnsw/trial",
       "Build an index with another configuration beside the one that answers, measure it with an eval set "
       "and "
       "journal it. Prefer: respond-async answers with the job at once.",
       Permission::kWrite},
      {.request = {},
       .answers = {AnswerOf<Trial>(200, "The trial, which is in the journal."),
                   AnswerOf<jobs::Job>(202, "The job does it.")}},
      [&trials, &jobs](const Request& request, wire::RunTrial wanted, const RequestHead& head,
                       ResponseWriter& writer) -> Status {
        LAKE_ASSIGN_OR_RETURN(JsonValue payload,
                              trials.Prepare(request, {.index_name = std::move(wanted.index_name),
                                                       .harness = std::move(wanted.harness),
                                                       .config = wanted.config,
                                                       .note = std::move(wanted.note)}));
        return AnswerWithJob(jobs, request, tuning::kTrialJob, std::move(payload), head, writer);
      });
  api.Add<wire::ListTrials, wire::TrialPage>(
      {Method::kGet, "/vectors/hnsw/trials/{index_name}", "List the trials of an index, newest first.",
       Permission::kRead},
      [&trials](const Request& request, const wire::ListTrials& list) {
        return List(trials, request, list);
      });
  api.Add<wire::FindBestTrial, Trial>({Method::kGet, "/vectors/hnsw/trials/{index_name}/best",
                                       "Show the best trial of an index.", Permission::kRead},
                                      [&trials](const Request& request, const wire::FindBestTrial& find) {
                                        return trials.Best(request, find.index_name, find.metric);
                                      });
  AddJournalRoutes(api, trials);
  api.Add<Nothing, tuning::EmbeddingCacheStats>(
      {Method::kGet, "/vectors/hnsw/cache/stats", "Show what trials keep in memory.", Permission::kRead},
      [&runner](const Request&, const Nothing&) -> Result<tuning::EmbeddingCacheStats> {
        return runner.cache_stats();
      });
}

}  // namespace lake::gateway
