#include "connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "problem.h"
#include "trace.h"

namespace lake::gateway {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Large enough for few system calls on uploads.
constexpr size_t kInputBytes = 64u << 10;
/// What a client may still send after our last answer before we hang up: enough for it to see the answer.
constexpr size_t kLingerBytes = 1u << 20;
constexpr std::chrono::seconds kLingerTime{2};

Error ClientGone() { return Cancelled("client_gone", "the client closed the connection"); }
Error ClientTooSlow() { return DeadlineExceeded("client_too_slow", "the client sent or took too few bytes"); }

}  // namespace

Connection::Connection(Transport socket, std::string peer, const ServerParts& parts)
    : parts_(parts),
      peer_(std::move(peer)),
      socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      input_(std::max<size_t>(kInputBytes, parts.options.max_header_bytes + 4)),
      in_pace_(parts.options.stall_timeout, parts.options.min_bytes_per_second),
      out_pace_(parts.options.stall_timeout, parts.options.min_bytes_per_second) {}

asio::awaitable<void> Connection::Run(std::shared_ptr<Connection> self) {
  for (;;) {
    const bool ready = co_await self->ReadHead();
    if (!ready) break;
    co_await self->ServeRequest();
    if (!self->keep_) break;
  }
  co_await self->Linger();
  self->Abort();
}

// ---- Waiting

asio::awaitable<bool> Connection::NextEvent(TimePoint until) {
  if (!woken_) {
    timer_.expires_at(until);
    error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  const bool in_time = woken_;
  woken_ = false;
  co_return in_time;
}

void Connection::Wake() {
  woken_ = true;
  timer_.cancel();
}

std::function<void()> Connection::WakeFromWorker() {
  return [weak = weak_from_this(), executor = socket_.get_executor()] {
    asio::post(executor, [weak] {
      if (const std::shared_ptr<Connection> self = weak.lock()) self->Wake();
    });
  };
}

void Connection::Drain() {
  draining_ = true;
  Wake();
}

void Connection::CancelRequest() {
  if (!served_) return;
  served_->cancel.Cancel("shutdown");
  served_->upload.Fail(Cancelled("shutdown", "the server is shutting down"));
  Wake();
}

void Connection::Abort() {
  broken_ = true;
  error_code ignored;
  socket_.close(ignored);
  Wake();
}

// ---- Reading

void Connection::StartRead(InputBuffer::Expect expect) {
  if (reading_ || input_ended_ || broken_) return;
  size_t size = 0;
  char* place = input_.Prepare(expect, &size);
  if (size == 0) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(place, size),
                          [self = shared_from_this()](error_code error, size_t bytes) {
                            self->reading_ = false;
                            self->input_.Commit(bytes);
                            self->in_pace_.Moved(bytes);
                            if (error) self->input_ended_ = true;
                            if (error && error != asio::error::eof) self->broken_ = true;
                            self->Wake();
                          });
}

Result<bool> Connection::Parse(BodySink& sink) {
  if (input_.empty()) return false;
  LAKE_ASSIGN_OR_RETURN(const size_t used, parser_->Put(input_.bytes(), sink));
  input_.Consume(used);
  if (used == 0 && input_.full()) return InvalidArgument("bad_http", "a line of the request is too long");
  return used > 0;
}

void Connection::SkipEmptyLines() {
  while (!parser_->started() && input_.bytes().starts_with("\r\n"))
    input_.Consume(2);  // RFC 9112, section 2.2
}

void Connection::AwaitBody() {
  in_pace_.Wait(Clock::now());
  StartRead(InputBuffer::Expect::kBody);
  if (!continue_owed_ || writing_) return;
  continue_owed_ = false;
  out_ = Outgoing({"HTTP/1.1 100 Continue\r\n\r\n", "", "", ""});
  StartWrite();
}

asio::awaitable<bool> Connection::WaitForFirstByte() {
  const TimePoint until = Clock::now() + parts_.options.idle_timeout;
  while (input_.empty()) {
    if (draining_ || input_ended_ || broken_) co_return false;
    StartRead(InputBuffer::Expect::kHead);
    const bool in_time = co_await NextEvent(until);
    if (!in_time) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> Connection::ReadHead() {
  parser_.emplace(parts_.options.max_header_bytes);
  const bool begun = co_await WaitForFirstByte();
  if (!begun) co_return false;
  request_started_ = Clock::now();
  const TimePoint until = request_started_ + parts_.options.header_timeout;
  Discard no_body;
  for (;;) {
    SkipEmptyLines();
    Status status;
    if (input_.bytes() != "\r") {
      Result<bool> used = Parse(no_body);
      if (!used.ok()) status = std::move(used).error();
    }
    if (status.ok() && parser_->head_done()) co_return true;
    if (broken_ || (status.ok() && input_ended_)) co_return false;
    if (status.ok()) {
      StartRead(InputBuffer::Expect::kHead);
      const bool in_time = co_await NextEvent(until);
      if (in_time) continue;
      status = DeadlineExceeded("header_timeout", "the request's head took too long to arrive");
    }
    body_over_ = true;
    keep_ = false;
    served_ = MakeRequest(std::move(parser_->head()));
    Refuse(status.error(), {});
    co_await Converse(*served_);
    co_return false;
  }
}

asio::awaitable<Status> Connection::ReadJsonBody() {
  JsonBody& body = served_->body;
  const CancelToken cancelled = served_->cancel.token();
  while (!parser_->done()) {
    Result<bool> used = Parse(body);
    if (!used.ok()) co_return std::move(used).error();
    if (body.refusal()) co_return *body.refusal();
    if (*used) continue;
    if (input_ended_ || broken_) co_return ClientGone();
    if (cancelled.cancelled()) co_return cancelled.error();
    AwaitBody();
    const TimePoint until = in_pace_.until();
    const bool in_time = co_await NextEvent(until);
    if (!in_time && in_pace_.TooSlow(Clock::now())) co_return ClientTooSlow();
  }
  in_pace_.Rest();
  co_return Status();
}

// ---- Serving

std::shared_ptr<ServedRequest> Connection::MakeRequest(RequestHead head) {
  head.peer = peer_;
  TraceNames names = NameRequest(head, parts_.random);
  head.request_id = std::move(names.request_id);
  const ServedRequest::Sizes sizes = {.declared_length = parser_->framing().content_length,
                                      .max_body_bytes = parts_.options.max_body_bytes};
  auto served = std::make_shared<ServedRequest>(std::move(head), sizes, parts_.body_bytes, WakeFromWorker());
  served->request.context.trace_id = std::move(names.trace_id);
  served->request.context.cancel = served->cancel.token();
  encoder_.emplace(served->head.method, parser_->framing().http11, served->head.request_id);
  bytes_out_ = 0;
  return served;
}

void Connection::Refuse(const Error& error, std::vector<Header> headers) {
  Answer answer = ProblemAnswer(error, served_->head.request_id);
  std::ranges::move(headers, std::back_inserter(answer.head.headers));
  served_->answer.CloseWith(std::move(answer));
}

asio::awaitable<void> Connection::ServeRequest() {
  const Framing framing = parser_->framing();
  keep_ = framing.keep_alive;
  body_over_ = !framing.has_body;
  continue_owed_ = framing.has_body && framing.http11 && !framing.expect.empty() && input_.empty();
  served_ = MakeRequest(std::move(parser_->head()));
  Verdict verdict = parts_.admission.Check(served_->head, framing, served_->request.context);
  if (auto* admitted = std::get_if<Admitted>(&verdict)) {
    served_->route = admitted->route;
    served_->path_values = std::move(admitted->path_values);
    served_->request = std::move(admitted->request);
    if (body_over_) served_->upload.End();  // An upload without a body is an empty one.
    Status status;
    if (admitted->route->reads_json) status = co_await ReadJsonBody();
    if (status.ok()) status = Dispatch(served_);
    if (!status.ok()) Refuse(status.error(), {});
  } else if (auto* refused = std::get_if<Refused>(&verdict)) {
    Refuse(refused->error, std::move(refused->headers));
  } else {
    served_->answer.CloseWith(std::move(std::get<Answered>(verdict).answer));
  }
  in_pace_.Rest();
  co_await Converse(*served_);
  LogAccess(*served_);
  served_.reset();
}

Status Connection::Dispatch(const std::shared_ptr<ServedRequest>& served) {
  const internal::BoundRoute& route = *served->route;
  if (!route.is_stream()) served->request.context.deadline = Deadline::After(parts_.options.request_timeout);
  Log& log = parts_.log;
  if (route.thread == internal::Thread::kIo) {
    Serve(*served, log);
    return {};
  }
  WorkerPool& pool = route.is_stream() ? parts_.streams : parts_.workers;
  return pool.Submit([served, &log] { Serve(*served, log); });
}

asio::awaitable<void> Connection::Converse(ServedRequest& served) {
  for (;;) {
    PumpUpload(served);
    NoticeClientGone(served);
    if (!writing_ && !PumpAnswer(served)) break;
    const TimePoint until = NextDeadline();
    const bool in_time = co_await NextEvent(until);
    if (!in_time) NoticePace(served);
  }
}

void Connection::PumpUpload(ServedRequest& served) {
  const bool wanted = served.route != nullptr && served.route->is_upload();
  while (wanted && !body_over_) {
    if (!served.upload.WantsMore()) return in_pace_.Rest();
    Result<bool> used = Parse(served.upload);
    if (used.ok() && !*used) return AwaitBody();
    if (!used.ok()) keep_ = false;
    if (!used.ok())
      served.upload.Fail(std::move(used).error());
    else if (parser_->done())
      served.upload.End();
    else
      continue;
    body_over_ = true;
  }
  in_pace_.Rest();
  StartRead(InputBuffer::Expect::kHead);  // To notice when the client goes away; it may be the next request.
}

void Connection::NoticeClientGone(ServedRequest& served) {
  if (!input_ended_ && !broken_) return;
  served.cancel.Cancel("client_gone");
  const Error why = served.cancel.token().error();  // An earlier reason stays.
  served.upload.Fail(why);
  if (broken_) served.answer.Break(why);
}

bool Connection::PumpAnswer(ServedRequest& served) {
  if (encoder_->complete()) return false;
  AnswerQueue::Portion portion = served.answer.Take(Clock::now());
  look_again_ = portion.look_again;
  if (broken_) return !portion.closed;  // The worker still has the request.
  if (portion.empty()) return true;
  if (!parser_->done() && portion.closed) {  // What is here of a body nobody wanted costs nothing to skip.
    Discard discard;
    if (!body_over_ && !Parse(discard).ok()) keep_ = false;
  }
  const bool keep = keep_ && !draining_ && parser_->done() && (!input_ended_ || !input_.empty());
  out_ = encoder_->Encode(std::move(portion),
                          keep ? AnswerEncoder::Connection::kKeep : AnswerEncoder::Connection::kClose,
                          std::time(nullptr));
  if (encoder_->closes()) keep_ = false;
  if (encoder_->cut()) {
    error_code ignored;
    if (encoder_->until_close())
      socket_.set_option(asio::socket_base::linger(true, 0), ignored);  // A reset shows it.
    Abort();
    return false;
  }
  if (out_.left() > 0) StartWrite();
  return true;
}

void Connection::StartWrite() {
  writing_ = true;
  out_pace_.Wait(Clock::now());
  std::array<asio::const_buffer, 4> buffers;
  std::ranges::transform(out_.Remaining(), buffers.begin(),
                         [](std::string_view piece) { return asio::buffer(piece.data(), piece.size()); });
  socket_.async_write_some(buffers, [self = shared_from_this()](error_code error, size_t bytes) {
    self->out_.Advance(bytes);
    self->out_pace_.Moved(bytes);
    self->bytes_out_ += bytes;
    if (error) self->broken_ = true;
    if (!error && self->out_.left() > 0) return self->StartWrite();
    self->writing_ = false;
    self->out_pace_.Rest();
    self->Wake();
  });
}

Connection::TimePoint Connection::NextDeadline() const {
  return std::min({in_pace_.until(), out_pace_.until(), look_again_.value_or(TimePoint::max())});
}

void Connection::NoticePace(ServedRequest& served) {
  const TimePoint now = Clock::now();
  if (in_pace_.TooSlow(now)) {
    in_pace_.Rest();
    body_over_ = true;
    keep_ = false;
    served.upload.Fail(ClientTooSlow());
  }
  if (!out_pace_.TooSlow(now)) return;
  served.cancel.Cancel("client_too_slow");
  served.answer.Break(ClientTooSlow());
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0),
                     ignored);  // Do not keep its bytes in the kernel either.
  Abort();
}

void Connection::LogAccess(const ServedRequest& served) {
  const auto elapsed = std::chrono::duration<double, std::milli>(Clock::now() - request_started_);
  const bool complete = encoder_->complete() && !broken_;
  parts_.log.Info("http_request", {{"request_id", served.head.request_id},
                                   {"trace_id", served.request.context.trace_id},
                                   {"method", NameOf(served.head.method)},
                                   {"route", served.route != nullptr ? served.route->path : std::string()},
                                   {"status", encoder_->status()},
                                   {"complete", complete},
                                   {"bytes", bytes_out_},
                                   {"ms", elapsed.count()},
                                   {"caller", served.request.caller.name},
                                   {"peer", served.head.peer}});
}

/// Hanging up while bytes of the client are unread would reset the connection and could destroy our last
/// answer on its way; so we listen a little.
asio::awaitable<void> Connection::Linger() {
  const bool unread = (parser_->started() && !parser_->done()) || !input_.empty();
  if (broken_ || !unread) co_return;
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  const TimePoint until = Clock::now() + kLingerTime;
  size_t left = kLingerBytes;
  while (!input_ended_ && !broken_ && left > 0) {
    const size_t arrived = input_.bytes().size();
    left -= std::min(left, arrived);
    input_.Consume(arrived);
    StartRead(InputBuffer::Expect::kBody);
    const bool in_time = co_await NextEvent(until);
    if (!in_time) co_return;
  }
}

}  // namespace lake::gateway
