// A certificate for this machine that vouches for itself, and its key, as files.
#pragma once

#include <string>

#include "lake/common_testing/temp_dir.h"

namespace lake::gateway {

/// In days from now.
struct TestValidity {
  int begin = -1;
  int end = 1;
};

class TestCertificate {
 public:
  explicit TestCertificate(TestValidity validity);

  /// Another pair in the same files.
  void Renew(TestValidity validity);
  std::string certificate() const { return (directory_ / "server.pem").string(); }
  std::string key() const { return (directory_ / "server.key").string(); }

 private:
  const TempDir directory_;
};

/// Of all servers and clients of a process that runs with LAKE_TEST_WIRE=tls; else null.
const TestCertificate* CertificateOfAllTests();

}  // namespace lake::gateway
