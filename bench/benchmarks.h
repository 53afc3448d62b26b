// The benchmarks by id. Each says in its file what it measures, on what, beside what.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "lake/ann/metric.h"
#include "lake/common/result.h"
#include "lake/demo_data/scale.h"
#include "report.h"

namespace lake::bench {

enum class Effort { kQuick, kFull };

/// A set of vectors that is somebody's own (see vector_files.h).
struct GivenVectors {
  std::filesystem::path base;
  std::filesystem::path queries;
  std::filesystem::path truth;  ///< Empty: found by comparing all.
  ann::Metric metric = ann::Metric::kCosine;
};

struct RunOptions {
  Effort effort = Effort::kFull;
  int64_t rows =
      demo_data::kFullScale.total_rows;  ///< Of the sample company, where a benchmark uses it whole.
  std::optional<GivenVectors> given;     ///< In place of sets A and B.
  uint64_t filter_seed = 20'261'122;     ///< Of the filters that P4 draws.
};

Status RunP1(const RunOptions& options,
             Report& report);  ///< Building an index of vectors, beside hnswlib, faiss and usearch.
Status RunP2(const RunOptions& options,
             Report& report);  ///< Searching it at a recall of 0.99, beside the same.
Status RunP3(const RunOptions& options, Report& report);  ///< Opening one, and its memory, beside the same.
Status RunP4(const RunOptions& options,
             Report& report);  ///< Searching it under filters, beside an exact scan.
Status RunP5(const RunOptions& options, Report& report);  ///< A million vectors, beside hnswlib.
Status RunP6(const RunOptions& options, Report& report);  ///< 22 analytic queries, beside embedded DuckDB.
Status RunP8(const RunOptions& options, Report& report);  ///< CSV to catalogued Parquet, beside DuckDB COPY.
Status RunP10(const RunOptions& options,
              Report& report);  ///< Durable append and tombstone, beside fdatasync.
Status RunP11(const RunOptions& options,
              Report& report);                             ///< Strategies of tuning, beside each other.
Status RunP12(const RunOptions& options, Report& report);  ///< Embedding, beside the bare model.
Status RunP13(const RunOptions& options, Report& report);  ///< A tiny HTTP request, and idle clients.
Status RunP14(const RunOptions& options, Report& report);  ///< A catalog of 100,000 datasets.
Status RunP15(const RunOptions& options, Report& report);  ///< Exec of the server to its first answer.
Status RunP16(const RunOptions& options,
              Report& report);  ///< What searches find, by words, meaning and both.

}  // namespace lake::bench
