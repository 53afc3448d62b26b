#include "resume_index.h"

#include <chrono>
#include <string>
#include <thread>

#include "lake/common/json_io.h"

namespace lake::bench {
namespace {

constexpr std::chrono::milliseconds kPoll{5};

}  // namespace

Result<BuiltIndex> BuildResumeIndex(ServedLake& lake, const std::string& name,
                                    std::optional<int64_t> chunk_words) {
  JsonValue wanted = JsonValue::MakeObject({{"index_name", name},
                                            {"source", "candidates"},
                                            {"text_column", "resume_text"},
                                            {"id_column", "candidate_id"}});
  if (chunk_words) wanted.Set("chunk", JsonValue::MakeObject({{"size", *chunk_words}, {"overlap", 0}}));
  const Stopwatch watch;
  LAKE_ASSIGN_OR_RETURN(const std::string accepted, lake.Post("/vectors/index", wanted));
  LAKE_ASSIGN_OR_RETURN(const JsonValue job, ParseJson(accepted));
  const std::string path = "/jobs/" + std::string(job.FindString("id"));
  BuiltIndex built;
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const std::string body, lake.Get(path));
    LAKE_ASSIGN_OR_RETURN(const JsonValue state, ParseJson(body));
    const JsonValue* progress = state.Find("progress");
    const JsonValue* total = progress == nullptr ? nullptr : progress->Find("total");
    if (built.embedded_s == 0 && total != nullptr && *progress->Find("done") == *total)
      built.embedded_s = watch.us() / 1e6;
    if (state.FindString("state") == "succeeded") break;
    if (state.FindString("state") == "failed") return Internal("job_failed", "{}", body);
    std::this_thread::sleep_for(kPoll);
  }
  built.live_s = watch.us() / 1e6;
  return built;
}

}  // namespace lake::bench
