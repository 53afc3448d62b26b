// Functions that statements call and another module answers: in FROM those that give rows, in expressions
// those that give a vector.
//
//   SELECT * FROM vector_search('resumes', $1, k := 5) AS s JOIN resumes r ON r.id = s.doc_id
//   SELECT list_cosine_similarity(v, embed('certified welder')) FROM texts
//
// Arguments are constants or parameters, so a call is answered once, before the statement runs, with the
// request of the statement. The answer goes into the statement as data.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lake/access/request.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/memory_table.h"

namespace lake::query {

/// Most calls in one statement: each may ask a model and read an index.
inline constexpr size_t kMaxProvidedCalls = 16;
/// Most that the rows of all calls of one statement take: they are in memory while it runs.
inline constexpr size_t kMaxCallBytes = 64u << 20;

struct FunctionParameter {
  enum class Type { kText, kInteger };
  enum class Presence { kRequired, kOptional };

  std::string_view name;  ///< What an argument by name says: k := 5.
  Type type = Type::kText;
  Presence presence = Presence::kRequired;
};

struct FunctionSignature {
  std::string_view name;  ///< Folded.
  std::vector<FunctionParameter> parameters;
};

/// A value for each parameter, in their order and of its type; null where an optional one is left out.
using FunctionArguments = std::span<const JsonValue>;

/// Any thread. An error with a detail "/<parameter>" is about that argument.
class RelationFunction {
 public:
  virtual ~RelationFunction() = default;

  virtual const FunctionSignature& signature() const = 0;
  /// Of the rows that these arguments give. Looks nothing up that Rows would not refuse as well.
  virtual Result<std::vector<engine::TableColumn>> Columns(const access::Request& request,
                                                           FunctionArguments arguments) const = 0;
  /// What the caller may see of them. The columns are those of Columns.
  virtual Result<std::shared_ptr<const engine::MemoryTable>> Rows(const access::Request& request,
                                                                  FunctionArguments arguments) const = 0;
};

/// Gives FLOAT[]. Any thread. Errors as above.
class VectorFunction {
 public:
  virtual ~VectorFunction() = default;

  virtual const FunctionSignature& signature() const = 0;
  virtual Result<std::vector<float>> Vector(const access::Request& request,
                                            FunctionArguments arguments) const = 0;
};

/// Names unlike each other and unlike those of the engine's functions that statements may use.
struct ProvidedFunctions {
  std::vector<std::shared_ptr<const RelationFunction>> relations;
  std::vector<std::shared_ptr<const VectorFunction>> vectors;

  /// In any case; null when there is none.
  const RelationFunction* FindRelation(std::string_view name) const;
  const VectorFunction* FindVector(std::string_view name) const;
};

}  // namespace lake::query
