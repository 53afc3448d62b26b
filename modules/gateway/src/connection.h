// One client connection: a coroutine on one I/O thread that reads requests, hands them to workers and writes
// answers.
//
// All members are used on that thread only; workers reach it through the queues of ServedRequest and a posted
// Wake. The coroutine never waits for a socket directly: reads and writes complete into members and wake it,
// so that one wait covers the client, the worker, the clock and the shutdown.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "admission.h"
#include "answer_encoder.h"
#include "byte_budget.h"
#include "input_buffer.h"
#include "lake/common/worker_pool.h"
#include "pace_watch.h"
#include "request_parser.h"
#include "served_request.h"
#include "transport.h"

namespace lake::gateway {

/// What all connections of a server share; outlives them.
struct ServerParts {
  const HttpServerOptions& options;
  const Admission& admission;
  Log& log;
  RandomSource& random;
  WorkerPool& workers;
  WorkerPool& streams;
  ByteBudget& body_bytes;
};

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Transport socket, std::string peer, const ServerParts& parts);

  /// Serves until the connection ends, then closes it.
  static boost::asio::awaitable<void> Run(std::shared_ptr<Connection> self);

  // For shutdown, on the I/O thread.
  void Drain();          ///< Close after the current answer; at once when idle.
  void CancelRequest();  ///< The running handler is told to stop.
  void Abort();          ///< The client is cut off.

 private:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  // Waiting
  Awaitable<bool> NextEvent(TimePoint until);  ///< False when `until` passed.
  void Wake();
  std::function<void()> WakeFromWorker();

  // The request
  Awaitable<bool> ReadHead();
  Awaitable<bool> WaitForFirstByte();
  Awaitable<void> ServeRequest();
  Awaitable<Status> ReadJsonBody();
  Status Dispatch(const std::shared_ptr<ServedRequest>& served);
  /// Ends the current request with a problem; makes one when there is none yet.
  void Refuse(const Error& error, std::vector<Header> headers);
  std::shared_ptr<ServedRequest> MakeRequest(RequestHead head);

  // Reading
  void StartRead(InputBuffer::Expect expect);
  Result<bool> Parse(BodySink& sink);  ///< True when bytes were used.
  void SkipEmptyLines();
  void AwaitBody();  ///< The client's turn: reads, and tells it to go on when it asked.

  // Answering
  Awaitable<void> Converse(ServedRequest& served);
  void PumpUpload(ServedRequest& served);
  void NoticeClientGone(ServedRequest& served);
  bool PumpAnswer(ServedRequest& served);  ///< False when there is nothing more to do for this request.
  void StartWrite();
  void NoticePace(ServedRequest& served);
  TimePoint NextDeadline() const;
  void LogAccess(const ServedRequest& served);
  Awaitable<void> Linger();

  const ServerParts& parts_;
  const std::string peer_;
  Transport socket_;
  boost::asio::steady_timer timer_;
  bool woken_ = false;

  InputBuffer input_;
  std::optional<RequestParser> parser_;
  std::shared_ptr<ServedRequest> served_;
  TimePoint request_started_;
  bool reading_ = false;
  bool input_ended_ = false;    ///< The client sends no more.
  bool body_over_ = false;      ///< Complete, or of no use any more.
  bool continue_owed_ = false;  ///< The client waits for "100 Continue".

  std::optional<AnswerEncoder> encoder_;
  Outgoing out_;
  uint64_t bytes_out_ = 0;
  bool writing_ = false;
  bool broken_ = false;  ///< The socket is of no use any more.
  std::optional<TimePoint> look_again_;

  PaceWatch in_pace_;
  PaceWatch out_pace_;
  bool keep_ = true;  ///< Another request may follow.
  bool draining_ = false;
};

}  // namespace lake::gateway
