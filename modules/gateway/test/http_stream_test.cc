// Goal: bodies and answers of any length in bounded memory; an answer that is not complete never looks
// complete. Method: streaming routes whose handlers a test drives, over real sockets.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "answer_queue.h"
#include "body_queue.h"
#include "lake/common/mutex.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/gateway/http_server.h"
#include "lake/gateway_testing/raw_client.h"
#include "lake/gateway_testing/test_server.h"

namespace lake::gateway::http_stream_test {

struct Flow {
  std::string how;
  uint64_t bytes = 0;
};

struct Counted {
  uint64_t bytes = 0;
};

}  // namespace lake::gateway::http_stream_test

template <>
struct lake::Describe<lake::gateway::http_stream_test::Flow> {
  using T = lake::gateway::http_stream_test::Flow;
  static constexpr auto kFields =
      std::tuple{Required("how", &T::how, "What happens."), Optional("bytes", &T::bytes, "How much.")};
};
template <>
struct lake::Describe<lake::gateway::http_stream_test::Counted> {
  using T = lake::gateway::http_stream_test::Counted;
  static constexpr auto kFields = std::tuple{Required("bytes", &T::bytes, "How much.")};
};

namespace lake::gateway::http_stream_test {
namespace {

using std::chrono::milliseconds;

/// A value one thread sets and another waits for.
template <class T>
class Promised {
 public:
  void Set(T value) {
    MutexLock lock(mutex_);
    value_ = std::move(value);
    set_.NotifyAll();
  }
  T Wait() {
    MutexLock lock(mutex_);
    while (!value_) set_.Wait(mutex_);
    return *value_;
  }

 private:
  Mutex mutex_;
  CondVar set_;
  std::optional<T> value_ LAKE_GUARDED_BY(mutex_);
};

const std::string kBlock(1000, 'x');

class HttpStreamTest : public testing::Test {
 protected:
  HttpStreamTest() {
    const std::vector<DocumentedAnswer> text = {
        {.status = 200, .description = "Text.", .media_type = "text/plain", .schema = nullptr}};
    api_.AddStream<Flow>(
        {Method::kGet, "/flow/{how}", "Flows.", Permission::kRead}, {.request = {}, .answers = text},
        [this](const access::Request& request, const Flow& flow, const RequestHead&, ResponseWriter& writer) {
          Status status = Run(request, flow, writer);
          ended_.Set(status.ok() ? "ok" : status.error().reason());
          return status;
        });
    api_.AddUpload<Flow>(
        {Method::kPost, "/flow/{how}", "Takes.", Permission::kWrite},
        {.request = {"text/plain"}, .answers = {AnswerOf<Counted>(200, "Counted.")}},
        [this](const access::Request&, const Flow& flow, const RequestHead&, BodyReader& body) {
          Result<Answer> answer = Take(flow, body);
          ended_.Set(answer.ok() ? "ok" : answer.error().reason());
          return answer;
        });
  }

  Status Run(const access::Request& request, const Flow& flow, ResponseWriter& writer) {
    if (flow.how == "refuse") return NotFound("no_flow", "nothing flows");
    if (flow.how == "silent") return {};
    LAKE_RETURN_IF_ERROR(writer.Start({.content_type = "text/plain"}));
    if (flow.how == "withdraw")
      return writer.Withdraw() ? Status(NotFound("no_flow", "nothing flows")) : Status();
    if (flow.how == "head") {
      go_on_.Wait();
      LAKE_RETURN_IF_ERROR(writer.Write("late"));
    }
    for (uint64_t sent = 0; sent < flow.bytes; sent += kBlock.size()) {
      LAKE_RETURN_IF_ERROR(writer.Write(kBlock));
      written_ += kBlock.size();
    }
    if (flow.how == "wait") go_on_.Wait();
    if (flow.how == "hang") {
      Promised<bool> cancelled;
      const CancelRegistration registration = request.context.cancel.OnCancel([&] { cancelled.Set(true); });
      cancelled.Wait();
      return request.context.cancel.error();
    }
    if (flow.how == "fail") return Internal("broke", "it broke");
    if (flow.how == "tell") return writer.Finish({.failure = "told"});
    if (flow.how == "trail") return writer.Finish({.trailers = {{"X-Rows", "7"}}});
    return writer.Finish({});
  }

  Result<Answer> Take(const Flow& flow, BodyReader& body) {
    if (flow.how == "refuse") return InvalidArgument("not_wanted", "no");
    std::string buffer(10'000, '\0');
    Counted counted;
    if (flow.how == "wait") go_on_.Wait();
    for (;;) {
      LAKE_ASSIGN_OR_RETURN(const size_t count, body.Read(buffer));
      started_.Set(true);
      if (count == 0) return JsonAnswer(200, counted);
      counted.bytes += count;
      if (flow.how == "some") return JsonAnswer(200, counted);
    }
  }

  static std::string Upload(std::string_view how, std::string_view framing) {
    return fmt::format("POST /flow/{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n{}\r\n\r\n",
                       how, framing);
  }

  Api api_;
  Promised<bool> go_on_;
  Promised<bool> started_;
  Promised<std::string> ended_;
  std::atomic<uint64_t> written_ = 0;
};

TEST_F(HttpStreamTest, LongAnswersAreChunkedAndShortOnesAreNot) {
  TestServer server(api_);
  RawClient client(server.port());
  const RawResponse longer = client.Ask(Get("/flow/plain?bytes=3000000"));
  EXPECT_EQ(longer.header("transfer-encoding"), "chunked");
  EXPECT_EQ(longer.body.size(), 3'000'000u);
  EXPECT_TRUE(longer.complete);
  EXPECT_EQ(client.Ask(Get("/flow/plain")).header("content-length"), "0");
  const RawResponse trailed = client.Ask(Get("/flow/trail?bytes=1000"));
  EXPECT_EQ(trailed.body, kBlock);
  EXPECT_EQ(trailed.trailers, (std::map<std::string, std::string>{{"x-rows", "7"}}));

  client.Send("HEAD /flow/plain?bytes=3000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const RawResponse head = client.Read(RawClient::Body::kNone);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "");  // A body that was not made has no length, also not 0.
  EXPECT_EQ(head.header("transfer-encoding"), "");
  client.Send("HEAD /flow/refuse HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.Read(RawClient::Body::kNone).status, 404);
  EXPECT_EQ(client.Ask("GET /flow/plain?bytes=5000 HTTP/1.0\r\nHost: localhost\r\n\r\n").body.size(), 5000u);
}

TEST_F(HttpStreamTest, BytesAreSentWhileTheHandlerRuns) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Send(Get("/flow/wait?bytes=1000"));
  std::string received;
  while (received.find("xxx\r\n") == std::string::npos) received += client.ReadSome();
  go_on_.Set(true);
  while (!received.ends_with("0\r\n\r\n")) received += client.ReadSome();
}

TEST_F(HttpStreamTest, AHeadWithoutABodyIsSentAfterAWhile) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Send(Get("/flow/head"));
  std::string received;
  while (!received.ends_with("\r\n\r\n")) received += client.ReadSome();
  EXPECT_TRUE(received.starts_with("HTTP/1.1 200 OK\r\n"));
  go_on_.Set(true);
  while (!received.ends_with("0\r\n\r\n")) received += client.ReadSome();
  EXPECT_TRUE(received.find("late") != std::string::npos);
}

TEST_F(HttpStreamTest, TheEndOfAnOldClientsAnswerMayComeAlone) {
  HttpServerOptions options;
  options.io_threads = 1;
  Promised<bool> held;
  // Holds the I/O thread until the handler has ended, so that it learns of end and close at once.
  TestServer server(api_, options, [&](const RequestHead& head, Context context) {
    if (!head.Find("x-hold").empty()) {
      held.Set(true);
      ended_.Wait();
    }
    return AuthenticateAsAdmin(head, std::move(context));
  });
  RawClient client(server.port());
  client.Send("GET /flow/wait?bytes=1000 HTTP/1.0\r\nHost: localhost\r\n\r\n");
  std::string received;
  while (!received.ends_with(kBlock)) received += client.ReadSome();
  RawClient holding(server.port());
  holding.Send("GET /flow/refuse HTTP/1.1\r\nHost: localhost\r\nX-Hold: 1\r\n\r\n");
  held.Wait();
  go_on_.Set(true);
  EXPECT_EQ(holding.Read().status, 404);
  EXPECT_TRUE(client.AtEnd());
  // Both are over while both clients are still there: the server closed, nobody gave up.
  while (server.log().Count("http_request") < 2) std::this_thread::yield();
}

TEST_F(HttpStreamTest, EarlyErrorsAreProblemsAndLateOnesCutTheAnswer) {
  TestServer server(api_);
  RawClient client(server.port());
  EXPECT_EQ(client.Ask(Get("/flow/refuse")).status, 404);
  EXPECT_EQ(client.Ask(Get("/flow/withdraw")).code(), "no_flow");
  EXPECT_EQ(client.Ask(Get("/flow/silent")).code(), "no_answer");
  EXPECT_EQ(client.Ask(Get("/flow/fail")).code(), "broke");  // Started, but nothing had left.
  EXPECT_FALSE(client.Ask(Get("/flow/fail?bytes=2000000")).complete);
  EXPECT_TRUE(client.AtEnd());
  RawClient other(server.port());
  EXPECT_FALSE(other.Ask(Get("/flow/fail?bytes=1000")).complete);
  server.server().Stop();
  EXPECT_EQ(server.log().Count("request_failed"), 4u);  // no_answer and each time it broke.
}

TEST_F(HttpStreamTest, TheLogNamesWhatWentWrong) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Ask(Get("/flow/done"));
  client.Ask(Get("/flow/refuse"));
  client.Ask(Get("/flow/tell?bytes=1000"));  // In the body, because the head has left.
  client.Ask(Get("/flow/fail?bytes=2000000"));
  server.server().Stop();
  std::vector<std::string> errors;
  for (const auto& event : server.log().events())
    if (event.name == "http_request") errors.emplace_back(event.fields.FindString("error"));
  EXPECT_THAT(errors, testing::ElementsAre("", "no_flow", "told", "broke"));
}

TEST_F(HttpStreamTest, AReaderThatStallsIsCutAndHoldsOneQueue) {
  HttpServerOptions options;
  options.stall_timeout = milliseconds(200);
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient client(server.port());
  constexpr uint64_t kMuch = 1u << 30;
  client.Send(Get(fmt::format("/flow/plain?bytes={}", kMuch)));
  EXPECT_EQ(ended_.Wait(), "client_too_slow");
  // What the kernel buffers (a few MiB on loopback), and not more of ours than two queues.
  EXPECT_LT(written_.load(), kMuch / 8);
}

TEST_F(HttpStreamTest, AReaderThatGoesAwayStopsTheHandler) {
  TestServer server(api_);
  {
    RawClient client(server.port());
    client.Send(Get("/flow/hang?bytes=1000"));
    ASSERT_TRUE(client.ReadSome().starts_with("HTTP/1.1 200"));
  }
  EXPECT_EQ(ended_.Wait(), "client_gone");
}

TEST_F(HttpStreamTest, AResetWhileWritingStopsTheHandler) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Send(Get("/flow/plain?bytes=1000000000"));
  ASSERT_FALSE(client.ReadSome().empty());
  client.Reset();
  EXPECT_EQ(ended_.Wait(), "client_gone");
}

TEST_F(HttpStreamTest, UploadsGoThroughInBoundedMemory) {
  TestServer server(api_);
  RawClient client(server.port());
  const std::string block(1u << 20, 'u');
  client.Send(Upload("all", fmt::format("Content-Length: {}", 8 * block.size())));
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(client.Send(block));
  EXPECT_EQ(client.Read().body, R"({"bytes":8388608})");

  client.Send(Upload("all", "Transfer-Encoding: chunked"));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(client.Send("10\r\n0123456789abcdef\r\n"));
  EXPECT_EQ(client.Ask("0\r\n\r\n").body, R"({"bytes":1600})");
  EXPECT_EQ(client.Ask(Upload("all", "Content-Length: 0")).body, R"({"bytes":0})");
}

TEST_F(HttpStreamTest, AHandlerThatDoesNotReadHoldsTheSenderBack) {
  TestServer server(api_);
  RawClient client(server.port());
  constexpr size_t kMuch = 64u << 20;
  client.Send(Upload("wait", fmt::format("Content-Length: {}", kMuch)));
  const std::string block(1u << 20, 'u');
  // Fills the buffers of both sockets; the server itself takes nothing before the handler reads.
  size_t sent = 0;
  for (size_t more = 1; more > 0; sent += more) more = client.SendSome(block);
  EXPECT_LT(sent, kMuch / 4);
  go_on_.Set(true);
  while (sent < kMuch) {
    const size_t next = std::min(block.size(), kMuch - sent);
    ASSERT_TRUE(client.Send(std::string_view(block).substr(0, next)));
    sent += next;
  }
  EXPECT_EQ(client.Read().body, fmt::format(R"({{"bytes":{}}})", kMuch));
}

TEST_F(HttpStreamTest, RefusedUploadsAreNotReceived) {
  TestServer server(api_);
  RawClient client(server.port());
  // The handler asks for nothing, so the client is not told to go on.
  const RawResponse refused = client.Ask(Upload("refuse", "Content-Length: 1000000\r\nExpect: 100-continue"));
  EXPECT_EQ(refused.code(), "not_wanted");
  EXPECT_EQ(refused.header("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
  RawClient asked(server.port());
  asked.Send(Upload("all", "Content-Length: 3\r\nExpect: 100-continue"));
  EXPECT_EQ(asked.Read().status, 100);
  EXPECT_EQ(asked.Ask("abc").body, R"({"bytes":3})");
  RawClient partly(server.port());
  partly.Send(Upload("some", "Content-Length: 1000000") + kBlock);
  const RawResponse some = partly.Read();
  EXPECT_EQ(some.status, 200);
  EXPECT_EQ(some.header("connection"), "close");
  EXPECT_TRUE(partly.AtEnd());
}

TEST_F(HttpStreamTest, BrokenUploadsEndTheirHandler) {
  HttpServerOptions options;
  options.stall_timeout = milliseconds(50);
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient slow(server.port());
  EXPECT_EQ(slow.Ask(Upload("all", "Content-Length: 10") + "abc").code(), "client_too_slow");
  EXPECT_TRUE(slow.AtEnd());
  RawClient wrong(server.port());
  EXPECT_EQ(wrong.Ask(Upload("all", "Transfer-Encoding: chunked") + "3\r\nabcXY\r\n").code(), "bad_http");
  EXPECT_TRUE(wrong.AtEnd());
}

TEST_F(HttpStreamTest, AnUploaderThatGoesAwayEndsTheHandler) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Send(Upload("all", "Content-Length: 1000000") + kBlock);
  started_.Wait();
  client.Close();
  EXPECT_EQ(ended_.Wait(), "client_gone");
}

TEST_F(HttpStreamTest, StopCancelsStreams) {
  HttpServerOptions options;
  options.drain_timeout = milliseconds(20);
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient client(server.port());
  client.Send(Get("/flow/hang?bytes=1000"));
  ASSERT_TRUE(client.ReadSome().starts_with("HTTP/1.1 200"));
  RawClient upload(server.port());
  upload.Send(Upload("all", "Content-Length: 1000000") + kBlock);
  started_.Wait();
  server.server().Stop();
  EXPECT_EQ(ended_.Wait(), "shutdown");
  EXPECT_EQ(upload.Read().status, 503);
}

TEST_F(HttpStreamTest, StopCutsStreamsOfClientsThatDoNotRead) {
  HttpServerOptions options;
  options.drain_timeout = milliseconds(20);
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient client(server.port());
  client.Send(Get("/flow/plain?bytes=1000000000"));
  ASSERT_FALSE(client.ReadSome().empty());
  server.server().Stop();
  EXPECT_EQ(ended_.Wait(), "shutdown");
}

TEST(AnswerQueueTest, HoldsOneQueueAndWakesOnce) {
  int wakes = 0;
  AnswerQueue queue(AnswerQueue::Body::kWanted, [&] { ++wakes; });
  const AnswerQueue::TimePoint now = std::chrono::steady_clock::now();
  LAKE_ASSERT_OK(queue.Start({.content_type = "text/plain"}));
  EXPECT_EQ(wakes, 1);
  const AnswerQueue::Portion waiting = queue.Take(now);
  EXPECT_TRUE(waiting.empty() && waiting.look_again);
  LAKE_ASSERT_OK(queue.Write("a"));
  LAKE_ASSERT_OK(queue.Write(std::string(AnswerQueue::kCapacity - 1, 'b')));
  EXPECT_EQ(wakes, 2);  // Once for all that waits.
  AnswerQueue::Portion portion = queue.Take(now);
  EXPECT_TRUE(portion.head);
  EXPECT_EQ(portion.bytes.size(), AnswerQueue::kCapacity);
  EXPECT_FALSE(queue.Withdraw());
  queue.Break(Cancelled("client_gone", "gone"));
  EXPECT_THAT(queue.Write("c"), IsError(ErrorCode::kCancelled, "client_gone"));
  queue.Close({});
  EXPECT_TRUE(queue.Take(now).closed);
}

TEST(BodyQueueTest, TakesWhatFitsAndAsksWhenThereIsRoom) {
  int wakes = 0;
  BodyQueue queue(std::nullopt, [&] { ++wakes; });
  EXPECT_FALSE(queue.WantsMore());  // Nobody reads yet.
  const std::string bytes(BodyQueue::kCapacity + 5, 'a');
  EXPECT_EQ(queue.Take(bytes), BodyQueue::kCapacity);
  std::string buffer(BodyQueue::kCapacity, '\0');
  EXPECT_THAT(queue.Read(std::span(buffer).first(10)), HasValue(10u));
  EXPECT_EQ(wakes, 0);
  EXPECT_TRUE(queue.WantsMore());
  EXPECT_EQ(queue.Take(bytes), 10u);
  EXPECT_FALSE(queue.WantsMore());
  EXPECT_THAT(queue.Read(buffer), HasValue(BodyQueue::kCapacity));
  EXPECT_EQ(wakes, 1);
  queue.End();
  queue.Fail(Cancelled("client_gone", "gone"));  // Too late: it is complete.
  EXPECT_THAT(queue.Read(buffer), HasValue(0u));
}

}  // namespace
}  // namespace lake::gateway::http_stream_test
