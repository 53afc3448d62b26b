#include "demo_resumes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include "follow_job.h"
#include "lake/common/json_io.h"
#include "lake/demo_data/queries.h"
#include "terminal.h"

namespace lake::app {
namespace {

using demo_data::RetrievalQuery;

constexpr std::string_view kIndex = "resumes";
/// A sentence each: what people look for is one thing that somebody did.
constexpr int64_t kChunkWords = 20;
constexpr size_t kHits = 3;
constexpr int64_t kMostResumeJobs = 1000;
/// Of the generator's questions about rare experiences.
constexpr std::array<size_t, 3> kAskedExperiences = {0, 2, 3};
constexpr std::string_view kResumeQuestion = "Has anybody cooked at sea?";

/// Questions about rare experiences, each with the three people who had it.
Result<std::vector<RetrievalQuery>> RareExperiences(int64_t rows) {
  LAKE_ASSIGN_OR_RETURN(std::vector<RetrievalQuery> queries,
                        demo_data::RetrievalQueries({.total_rows = rows}));
  std::erase_if(queries, [](const RetrievalQuery& query) {
    return query.kind != RetrievalQuery::Kind::kRareExperience;
  });
  return queries;
}

/// Those whom the questions are about, then the others by name.
Result<std::string> SelectResumes(int64_t rows, int64_t resumes) {
  LAKE_ASSIGN_OR_RETURN(const std::vector<RetrievalQuery> queries, RareExperiences(rows));
  std::string planted;
  for (const RetrievalQuery& query : queries)
    for (const std::string& name : query.relevant)
      planted += fmt::format("{}'{}'", planted.empty() ? "" : ", ", name);
  return fmt::format(
      "SELECT candidate_id, city, state, resume_text FROM candidates "
      "ORDER BY candidate_id NOT IN ({}), candidate_id LIMIT {}",
      planted, resumes);
}

/// Rows of one dataset become another one, as anybody could do it: CSV out, CSV in.
Status CopyRows(Rest& rest, const std::string& sql, std::string_view dataset) {
  HttpRequest query = {.method = "POST", .path = "/query/sql", .headers = rest.headers()};
  query.headers.emplace_back("Content-Type", "application/json");
  query.headers.emplace_back("Accept", "text/csv");
  query.body = WriteJson(JsonValue::MakeObject({{"sql", sql}}));
  LAKE_ASSIGN_OR_RETURN(HttpResponse rows, rest.client().Send(rest.context(), query));
  if (rows.status >= 400) return ProblemToError(rows);
  HttpRequest ingest = {.method = "POST",
                        .path = fmt::format("/ingest/file?name={}&mode=replace", dataset),
                        .headers = rest.headers(),
                        .body = std::move(rows.body)};
  ingest.headers.emplace_back("Content-Type", "text/csv");
  ingest.headers.emplace_back("Prefer", "wait");
  LAKE_ASSIGN_OR_RETURN(const HttpResponse stored, rest.client().Send(rest.context(), ingest));
  return stored.status >= 400 ? Status(ProblemToError(stored)) : Status();
}

/// Of an index that an earlier run left unfinished.
Result<std::string> FindRunningJob(Rest& rest) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue::Array jobs, rest.List("/vectors/jobs", kMostResumeJobs));
  for (const JsonValue& job : jobs) {
    const std::string_view kind = job.FindString("kind");
    const std::string_view state = job.FindString("state");
    if ((kind == "index" || kind == "refresh") && (state == "queued" || state == "running"))
      return std::string(job.FindString("id"));
  }
  return NotFound("job_not_found", "the index of the résumés is being built by no job");
}

Status FollowIndexing(Rest& rest, const std::string& job) {
  const auto started = std::chrono::steady_clock::now();
  LAKE_RETURN_IF_ERROR(FollowJobWithBar(rest, job, "  indexing"));
  LAKE_ASSIGN_OR_RETURN(const JsonValue index, rest.Get(fmt::format("/vectors/indexes/{}", kIndex)));
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - started;
  fmt::print("  {} résumés, {} chunks, {} dimensions of {}; waited {} for it\n",
             CellText(*index.Find("rows")), CellText(*index.Find("chunks")),
             CellText(*index.Find("dimensions")), index.FindString("model"), FormatSeconds(waited.count()));
  return {};
}

Status Search(Rest& rest, const RetrievalQuery& query) {
  LAKE_ASSIGN_OR_RETURN(
      const JsonValue answer,
      rest.Post("/vectors/search",
                JsonValue::MakeObject({{"index_name", kIndex}, {"query", query.text}, {"k", kHits}})));
  const JsonValue* hits = answer.Find("hits");
  if (hits == nullptr || !hits->is_array())
    return Internal("bad_answer", "a search was answered without hits");
  fmt::print("\n  search: {}\n", query.text);
  size_t planted = 0;
  for (const JsonValue& hit : hits->as_array()) {
    planted += std::ranges::binary_search(query.relevant, hit.FindString("doc_id")) ? 1u : 0u;
    fmt::print("     {:.3f}  {}  {}\n", hit.Find("score")->as_double(), hit.FindString("doc_id"),
               OneLine(hit.FindString("text")));
  }
  fmt::print("     {} of the {} people who did this are among them\n", planted, query.relevant.size());
  return {};
}

Status AskForAnAnswer(Rest& rest) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue answer,
                        rest.Post("/vectors/rag", JsonValue::MakeObject({{"index_name", kIndex},
                                                                         {"question", kResumeQuestion}})));
  fmt::print("\n  question: {}\n     {}\n", kResumeQuestion, answer.FindString("answer"));
  const JsonValue* citations = answer.Find("citations");
  if (citations == nullptr || !citations->is_array() || citations->as_array().empty())
    return DataLoss("wrong_answer", "'{}' should be answered from a résumé", kResumeQuestion);
  for (const JsonValue& citation : citations->as_array())
    fmt::print("     [{}] {}, characters {} to {}\n", CellText(*citation.Find("n")),
               citation.FindString("doc_id"), CellText(*citation.Find("start")),
               CellText(*citation.Find("end")));
  return {};
}

}  // namespace

Result<std::string> StartResumes(Rest& rest, int64_t rows, int64_t resumes) {
  LAKE_ASSIGN_OR_RETURN(const std::string select, SelectResumes(rows, resumes));
  LAKE_RETURN_IF_ERROR(CopyRows(rest, select, kIndex));
  const JsonValue pii = JsonValue::MakeObject({{"sensitivity", "pii"}});
  LAKE_RETURN_IF_ERROR(
      rest.Patch(fmt::format("/catalog/datasets/by-name/{}/metadata", kIndex),
                 JsonValue::MakeObject({{"columns", JsonValue::MakeObject({{"resume_text", pii}})}})));
  const JsonValue index =
      JsonValue::MakeObject({{"index_name", kIndex},
                             {"text_column", "resume_text"},
                             {"id_column", "candidate_id"},
                             {"chunk", JsonValue::MakeObject({{"size", kChunkWords}, {"overlap", 0}})}});
  Result<JsonValue> job = rest.PostForJob(fmt::format("/vectors/refresh/{}", kIndex), index);
  if (!job.ok() && job.error().Is("index_being_built")) return FindRunningJob(rest);
  if (!job.ok()) return std::move(job).error();
  return std::string(job->FindString("id"));
}

Status ShowResumes(Rest& rest, int64_t rows, const std::string& job) {
  LAKE_RETURN_IF_ERROR(FollowIndexing(rest, job));
  LAKE_ASSIGN_OR_RETURN(const std::vector<RetrievalQuery> queries, RareExperiences(rows));
  for (const size_t query : kAskedExperiences) LAKE_RETURN_IF_ERROR(Search(rest, queries.at(query)));
  return AskForAnAnswer(rest);
}

}  // namespace lake::app
