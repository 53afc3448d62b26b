// Eval set: queries with what is nearest to them, which trials are measured with. Page:
// docs/formats/eval-set.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/vector/index_record.h"

namespace lake::tuning {

inline constexpr uint32_t kDefaultEvalK = 10;
inline constexpr uint32_t kMaxEvalK = 1000;
inline constexpr uint32_t kDefaultEvalQueries = 1000;
inline constexpr uint32_t kMaxEvalQueries = 10'000;
/// Numbers in all vectors of a set: what fits a document of 64 MiB.
inline constexpr uint64_t kMaxEvalNumbers = 4'000'000;

/// A configuration is chosen by one half and judged by the other.
enum class EvalHalf { kTune, kValidate };

struct EvalQuery {
  std::optional<std::string> id = {};
  std::optional<std::string> text = {};
  std::optional<std::vector<double>> query_embedding = {};
  /// The k nearest chunks, nearest first: "<document id>#<chunk number>".
  std::optional<std::vector<std::string>> ground_truth = {};
  std::optional<double> ground_truth_distance = {};  ///< Of the last of them.
  std::optional<EvalHalf> half = {};
  /// Those that it was made of: it goes when one of them does.
  std::optional<std::vector<std::string>> documents = {};
  JsonValue::Object unknown = {};
};

/// What ground truth was computed over.
struct TruthSource {
  std::string index_name;
  std::string generation;
  bool operator==(const TruthSource&) const = default;
};

struct EvalSet {
  std::string name;
  uint32_t k = kDefaultEvalK;
  std::vector<EvalQuery> queries;
  bool ground_truth_built = false;
  std::optional<std::string> index_name = {};  ///< It was made of this index.
  std::optional<TruthSource> truth_source = {};
  std::optional<vector::IndexModel> model = {};  ///< What embedded the texts.
  uint64_t skipped = 0;  ///< Queries that could not be asked when ground truth was built.
  uint64_t dropped = 0;  ///< Queries that went with their documents, ever.
  std::optional<Timestamp> created_at = {};
  std::optional<std::string> created_by = {};
  JsonValue::Object unknown = {};
};

/// 1–100 bytes of letters, digits, '_', '-' and '.', starting with a letter or digit. Error:
/// invalid_argument/bad_eval_set_name.
Status CheckEvalSetName(std::string_view name);

/// A number that is written in as few digits as tell the float from others, and read gives it again.
double ShortDouble(float value);

}  // namespace lake::tuning

template <>
struct lake::DescribeEnum<lake::tuning::EvalHalf> {
  using H = lake::tuning::EvalHalf;
  static constexpr std::array kNames = {EnumName(H::kTune, "tune"), EnumName(H::kValidate, "validate")};
};
template <>
struct lake::Describe<lake::tuning::EvalQuery> {
  using T = lake::tuning::EvalQuery;
  static constexpr std::string_view kName = "EvalQuery";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields = std::tuple{
      Optional("id", &T::id, "Name of the query."),
      Optional("text", &T::text, "What is asked."),
      Optional("query_embedding", &T::query_embedding, "Its vector."),
      Optional("ground_truth", &T::ground_truth,
               "The k nearest chunks, nearest first: document id, '#', number of the chunk."),
      Optional("ground_truth_distance", &T::ground_truth_distance, "Distance of the last of them."),
      Optional("half", &T::half, "tune: configurations are chosen by it; validate: they are judged by it."),
      Optional("documents", &T::documents, "Documents that it was made of: it goes when one of them does.")};
};
template <>
struct lake::Describe<lake::tuning::TruthSource> {
  using T = lake::tuning::TruthSource;
  static constexpr std::string_view kName = "TruthSource";
  static constexpr auto kFields = std::tuple{Required("index_name", &T::index_name, "The index."),
                                             Required("generation", &T::generation, "Its generation.")};
};
template <>
struct lake::Describe<lake::tuning::EvalSet> {
  using T = lake::tuning::EvalSet;
  static constexpr std::string_view kName = "EvalSet";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Name of the set."),
      Optional("k", &T::k, "Neighbours that are asked for."),
      Required("queries", &T::queries, "What is asked."),
      Optional("ground_truth_built", &T::ground_truth_built, "Whether the queries have ground truth."),
      Optional("index_name", &T::index_name, "The index that it was made of."),
      Optional("truth_source", &T::truth_source, "What ground truth was computed over."),
      Optional("model", &T::model, "What embedded the texts."),
      Optional("skipped", &T::skipped, "Queries that could not be asked when ground truth was built."),
      Optional("dropped", &T::dropped, "Queries that went with their documents."),
      Optional("created_at", &T::created_at, "When it was made."),
      Optional("created_by", &T::created_by, "Who made it.")};
};
