// One client's requests, one after the other: a coroutine on one I/O thread that reads them, hands them to
// workers and sends the answers. Used on that thread only; workers reach it through the queues of
// ServedRequest.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "admission.h"
#include "answer_encoder.h"
#include "byte_budget.h"
#include "client_stream.h"
#include "lake/common/worker_pool.h"
#include "request_parser.h"
#include "served_request.h"

namespace lake::gateway {

/// What the connections of one I/O thread share; outlives them. `random` is that thread's.
struct ServerParts {
  const HttpServerOptions& options;
  const Admission& admission;
  Log& log;
  RandomSource& random;
  WorkerPool& workers;
  WorkerPool& streams;
  ByteBudget& body_bytes;
};

class Connection final {
 public:
  /// Plain HTTP when `tls` is null.
  Connection(Transport socket, std::unique_ptr<TlsSession> tls, std::string peer, const ServerParts& parts);

  /// Serves until the connection ends, then closes it.
  static boost::asio::awaitable<void> Run(std::shared_ptr<Connection> self);

  // For shutdown, on the I/O thread.
  void Drain();          ///< Close after the current answer; at once when idle.
  void CancelRequest();  ///< The running handler is told to stop.
  void Abort();          ///< The client is cut off.

 private:
  using TimePoint = ClientStream::TimePoint;
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  // The request
  Awaitable<bool> Secure();
  Awaitable<bool> ReadHead();
  Awaitable<bool> WaitForFirstByte();
  Status ParseHead();
  Awaitable<void> ServeRequest();
  Awaitable<Status> ReadJsonBody();
  Result<bool> Parse(BodySink& sink);  ///< True when bytes were used.
  void AwaitBody();                    ///< The client's turn: reads, and tells it to go on when it asked.
  std::shared_ptr<ServedRequest> MakeRequest(RequestHead head);
  Status Dispatch();

  // The answer
  void Refuse(const Error& error, std::vector<Header> headers);
  Awaitable<void> Converse();
  /// What an upload waits for.
  enum class UploadWish { kNothing, kBytes, kRoom };
  UploadWish PumpUpload();
  void NoticeClientGone();
  bool PumpAnswer();  ///< False when there is nothing more to do for this request.
  void NoticePace();
  TimePoint NextDeadline() const;
  void LogAccess() const;
  Awaitable<void> Linger();

  const ServerParts& parts_;
  const std::string peer_;
  const std::shared_ptr<ClientStream> client_;
  bool keep_ = true;  ///< Another request may follow.
  bool draining_ = false;
  bool https_expected_ = false;  ///< The client speaks plain HTTP where it should not.

  // Of the current request
  std::optional<RequestParser> parser_;
  std::shared_ptr<ServedRequest> served_;
  std::optional<AnswerEncoder> encoder_;
  TimePoint started_;
  uint64_t bytes_before_ = 0;            ///< Sent for earlier requests.
  std::string failure_;                  ///< The slug of the error that the answer tells of.
  bool body_over_ = false;               ///< Complete, or of no use any more.
  bool continue_owed_ = false;           ///< The client waits for "100 Continue".
  std::optional<TimePoint> look_again_;  ///< The answer's head waits until then.
};

}  // namespace lake::gateway
