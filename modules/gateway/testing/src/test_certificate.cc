#include "lake/gateway_testing/test_certificate.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "lake/common/check.h"

namespace lake::gateway {
namespace {

constexpr long kDay = 24L * 60 * 60;

template <auto kFunction>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    kFunction(pointer);
  }
};
struct CloseStream {
  void operator()(std::FILE* stream) const { LAKE_CHECK(std::fclose(stream) == 0); }
};

void AddExtension(X509* certificate, int name, const char* value) {
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, name, value));
  LAKE_CHECK(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::unique_ptr<std::FILE, CloseStream> Overwrite(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  LAKE_CHECK(file >= 0);
  return std::unique_ptr<std::FILE, CloseStream>(::fdopen(file, "w"));
}

}  // namespace

TestCertificate::TestCertificate(TestValidity validity) { Renew(validity); }

void TestCertificate::Renew(TestValidity validity) {
  const std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>> pair(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, Free<X509_free>> made(X509_new());
  LAKE_CHECK(pair != nullptr && made != nullptr);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), validity.begin * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), validity.end * kDay);
  X509_set_pubkey(made.get(), pair.get());
  X509_NAME* name = X509_get_subject_name(made.get());
  const unsigned char common_name[] = "lakehouse test";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  AddExtension(made.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  AddExtension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  LAKE_CHECK(X509_sign(made.get(), pair.get(), EVP_sha256()) > 0);
  LAKE_CHECK(PEM_write_X509(Overwrite(certificate()).get(), made.get()) == 1);
  LAKE_CHECK(
      PEM_write_PrivateKey(Overwrite(key()).get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

const TestCertificate* CertificateOfAllTests() {
  static const std::unique_ptr<TestCertificate> kCertificate = [] {
    const char* wire = std::getenv("LAKE_TEST_WIRE");  // NOLINT(concurrency-mt-unsafe): nothing sets one
    const bool tls = wire != nullptr && std::string_view(wire) == "tls";
    return tls ? std::make_unique<TestCertificate>(TestValidity{}) : nullptr;
  }();
  return kCertificate.get();
}

}  // namespace lake::gateway
