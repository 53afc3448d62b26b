#include "vector_system.h"

#include <malloc.h>

#include <ctime>
#include <fstream>

#include "report.h"

namespace lake::bench {
namespace {

double ProcessCpuSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct ResidentMib {
  double anonymous = 0;
  double file = 0;
};

/// Memory that was freed but kept for later counts for nobody: it is given back first. The kernel counts the
/// pages for this file; those of /proc/self/status are out of date by some hundred KiB.
ResidentMib Resident() {
  malloc_trim(0);
  double resident_kib = 0;
  double anonymous_kib = 0;
  std::ifstream rollup("/proc/self/smaps_rollup");
  for (std::string word; rollup >> word;) {
    if (word == "Rss:") rollup >> resident_kib;
    if (word == "Anonymous:") rollup >> anonymous_kib;
  }
  return {.anonymous = anonymous_kib / 1024, .file = (resident_kib - anonymous_kib) / 1024};
}

}  // namespace

Result<double> VectorSystemHere::Build(const ann::Matrix& rows) {
  const double before = ProcessCpuSeconds();
  LAKE_RETURN_IF_ERROR(BuildIndex(rows));
  return ProcessCpuSeconds() - before;
}

Result<Searched> VectorSystemHere::Search(const ann::Matrix& queries, size_t k, size_t ef) {
  Searched searched;
  searched.found.resize(queries.rows);
  searched.latency_us.reserve(queries.rows);
  for (size_t q = 0; q < queries.rows; ++q) {
    Stopwatch watch;
    LAKE_RETURN_IF_ERROR(SearchOne(queries.row(q), k, ef, &searched.found[q]));
    searched.latency_us.push_back(watch.us());
  }
  return searched;
}

Result<Opening> VectorSystemHere::MeasureOpening(const ann::Matrix& queries, const OpeningOptions& options) {
  Opening opening;
  std::vector<uint64_t> found;
  for (size_t round = 0; round < options.rounds; ++round) {
    CloseIndex();
    Stopwatch watch;
    LAKE_RETURN_IF_ERROR(OpenIndex(options.file, queries.dimensions));
    LAKE_RETURN_IF_ERROR(SearchOne(queries.row(round % queries.rows), options.k, options.ef, &found));
    opening.first_result_ms.push_back(watch.us() / 1000);
  }
  CloseIndex();
  const ResidentMib before = Resident();
  LAKE_RETURN_IF_ERROR(OpenIndex(options.file, queries.dimensions));
  opening.latency_us.reserve(options.searches);
  for (size_t i = 0; i < options.searches; ++i) {
    Stopwatch watch;
    LAKE_RETURN_IF_ERROR(SearchOne(queries.row(i % queries.rows), options.k, options.ef, &found));
    opening.latency_us.push_back(watch.us());
  }
  const ResidentMib after = Resident();
  opening.private_mib = after.anonymous - before.anonymous;
  opening.mapped_mib = after.file - before.file;
  return opening;
}

}  // namespace lake::bench
