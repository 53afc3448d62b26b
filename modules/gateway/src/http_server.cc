#include "lake/gateway/http_server.h"

#include <pthread.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <set>
#include <thread>

#include "connection.h"
#include "drawn_ahead.h"
#include "lake/common/mutex.h"
#include "problem.h"
#include "response_text.h"
#include "tls_context.h"

namespace lake::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// After this long without a file descriptor (or memory) for a new connection we try again.
constexpr std::chrono::milliseconds kAcceptPause{100};
/// Cancelled requests get this long to say goodbye before their connections are cut.
constexpr std::chrono::seconds kGoodbyeTime{2};

/// One thread with its own event loop; a connection stays on the one it came to, so it needs no locks.
struct IoThread {
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  // Only on this thread.
  std::optional<DrawnAhead> random;
  std::optional<ServerParts> parts;
  std::set<std::shared_ptr<Connection>> connections;
  std::thread thread;
};

/// How many connections there are, and waiting for none.
class ConnectionCount {
 public:
  /// False when there are `most` already.
  bool Enter(size_t most) {
    MutexLock lock(mutex_);
    if (count_ >= most) return false;
    ++count_;
    return true;
  }
  void Leave() {
    MutexLock lock(mutex_);
    --count_;
    if (count_ == 0) none_.NotifyAll();
  }
  /// False when there still are some at `until`.
  bool WaitForNone(std::chrono::steady_clock::time_point until) {
    MutexLock lock(mutex_);
    while (count_ > 0)
      if (!none_.WaitUntil(mutex_, until)) return count_ == 0;
    return true;
  }

 private:
  Mutex mutex_;
  CondVar none_;
  size_t count_ LAKE_GUARDED_BY(mutex_) = 0;
};

std::string AddressOf(const tcp::socket& socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  return error ? "" : peer.address().to_string();
}

class Server final : public HttpServer {
 public:
  Server(HttpServerOptions options, const Api& api, Authenticate authenticate, Log& log, RandomSource& random)
      : options_(std::move(options)),
        admission_(options_, api, std::move(authenticate)),
        log_(log),
        random_(random),
        io_(std::max<size_t>(options_.io_threads, 1)),
        acceptor_(io_[0].loop),
        accept_pause_(io_[0].loop) {}
  ~Server() override { Stop(); }

  Status Listen();
  uint16_t port() const override { return port_; }
  void Stop() override;

 private:
  void Accept();
  void Admit(tcp::socket socket, std::unique_ptr<TlsSession> session, IoThread& io);
  void TurnAway(tcp::socket socket);
  void OnEveryConnection(void (Connection::*action)());

  const HttpServerOptions options_;
  const Admission admission_;
  Log& log_;
  RandomSource& random_;
  ByteBudget body_bytes_{options_.max_buffered_body_bytes};
  ConnectionCount count_;
  std::vector<IoThread> io_;
  std::unique_ptr<TlsContext> tls_;  ///< Null without; used where the acceptor is.
  tcp::acceptor acceptor_;           ///< On the first I/O thread.
  asio::steady_timer accept_pause_;
  size_t next_io_ = 0;
  uint16_t port_ = 0;
  std::optional<WorkerPool> workers_;
  std::optional<WorkerPool> streams_;
  std::atomic<bool> stopping_ = false;
};

Status Server::Listen() {
  if (!options_.tls_certificate.empty()) {
    TlsFiles files = {.certificate = options_.tls_certificate, .key = options_.tls_key};
    LAKE_ASSIGN_OR_RETURN(tls_, TlsContext::Load(std::move(files), options_.tls_check_interval, log_));
  }
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options_.address, error);
  if (error) return InvalidArgument("bad_address", "'{}' is no IP address", options_.address);
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error == asio::error::address_in_use)
    return Unavailable("address_in_use", "something else listens on {} port {}", options_.address,
                       options_.port);
  if (error)
    return Unavailable("cannot_listen", "cannot listen on {} port {}", options_.address, options_.port)
        .WithCause(error.message());
  port_ = acceptor_.local_endpoint().port();

  workers_.emplace(WorkerPool::Options{
      .name = "lake-http", .threads = options_.worker_threads, .queue_limit = options_.max_waiting_requests});
  streams_.emplace(WorkerPool::Options{.name = "lake-stream",
                                       .threads = options_.stream_threads,
                                       .queue_limit = options_.max_waiting_requests});
  for (IoThread& io : io_) {
    io.random.emplace(random_);
    io.parts.emplace(ServerParts{options_, admission_, log_, *io.random, *workers_, *streams_, body_bytes_});
  }
  Accept();
  for (IoThread& io : io_)
    io.thread = std::thread([&io] {
      pthread_setname_np(pthread_self(), "lake-io");
      io.loop.run();
    });
  return {};
}

void Server::Accept() {
  IoThread& io = io_[next_io_++ % io_.size()];
  acceptor_.async_accept(io.loop, [this, &io](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (error) {
      log_.Warning("accept_failed", {{"cause", error.message()}});
      accept_pause_.expires_after(kAcceptPause);
      return accept_pause_.async_wait([this](error_code stopped) {
        if (!stopped) Accept();
      });
    }
    if (count_.Enter(options_.max_connections)) {
      std::unique_ptr<TlsSession> session = tls_ ? tls_->NewSession(socket.native_handle()) : nullptr;
      asio::post(io.loop, [this, &io, moved = std::move(socket), tls = std::move(session)]() mutable {
        Admit(std::move(moved), std::move(tls), io);
      });
    } else if (!tls_) {  // With TLS it is just closed: saying why would take a handshake.
      TurnAway(std::move(socket));
    }
    Accept();
  });
}

void Server::Admit(tcp::socket socket, std::unique_ptr<TlsSession> session, IoThread& io) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  std::string peer = AddressOf(socket);
  auto connection =
      std::make_shared<Connection>(std::move(socket), std::move(session), std::move(peer), *io.parts);
  io.connections.insert(connection);
  if (stopping_) connection->Drain();  // It came while the others were told.
  asio::co_spawn(io.loop, Connection::Run(connection), [this, &io, connection](std::exception_ptr) {
    io.connections.erase(connection);
    count_.Leave();
  });
}

void Server::TurnAway(tcp::socket socket) {
  const Error error = ResourceExhausted("server_busy", "there are too many connections");
  const Answer answer = ProblemAnswer(error, random_.NextHex(16));
  const std::string text =
      WriteHead(answer.head, {.length = answer.body.size(), .keep_alive = false, .now = std::time(nullptr)}) +
      answer.body;
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);  // A new socket has room for it.
}

void Server::OnEveryConnection(void (Connection::*action)()) {
  for (IoThread& io : io_)
    asio::post(io.loop, [&io, action] {
      for (const std::shared_ptr<Connection>& connection : io.connections) (connection.get()->*action)();
    });
}

void Server::Stop() {
  if (stopping_.exchange(true) || !workers_) return;
  asio::post(io_[0].loop, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
  });
  OnEveryConnection(&Connection::Drain);
  if (!count_.WaitForNone(std::chrono::steady_clock::now() + options_.drain_timeout)) {
    OnEveryConnection(&Connection::CancelRequest);
    if (!count_.WaitForNone(std::chrono::steady_clock::now() + kGoodbyeTime)) {
      OnEveryConnection(&Connection::Abort);
      count_.WaitForNone(std::chrono::steady_clock::time_point::max());
    }
  }
  workers_->Shutdown();
  streams_->Shutdown();
  for (IoThread& io : io_) io.work.reset();
  for (IoThread& io : io_) io.thread.join();
}

}  // namespace

Status CheckTls(const HttpServerOptions& options) {
  if (options.tls_certificate.empty()) return {};
  LAKE_ASSIGN_OR_RETURN(const TlsSettings usable,
                        LoadTlsSettings({.certificate = options.tls_certificate, .key = options.tls_key}));
  return {};
}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options, const Api& api,
                                                      Authenticate authenticate, Log& log,
                                                      RandomSource& random) {
  auto server = std::make_unique<Server>(std::move(options), api, std::move(authenticate), log, random);
  LAKE_RETURN_IF_ERROR(server->Listen());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace lake::gateway
