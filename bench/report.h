// Measurements: one JSON line each on stdout as they come, and a table of all on stderr at the end.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/json.h"

namespace lake::bench {

struct Measurement {
  std::string case_name;
  std::string system;  ///< "lake", or the peer measured beside it.
  std::string metric;  ///< Unit last: "p50_us".
  double value = 0;
  JsonValue params = JsonValue::MakeObject({});
  std::optional<double> spread = std::nullopt;  ///< Half the distance of the quartiles, in the metric's unit.
};

class Report {
 public:
  explicit Report(std::string id) : id_(std::move(id)) {}
  ~Report();  ///< Prints the table.
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  void Add(Measurement measurement);
  /// Leaves it out of the table: the benchmark shows it in one of its own.
  void AddUntabled(const Measurement& measurement);

 private:
  const std::string id_;
  std::vector<Measurement> measurements_;
};

class Stopwatch {
 public:
  double us() const {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - started_).count();
  }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

/// Nearest rank; `part` from 0 to 1. The values must not be empty.
double Percentile(std::vector<double> values, double part);
/// Half the distance of the quartiles.
double Spread(const std::vector<double>& values);

}  // namespace lake::bench
