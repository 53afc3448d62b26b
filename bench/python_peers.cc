#include "python_peers.h"

#include <cstdlib>
#include <fstream>

#include "peer_process.h"
#include "served_lake.h"

namespace lake::bench {
namespace {

/// As the machine has them; the peer reads them so.
Status WriteVectors(const ann::Matrix& vectors, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(vectors.data),
            static_cast<std::streamsize>(vectors.rows * vectors.dimensions * sizeof(float)));
  if (!out.flush()) return Internal("scratch_failed", "{} cannot be written", file.string());
  return {};
}

Error NotUnderstood(std::string_view peer) {
  return Internal("peer_failed", "the answer of {} is not understood", peer);
}

class PythonPeer final : public VectorSystem {
 public:
  PythonPeer(std::string name, JsonValue options, std::unique_ptr<PeerProcess> process)
      : name_(std::move(name)), asked_(std::move(options)), options_(asked_), process_(std::move(process)) {
    options_.Set("version", process_->version());
  }

  std::string name() const override { return name_; }
  JsonValue params() const override { return options_; }

  Result<double> Build(const ann::Matrix& rows) override {
    const std::filesystem::path file = scratch_.path() / "rows.f32";
    LAKE_RETURN_IF_ERROR(WriteVectors(rows, file));
    LAKE_ASSIGN_OR_RETURN(const JsonValue answer,
                          process_->Ask(JsonValue::MakeObject(
                              {{"do", "build"}, {"rows", file.string()}, {"dimensions", rows.dimensions}})));
    std::filesystem::remove(file);
    const JsonValue* cpu_s = answer.Find("cpu_s");
    if (cpu_s == nullptr || !cpu_s->is_number()) return NotUnderstood(name_);
    return cpu_s->as_double();
  }

  Result<Searched> Search(const ann::Matrix& queries, size_t k, size_t ef) override {
    const std::filesystem::path file = scratch_.path() / "queries.f32";
    LAKE_RETURN_IF_ERROR(WriteVectors(queries, file));
    LAKE_ASSIGN_OR_RETURN(const JsonValue answer,
                          process_->Ask(JsonValue::MakeObject({{"do", "search"},
                                                               {"queries", file.string()},
                                                               {"dimensions", queries.dimensions},
                                                               {"k", k},
                                                               {"ef", ef}})));
    if (const JsonValue* overhead_us = answer.Find("overhead_us"))
      options_.Set("call_overhead_us", *overhead_us);
    return Read(answer, queries.rows);
  }
  Status Save(const std::filesystem::path& file) override {
    LAKE_ASSIGN_OR_RETURN(const JsonValue saved,
                          process_->Ask(JsonValue::MakeObject({{"do", "save"}, {"path", file.string()}})));
    return {};
  }

  Result<Opening> MeasureOpening(const ann::Matrix& queries, const OpeningOptions& options) override {
    // What a process allocated to build would hide what it allocates to open: another one opens.
    process_.reset();
    LAKE_ASSIGN_OR_RETURN(process_, PeerProcess::Start(name_, asked_));
    const std::filesystem::path file = scratch_.path() / "queries.f32";
    LAKE_RETURN_IF_ERROR(WriteVectors(queries, file));
    LAKE_ASSIGN_OR_RETURN(const JsonValue answer,
                          process_->Ask(JsonValue::MakeObject({{"do", "open"},
                                                               {"path", options.file.string()},
                                                               {"queries", file.string()},
                                                               {"dimensions", queries.dimensions},
                                                               {"rounds", options.rounds},
                                                               {"searches", options.searches},
                                                               {"k", options.k},
                                                               {"ef", options.ef}})));
    const JsonValue* times = answer.Find("first_result_ms");
    const JsonValue* anonymous = answer.Find("private_mib");
    const JsonValue* mapped = answer.Find("mapped_mib");
    if (times == nullptr || !times->is_array() || anonymous == nullptr || !anonymous->is_number() ||
        mapped == nullptr || !mapped->is_number())
      return NotUnderstood(name_);
    Opening opening{
        .first_result_ms = {}, .private_mib = anonymous->as_double(), .mapped_mib = mapped->as_double()};
    for (const JsonValue& ms : times->as_array()) {
      if (!ms.is_number()) return NotUnderstood(name_);
      opening.first_result_ms.push_back(ms.as_double());
    }
    return opening;
  }

 private:
  Result<Searched> Read(const JsonValue& answer, size_t queries) const {
    const JsonValue* found = answer.Find("found");
    const JsonValue* latency = answer.Find("latency_us");
    if (found == nullptr || latency == nullptr || !found->is_array() || !latency->is_array() ||
        found->as_array().size() != queries || latency->as_array().size() != queries)
      return NotUnderstood(name_);
    Searched searched;
    searched.found.resize(queries);
    for (size_t q = 0; q < queries; ++q) {
      if (!latency->as_array()[q].is_number() || !found->as_array()[q].is_array())
        return NotUnderstood(name_);
      searched.latency_us.push_back(latency->as_array()[q].as_double());
      for (const JsonValue& row : found->as_array()[q].as_array()) {
        if (!row.is_int() || row.as_int() < 0) return NotUnderstood(name_);
        searched.found[q].push_back(static_cast<uint64_t>(row.as_int()));
      }
    }
    return searched;
  }

  std::string name_;
  JsonValue asked_;    ///< What the process is started with.
  JsonValue options_;  ///< And what is known about it since.
  ScratchDirectory scratch_;
  std::unique_ptr<PeerProcess> process_;
};

}  // namespace

Result<std::vector<std::unique_ptr<VectorSystem>>> MakePythonPeers(const FaissOptions& faiss,
                                                                   const UsearchOptions& usearch) {
  std::vector<std::unique_ptr<VectorSystem>> peers;
  if (std::getenv("LAKE_BENCH_PEERS") == nullptr) {  // NOLINT(concurrency-mt-unsafe): nothing here sets one
    fmt::print(stderr, "lake bench: faiss and usearch are not installed: measuring beside hnswlib alone\n");
    return peers;
  }
  for (const std::string name : {"faiss-f32", "faiss-sq8", "usearch"}) {
    const size_t ef_construction = name == "usearch" ? usearch.ef_construction : faiss.ef_construction;
    const ann::Metric metric = name == "usearch" ? usearch.metric : faiss.metric;
    JsonValue options =
        JsonValue::MakeObject({{"m", 16},
                               {"ef_construction", ef_construction},
                               {"metric", std::string(metric == ann::Metric::kL2 ? "l2" : "ip")}});
    LAKE_ASSIGN_OR_RETURN(std::unique_ptr<PeerProcess> process, PeerProcess::Start(name, options));
    peers.push_back(std::make_unique<PythonPeer>(name, std::move(options), std::move(process)));
  }
  return peers;
}

}  // namespace lake::bench
