#include "vector_system.h"

#include <ctime>

#include "report.h"

namespace lake::bench {
namespace {

double ProcessCpuSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
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

}  // namespace lake::bench
