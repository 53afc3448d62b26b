#include "provider_answer.h"

#include <cmath>

namespace lake::models {
namespace {

constexpr size_t kMaxDimension = 16'384;
constexpr size_t kBatchBytes = 256u << 10;  // About 64,000 tokens: progress and cancellation between calls.

Error BadVectors(std::string_view what) {
  return Unavailable("bad_provider_answer", "the provider's vectors are wrong: {}", what);
}

}  // namespace

uint64_t FindCount(const JsonValue& object, std::string_view key) {
  const JsonValue* member = object.Find(key);
  return member != nullptr && member->is_int() && member->as_int() > 0
             ? static_cast<uint64_t>(member->as_int())
             : 0;
}

Status AppendVector(const JsonValue& vector, uint32_t* dimension, std::vector<float>* values) {
  if (!vector.is_array()) return BadVectors("one is no list of numbers");
  const JsonValue::Array& numbers = vector.as_array();
  if (numbers.empty() || numbers.size() > kMaxDimension) return BadVectors("one is empty or too long");
  if (*dimension == 0) *dimension = static_cast<uint32_t>(numbers.size());
  if (numbers.size() != *dimension) return BadVectors("they have different lengths");
  double squares = 0;
  for (const JsonValue& number : numbers) {
    if (!number.is_number()) return BadVectors("one has something that is no number");
    squares += number.as_double() * number.as_double();
  }
  if (!std::isfinite(squares) || squares == 0) return BadVectors("one has no direction");
  const double scale = 1 / std::sqrt(squares);
  for (const JsonValue& number : numbers) values->push_back(static_cast<float>(number.as_double() * scale));
  return {};
}

size_t NextBatch(std::span<const std::string> texts, size_t most) {
  size_t count = 0;
  size_t bytes = 0;
  for (const std::string& text : texts) {
    bytes += text.size();
    if (count > 0 && (bytes > kBatchBytes || count == most)) break;
    ++count;
  }
  return count;
}

std::string DeclaredDigest(std::string_view version) { return fmt::format("declared:{}", version); }

Error MemoryNotManaged(std::string_view provider) {
  return Unimplemented("memory_not_managed", "the provider '{}' looks after the memory of its models itself",
                       provider);
}

}  // namespace lake::models
