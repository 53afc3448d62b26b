// One client of a fake server, over a plain socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lake::models {

struct FakeRequest {
  std::string method;
  std::string path;
  std::string authorization;
  std::string body;
};

/// One thread. Does not own the socket.
class FakeConnection {
 public:
  explicit FakeConnection(int socket) : socket_(socket) {}

  /// None when the client has gone.
  std::optional<FakeRequest> Read();
  void Answer(int status, std::string_view body);
  // An answer of unknown length.
  void Begin(std::string_view content_type);
  void Piece(std::string_view bytes);
  void End();
  void Raw(std::string_view bytes);
  bool broken() const { return broken_; }
  /// Until the client has gone, or somebody shuts the socket down.
  void WaitUntilGone();

 private:
  bool Receive();

  const int socket_;
  std::string received_;
  bool broken_ = false;
};

}  // namespace lake::models
