#include "connection.h"

#include <algorithm>
#include <ctime>
#include <iterator>

#include "problem.h"
#include "trace.h"

namespace lake::gateway {
namespace {

namespace asio = boost::asio;
using Clock = ClientStream::Clock;
using Expect = InputBuffer::Expect;
using Goodbye = ClientStream::Goodbye;

/// Large enough for few system calls on uploads.
constexpr size_t kInputBytes = 64u << 10;
/// What a client may still send after our last answer before we hang up: enough for it to see the answer.
constexpr size_t kLingerBytes = 1u << 20;
constexpr std::chrono::seconds kLingerTime{2};

Error ClientGone() { return Cancelled("client_gone", "the client closed the connection"); }
Error ClientTooSlow() { return DeadlineExceeded("client_too_slow", "the client sent or took too few bytes"); }

size_t InputBytes(const HttpServerOptions& options) {
  return std::max<size_t>(kInputBytes,
                          options.max_header_bytes + 4);  // Beast looks for the empty line behind.
}

}  // namespace

Connection::Connection(Transport socket, std::unique_ptr<TlsSession> tls, std::string peer,
                       const ServerParts& parts)
    : parts_(parts),
      peer_(std::move(peer)),
      client_(std::make_shared<ClientStream>(
          std::move(socket), std::move(tls), InputBytes(parts.options),
          PaceWatch(parts.options.stall_timeout, parts.options.min_bytes_per_second))) {}

asio::awaitable<void> Connection::Run(std::shared_ptr<Connection> self) {
  const bool secured = co_await self->Secure();
  while (secured) {
    const bool ready = co_await self->ReadHead();
    if (!ready) break;
    co_await self->ServeRequest();
    if (!self->keep_) break;
  }
  if (secured) co_await self->Linger();
  self->client_->End(Goodbye::kClose);
}

void Connection::Drain() {
  draining_ = true;
  client_->Wake();
}

void Connection::CancelRequest() {
  if (!served_) return;
  served_->cancel.Cancel("shutdown");
  served_->upload.Fail(served_->cancel.token().error());
  client_->Wake();
}

void Connection::Abort() { client_->End(Goodbye::kClose); }

// ---- The request

/// The handshake, when there is TLS; false when it failed.
asio::awaitable<bool> Connection::Secure() {
  if (!client_->secure()) co_return true;
  const TimePoint until = Clock::now() + parts_.options.header_timeout;
  bool in_time = true;
  client_->StartHandshake();
  while (client_->handshaking() && in_time) {
    if (draining_ || client_->broken()) co_return false;
    in_time = co_await client_->NextEvent(until);
  }
  https_expected_ = client_->handshake() == TlsSession::State::kNotTls;
  if (https_expected_ || client_->handshake() == TlsSession::State::kDone) co_return true;
  if (client_->handshake() != TlsSession::State::kEnded)  // A look whether somebody listens is no failure.
    parts_.log.Info("tls_handshake_failed",
                    {{"peer", peer_}, {"cause", in_time ? client_->tls_failure() : "it took too long"}});
  co_return false;
}

asio::awaitable<bool> Connection::WaitForFirstByte() {
  const TimePoint until = Clock::now() + parts_.options.idle_timeout;
  while (client_->input().empty()) {
    if (draining_ || client_->ended() || client_->broken()) co_return false;
    client_->StartRead(Expect::kHead);
    const bool in_time = co_await client_->NextEvent(until);
    if (!in_time) co_return false;
  }
  co_return true;
}

Result<bool> Connection::Parse(BodySink& sink) {
  InputBuffer& input = client_->input();
  if (input.empty()) return false;
  LAKE_ASSIGN_OR_RETURN(const size_t used, parser_->Put(input.bytes(), sink));
  input.Consume(used);
  if (used == 0 && input.full()) return InvalidArgument("bad_http", "a line of the request is too long");
  return used > 0;
}

Status Connection::ParseHead() {
  InputBuffer& input = client_->input();
  while (!parser_->started() && input.bytes().starts_with("\r\n")) input.Consume(2);  // RFC 9112, section 2.2
  if (!parser_->started() && input.bytes() == "\r") return {};
  Discard no_body;
  Result<bool> used = Parse(no_body);
  return used.ok() ? Status() : Status(std::move(used).error());
}

asio::awaitable<bool> Connection::ReadHead() {
  parser_.emplace(parts_.options.max_header_bytes);
  const bool begun = co_await WaitForFirstByte();
  if (!begun) co_return false;
  started_ = Clock::now();
  const TimePoint until = started_ + parts_.options.header_timeout;
  for (;;) {
    Status status = ParseHead();
    if (status.ok() && parser_->head_done()) co_return true;
    if (client_->broken() || (status.ok() && client_->ended())) co_return false;
    if (status.ok()) {
      client_->StartRead(Expect::kHead);
      const bool in_time = co_await client_->NextEvent(until);
      if (in_time) continue;
      status = DeadlineExceeded("header_timeout", "the request's head took too long to arrive");
    }
    keep_ = false;
    body_over_ = true;
    served_ = MakeRequest(std::move(parser_->head()));
    Refuse(status.error(), {});
    co_await Converse();
    LogAccess();
    co_return false;
  }
}

std::shared_ptr<ServedRequest> Connection::MakeRequest(RequestHead head) {
  head.peer = peer_;
  TraceNames names = NameRequest(head, parts_.random);
  head.request_id = std::move(names.request_id);
  const ServedRequest::Sizes sizes = {.declared_length = parser_->framing().content_length,
                                      .max_body_bytes = parts_.options.max_body_bytes};
  auto served =
      std::make_shared<ServedRequest>(std::move(head), sizes, parts_.body_bytes, client_->RemoteWake());
  served->request.context.trace_id = std::move(names.trace_id);
  served->request.context.cancel = served->cancel.token();
  encoder_.emplace(served->head.method, parser_->framing().http11, served->head.request_id);
  bytes_before_ = client_->bytes_sent();
  failure_.clear();
  return served;
}

asio::awaitable<void> Connection::ServeRequest() {
  const Framing framing = parser_->framing();
  keep_ = framing.keep_alive && !https_expected_;
  body_over_ = !framing.has_body;
  continue_owed_ = framing.has_body && framing.http11 && !framing.expect.empty() && client_->input().empty();
  served_ = MakeRequest(std::move(parser_->head()));
  Verdict verdict = https_expected_
                        ? Refused{InvalidArgument("https_expected", "this port speaks HTTPS: use https://")}
                        : parts_.admission.Check(served_->head, framing, served_->request.context);
  if (auto* admitted = std::get_if<Admitted>(&verdict)) {
    served_->route = admitted->route;
    served_->path_values = std::move(admitted->path_values);
    served_->request = std::move(admitted->request);
    if (body_over_) served_->upload.End();  // An upload without a body is an empty one.
    Status status;
    if (admitted->route->reads_json) status = co_await ReadJsonBody();
    if (status.ok()) status = Dispatch();
    if (!status.ok()) Refuse(status.error(), {});
  } else if (auto* refused = std::get_if<Refused>(&verdict)) {
    Refuse(refused->error, std::move(refused->headers));
  } else {
    served_->answer.CloseWith(std::move(std::get<Answered>(verdict).answer));
  }
  client_->in_pace.Rest();
  co_await Converse();
  LogAccess();
  served_.reset();
}

void Connection::AwaitBody() {
  client_->in_pace.Wait(Clock::now());
  client_->StartRead(Expect::kBody);
  if (!continue_owed_ || client_->sending()) return;
  continue_owed_ = false;
  client_->Send(Outgoing({"HTTP/1.1 100 Continue\r\n\r\n", "", "", ""}));
}

asio::awaitable<Status> Connection::ReadJsonBody() {
  JsonBody& body = served_->body;
  const CancelToken cancelled = served_->cancel.token();
  while (!parser_->done()) {
    Result<bool> used = Parse(body);
    if (!used.ok()) co_return std::move(used).error();
    if (body.refusal()) co_return *body.refusal();
    if (*used) continue;
    if (client_->ended() || client_->broken()) co_return ClientGone();
    if (cancelled.cancelled()) co_return cancelled.error();
    AwaitBody();
    const TimePoint until = client_->in_pace.until();
    const bool in_time = co_await client_->NextEvent(until);
    if (!in_time && client_->in_pace.TooSlow(Clock::now())) co_return ClientTooSlow();
  }
  co_return Status();
}

Status Connection::Dispatch() {
  const internal::BoundRoute& route = *served_->route;
  if (!route.is_stream()) served_->request.context.deadline = Deadline::After(parts_.options.request_timeout);
  if (route.thread == internal::Thread::kIo) {
    Serve(*served_, parts_.log);
    return {};
  }
  WorkerPool& pool = route.is_stream() ? parts_.streams : parts_.workers;
  return pool.Submit([served = served_, &log = parts_.log] { Serve(*served, log); });
}

// ---- The answer

void Connection::Refuse(const Error& error, std::vector<Header> headers) {
  served_->body.Release();
  Answer answer = ProblemAnswer(error, served_->head.request_id);
  std::ranges::move(headers, std::back_inserter(answer.head.headers));
  served_->answer.CloseWith(std::move(answer));
}

asio::awaitable<void> Connection::Converse() {
  for (;;) {
    const UploadWish upload = PumpUpload();
    NoticeClientGone();
    if (!client_->sending() && !PumpAnswer()) break;
    // To notice when the client goes away; it may be the next request. Not before an answer that is there
    // already: what follows it is read when it is sent.
    if (upload == UploadWish::kNothing) client_->StartRead(Expect::kHead);
    const TimePoint until = NextDeadline();
    const bool in_time = co_await client_->NextEvent(until);
    if (!in_time) NoticePace();
  }
}

Connection::UploadWish Connection::PumpUpload() {
  BodyQueue& upload = served_->upload;
  const bool wanted = served_->route != nullptr && served_->route->is_upload();
  while (wanted && !body_over_) {
    if (!upload.WantsMore()) {
      client_->in_pace.Rest();
      return UploadWish::kRoom;
    }
    Result<bool> used = Parse(upload);
    if (used.ok() && !*used) {
      AwaitBody();
      return UploadWish::kBytes;
    }
    if (used.ok() && !parser_->done()) continue;
    body_over_ = true;
    if (used.ok()) {
      upload.End();
    } else {
      keep_ = false;
      upload.Fail(std::move(used).error());
    }
  }
  client_->in_pace.Rest();
  return UploadWish::kNothing;
}

void Connection::NoticeClientGone() {
  if (!client_->ended() && !client_->broken()) return;
  served_->cancel.Cancel("client_gone");
  const Error why = served_->cancel.token().error();  // An earlier reason stays.
  served_->upload.Fail(why);
  if (client_->broken()) served_->answer.Break(why);
}

bool Connection::PumpAnswer() {
  if (encoder_->complete()) return false;
  AnswerQueue::Portion portion = served_->answer.Take(Clock::now());
  look_again_ = portion.look_again;
  if (!portion.failure.empty()) failure_ = portion.failure;
  if (client_->broken()) return !portion.closed;  // The worker still has the request.
  if (portion.empty()) return true;
  if (portion.closed && !body_over_ && !parser_->done()) {
    Discard discard;  // What is here of a body nobody wanted costs nothing to skip.
    if (!Parse(discard).ok()) keep_ = false;
  }
  const bool client_may_ask = !client_->ended() || !client_->input().empty();
  const bool keep = keep_ && !draining_ && parser_->done() && client_may_ask;
  Outgoing out = encoder_->Encode(std::move(portion),
                                  keep ? AnswerEncoder::Connection::kKeep : AnswerEncoder::Connection::kClose,
                                  std::time(nullptr));
  if (encoder_->closes()) keep_ = false;
  if (encoder_->cut()) {  // Without chunks only a reset shows it.
    client_->End(encoder_->until_close() ? Goodbye::kReset : Goodbye::kClose);
    return false;
  }
  client_->Send(std::move(out));
  if (client_->sending()) return true;
  if (encoder_->complete()) return false;
  client_->WakeInTurn();  // A stream that never has to wait must not keep the thread for itself.
  return true;
}

Connection::TimePoint Connection::NextDeadline() const {
  return std::min(
      {client_->in_pace.until(), client_->out_pace.until(), look_again_.value_or(TimePoint::max())});
}

void Connection::NoticePace() {
  const TimePoint now = Clock::now();
  if (client_->in_pace.TooSlow(now)) {
    client_->in_pace.Rest();
    body_over_ = true;
    keep_ = false;
    served_->upload.Fail(ClientTooSlow());
  }
  if (!client_->out_pace.TooSlow(now)) return;
  served_->cancel.Cancel("client_too_slow");
  served_->answer.Break(ClientTooSlow());
  client_->End(Goodbye::kReset);
}

void Connection::LogAccess() const {
  const auto elapsed = std::chrono::duration<double, std::milli>(Clock::now() - started_);
  parts_.log.Info("http_request",
                  {{"request_id", served_->head.request_id},
                   {"trace_id", served_->request.context.trace_id},
                   {"method", NameOf(served_->head.method)},
                   {"route", served_->route != nullptr ? served_->route->path : std::string()},
                   {"status", encoder_->status()},
                   {"error", failure_},
                   {"complete", encoder_->complete() && client_->all_sent()},
                   {"bytes", client_->bytes_sent() - bytes_before_},
                   {"ms", elapsed.count()},
                   {"caller", served_->request.caller.name},
                   {"peer", served_->head.peer}});
}

/// With TLS a goodbye. Hanging up while bytes of the client are unread would reset the connection and could
/// destroy our last answer on its way; so we listen a little.
asio::awaitable<void> Connection::Linger() {
  InputBuffer& input = client_->input();
  const bool unread = (parser_->started() && !parser_->done()) || !input.empty();
  if (client_->broken() || (!unread && !client_->secure())) co_return;
  client_->EndSending();
  const TimePoint taken = Clock::now() + parts_.options.stall_timeout;
  while (client_->sending() && !client_->broken()) {  // Our last bytes fill the socket.
    const bool in_time = co_await client_->NextEvent(taken);
    if (!in_time) co_return;
  }
  if (!unread) co_return;
  const TimePoint until = Clock::now() + kLingerTime;
  size_t left = kLingerBytes;
  while (!client_->ended() && !client_->broken() && left > 0) {
    const size_t arrived = input.bytes().size();
    left -= std::min(left, arrived);
    input.Consume(arrived);
    client_->StartRead(Expect::kBody);
    const bool in_time = co_await client_->NextEvent(until);
    if (!in_time) co_return;
  }
}

}  // namespace lake::gateway
