#include "spill_encryption.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "duckdb/common/encryption_functions.hpp"
#include "duckdb/common/exception.hpp"

namespace lake::engine {
namespace {

enum class Direction { kEncrypt, kDecrypt };

void Check(int openssl_result, const char* what) {
  if (openssl_result != 1) throw duckdb::IOException("spill encryption failed: %s", what);
}

const EVP_CIPHER* CipherOf(const duckdb::EncryptionStateMetadata& metadata) {
  if (metadata.GetCipher() != duckdb::EncryptionTypes::GCM)
    throw duckdb::NotImplementedException("only AES-GCM is offered");
  switch (metadata.GetKeyLen()) {
    case 16:
      return EVP_aes_128_gcm();
    case 24:
      return EVP_aes_192_gcm();
    case 32:
      return EVP_aes_256_gcm();
    default:
      throw duckdb::NotImplementedException("no AES key has this length");
  }
}

/// One buffer's encryption or decryption.
class GcmState final : public duckdb::EncryptionState {
 public:
  explicit GcmState(duckdb::unique_ptr<duckdb::EncryptionStateMetadata> description)
      : EncryptionState(std::move(description)), context_(EVP_CIPHER_CTX_new()) {
    Check(context_ != nullptr, "no context");
  }

  void InitializeEncryption(duckdb::EncryptionNonce& nonce, duckdb::const_data_ptr_t key,
                            duckdb::const_data_ptr_t aad, duckdb::idx_t aad_bytes) override {
    Start(Direction::kEncrypt, nonce, key, aad, aad_bytes);
  }
  void InitializeDecryption(duckdb::EncryptionNonce& nonce, duckdb::const_data_ptr_t key,
                            duckdb::const_data_ptr_t aad, duckdb::idx_t aad_bytes) override {
    Start(Direction::kDecrypt, nonce, key, aad, aad_bytes);
  }

  size_t Process(duckdb::const_data_ptr_t in, duckdb::idx_t in_bytes, duckdb::data_ptr_t out,
                 duckdb::idx_t) override {
    int out_bytes = 0;
    Check(EVP_CipherUpdate(context_.get(), out, &out_bytes, in, Narrow(in_bytes)), "update");
    return static_cast<size_t>(out_bytes);
  }

  size_t Finalize(duckdb::data_ptr_t out, duckdb::idx_t, duckdb::data_ptr_t tag,
                  duckdb::idx_t tag_bytes) override {
    int out_bytes = 0;
    if (direction_ == Direction::kDecrypt)
      Check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, Narrow(tag_bytes), tag), "set tag");
    Check(EVP_CipherFinal_ex(context_.get(), out, &out_bytes), "the spilled data was changed");
    if (direction_ == Direction::kEncrypt)
      Check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, Narrow(tag_bytes), tag), "get tag");
    return static_cast<size_t>(out_bytes);
  }

  void GenerateRandomData(duckdb::data_ptr_t data, duckdb::idx_t bytes) override {
    Check(RAND_bytes(data, Narrow(bytes)), "no randomness");
  }

 private:
  struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };

  static int Narrow(duckdb::idx_t bytes) {
    Check(bytes <= INT32_MAX, "too much at once");
    return static_cast<int>(bytes);
  }

  void Start(Direction direction, duckdb::EncryptionNonce& nonce, duckdb::const_data_ptr_t key,
             duckdb::const_data_ptr_t aad, duckdb::idx_t aad_bytes) {
    direction_ = direction;
    const int encrypt = direction == Direction::kEncrypt ? 1 : 0;
    Check(EVP_CipherInit_ex(context_.get(), CipherOf(*metadata), nullptr, nullptr, nullptr, encrypt),
          "start");
    Check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_IVLEN, Narrow(nonce.total_size()), nullptr),
          "nonce");
    Check(EVP_CipherInit_ex(context_.get(), nullptr, nullptr, key, nonce.data(), encrypt), "key");
    int ignored = 0;
    if (aad_bytes > 0)
      Check(EVP_CipherUpdate(context_.get(), nullptr, &ignored, aad, Narrow(aad_bytes)), "associated data");
  }

  std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context_;
  Direction direction_ = Direction::kEncrypt;
};

class SpillEncryption final : public duckdb::EncryptionUtil {
 public:
  duckdb::shared_ptr<duckdb::EncryptionState> CreateEncryptionState(
      duckdb::unique_ptr<duckdb::EncryptionStateMetadata> metadata) const override {
    return duckdb::make_shared_ptr<GcmState>(std::move(metadata));
  }
  void OverrideEncryptionUtil() override {}
};

}  // namespace

duckdb::shared_ptr<duckdb::EncryptionUtil> MakeSpillEncryption() {
  return duckdb::make_shared_ptr<SpillEncryption>();
}

}  // namespace lake::engine
