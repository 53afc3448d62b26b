// SHA256_CTX is what can be copied cheaply; OpenSSL 3 calls it deprecated and has nothing in its place.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "keyed_hash.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "duckdb/execution/expression_executor_state.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "duckdb/main/client_context.hpp"
#include "lake/engine/engine.h"
#include "own_function.h"
#include "session_state.h"

namespace lake::engine {
namespace {

/// Of the 32: 128 bits tell values apart, and half the text is enough to carry around.
constexpr size_t kShownBytes = 16;

/// HMAC-SHA256 (RFC 2104) under one key, value after value. What the key makes of the two states is computed
/// once and copied: OpenSSL's EVP_MAC takes three times as long for a short value, most of it not for
/// hashing.
class Hmac {
 public:
  explicit Hmac(std::string_view key) {
    Block block{};
    if (key.size() > block.size())
      SHA256(Bytes(key), key.size(), block.data());
    else
      std::ranges::copy(key, block.begin());
    Begin(&inner_, block, 0x36);
    Begin(&outer_, block, 0x5c);
  }

  std::array<char, 2 * kShownBytes> HexOf(std::string_view value) const {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256_CTX state = inner_;
    SHA256_Update(&state, value.data(), value.size());
    SHA256_Final(digest.data(), &state);
    state = outer_;
    SHA256_Update(&state, digest.data(), digest.size());
    SHA256_Final(digest.data(), &state);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, 2 * kShownBytes> hex;
    for (size_t i = 0; i < kShownBytes; ++i) {
      hex[2 * i] = kDigits[digest[i] >> 4];
      hex[2 * i + 1] = kDigits[digest[i] & 15];
    }
    return hex;
  }

 private:
  using Block = std::array<unsigned char, SHA256_CBLOCK>;

  static const unsigned char* Bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
  static void Begin(SHA256_CTX* state, Block block, unsigned char pad) {
    for (unsigned char& byte : block) byte ^= pad;
    SHA256_Init(state);
    SHA256_Update(state, block.data(), block.size());
  }

  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

void KeyedHash(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
  const auto session = SessionState::Of(state.GetContext());
  const std::shared_ptr<const std::string> key = session ? session->hash_key() : nullptr;
  if (key == nullptr) {
    result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
    duckdb::ConstantVector::SetNull(result, true);
    return;
  }
  const Hmac hmac(*key);
  duckdb::UnaryExecutor::Execute<duckdb::string_t, duckdb::string_t>(
      arguments.data[0], result, arguments.size(), [&](duckdb::string_t value) {
        const auto hex = hmac.HexOf({value.GetData(), value.GetSize()});
        return duckdb::StringVector::AddString(result, hex.data(), hex.size());
      });
}

}  // namespace

void RegisterKeyedHash(duckdb::DuckDB& database) {
  duckdb::ScalarFunction function(std::string(kKeyedHashFunction), {duckdb::LogicalType::VARCHAR},
                                  duckdb::LogicalType::VARCHAR, KeyedHash);
  AddOwnFunction(database, std::move(function));
}

}  // namespace lake::engine
