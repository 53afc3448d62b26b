#include "keyed_hash.h"

#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <string_view>

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/common/vector_operations/unary_executor.hpp"
#include "duckdb/execution/expression_executor_state.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/connection.hpp"
#include "lake/engine/engine.h"
#include "own_function.h"
#include "session_state.h"

namespace lake::engine {
namespace {

/// Of the 32: 128 bits tell values apart, and half the text is enough to carry around.
constexpr size_t kShownBytes = 16;

/// HMAC under one key, value after value.
class Hmac {
 public:
  explicit Hmac(std::string_view key)
      : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free),
        context_(EVP_MAC_CTX_new(mac_.get()), EVP_MAC_CTX_free) {
    std::array<char, 7> digest = {"SHA256"};
    const std::array parameters = {OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0),
                                   OSSL_PARAM_construct_end()};
    Check(EVP_MAC_init(context_.get(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                       parameters.data()));
  }

  std::array<char, 2 * kShownBytes> HexOf(std::string_view value) {
    std::array<unsigned char, 32> digest;
    size_t length = 0;
    Check(EVP_MAC_init(context_.get(), nullptr, 0, nullptr));  // Begins anew with the same key.
    Check(EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(value.data()), value.size()));
    Check(EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()));
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, 2 * kShownBytes> hex;
    for (size_t i = 0; i < kShownBytes; ++i) {
      hex[2 * i] = kDigits[digest[i] >> 4];
      hex[2 * i + 1] = kDigits[digest[i] & 15];
    }
    return hex;
  }

 private:
  static void Check(int done) {
    if (done != 1) throw duckdb::InvalidInputException("a keyed hash could not be computed");
  }

  std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac_;
  std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context_;
};

void KeyedHash(duckdb::DataChunk& arguments, duckdb::ExpressionState& state, duckdb::Vector& result) {
  const auto session = SessionState::Of(state.GetContext());
  const std::shared_ptr<const std::string> key = session ? session->hash_key() : nullptr;
  if (key == nullptr) {
    result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
    duckdb::ConstantVector::SetNull(result, true);
    return;
  }
  Hmac hmac(*key);
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
