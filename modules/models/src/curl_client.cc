#include <curl/curl.h>

#include <algorithm>
#include <mutex>

#include "http_client.h"
#include "lake/common/check.h"
#include "lake/common/mutex.h"

namespace lake::models {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kMaxIdle = 16;  // Connections kept open for the next call.
constexpr std::chrono::milliseconds kLongestPoll{1000};

/// A handle with the connection it keeps; unlike a lone easy handle a multi handle can be woken.
class Handle {
 public:
  Handle() : easy_(curl_easy_init()), multi_(curl_multi_init()) {
    LAKE_CHECK(easy_ != nullptr && multi_ != nullptr);
  }
  ~Handle() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  CURL* easy() const { return easy_; }
  CURLM* multi() const { return multi_; }

 private:
  CURL* easy_;
  CURLM* multi_;
};

class HeaderList {
 public:
  explicit HeaderList(const HttpCall& call) {
    for (const auto& [name, value] : call.headers) Add(fmt::format("{}: {}", name, value));
    Add("Expect:");  // A provider reads what it is sent; waiting for 100 Continue only costs time.
  }
  ~HeaderList() { curl_slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  curl_slist* get() const { return list_; }

 private:
  void Add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* list_ = nullptr;
};

/// One call, seen from libcurl's callbacks.
class Exchange {
 public:
  Exchange(const Context& context, const HttpCall& call, const BodySink& sink, const Handle& handle)
      : context_(context), call_(call), sink_(sink), handle_(handle), headers_(call) {}

  Result<HttpAnswer> Run() {
    Prepare();
    const CancelRegistration wake = context_.cancel.OnCancel([this] { curl_multi_wakeup(handle_.multi()); });
    curl_multi_add_handle(handle_.multi(), handle_.easy());
    const CURLcode code = Transfer();
    curl_multi_remove_handle(handle_.multi(), handle_.easy());
    if (!failure_.ok()) return std::move(failure_).error();
    if (code != CURLE_OK) return ErrorOf(code);
    return std::move(answer_);
  }

 private:
  static Exchange& From(void* pointer) { return *static_cast<Exchange*>(pointer); }

  static size_t OnHeader(char*, size_t size, size_t count, void* pointer) {
    From(pointer).Moved();
    return size * count;
  }
  static size_t OnBody(char* bytes, size_t size, size_t count, void* pointer) {
    Exchange& self = From(pointer);
    self.Moved();
    self.failure_ = self.Take({bytes, size * count});
    return self.failure_.ok() ? size * count : 0;
  }

  void Moved() {
    first_byte_ = true;
    moved_at_ = Steady::now();
  }

  Status Take(std::string_view bytes) {
    long status = 0;
    curl_easy_getinfo(handle_.easy(), CURLINFO_RESPONSE_CODE, &status);
    if (sink_ && status < 400) return sink_(bytes);
    if (answer_.body.size() + bytes.size() > kMaxAnswerBytes)
      return Unavailable("bad_provider_answer", "the provider's answer has more than {} bytes",
                         kMaxAnswerBytes);
    answer_.body.append(bytes);
    return {};
  }

  void Prepare() {
    CURL* easy = handle_.easy();
    curl_easy_reset(easy);  // Options only: the connection stays.
    curl_easy_setopt(easy, CURLOPT_URL, call_.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "127.0.0.1,localhost,[::1],::1");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(call_.phases.connect.count()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    if (call_.method == "POST") {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call_.body.data());
    }
  }

  CURLcode Transfer() {
    for (int running = 1; running > 0;) {
      if (curl_multi_perform(handle_.multi(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (running == 0) break;
      failure_ = CheckTime();
      if (!failure_.ok()) return CURLE_ABORTED_BY_CALLBACK;
      curl_multi_poll(handle_.multi(), nullptr, 0, static_cast<int>(UntilNextLook().count()), nullptr);
    }
    int left = 0;
    const CURLMsg* done = curl_multi_info_read(handle_.multi(), &left);
    if (done == nullptr) return CURLE_FAILED_INIT;
    long status = 0;
    curl_easy_getinfo(handle_.easy(), CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    return done->data.result;
  }

  Steady::time_point PhaseEnd() const {
    return first_byte_ ? moved_at_ + call_.phases.between_bytes : began_at_ + call_.phases.first_byte;
  }

  Status CheckTime() const {
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    const Steady::time_point now = Steady::now();
    if (now >= began_at_ + call_.phases.whole)
      return Unavailable("provider_too_slow", "the provider took longer than {} ms",
                         call_.phases.whole.count());
    if (now < PhaseEnd()) return {};
    if (!first_byte_)
      return Unavailable("provider_too_slow", "the provider did not begin to answer within {} ms",
                         call_.phases.first_byte.count());
    return Unavailable("provider_too_slow", "the provider was silent for {} ms in the middle of its answer",
                       call_.phases.between_bytes.count());
  }

  std::chrono::milliseconds UntilNextLook() const {
    const Steady::time_point next =
        std::min({PhaseEnd(), began_at_ + call_.phases.whole, context_.deadline.when()});
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now());
    return std::clamp(wait, std::chrono::milliseconds(0), kLongestPoll);
  }

  static Error ErrorOf(CURLcode code) {
    std::string cause = curl_easy_strerror(code);
    switch (code) {
      case CURLE_COULDNT_CONNECT:
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_OPERATION_TIMEDOUT:  // Of CURLOPT_CONNECTTIMEOUT_MS, the only one that is set.
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_PEER_FAILED_VERIFICATION:
        return Unavailable("provider_unreachable", "the provider cannot be reached")
            .WithCause(std::move(cause));
      case CURLE_WEIRD_SERVER_REPLY:
      case CURLE_UNSUPPORTED_PROTOCOL:
      case CURLE_HTTP2:
        return Unavailable("bad_provider_answer", "the provider does not answer with HTTP")
            .WithCause(std::move(cause));
      default:
        return Unavailable("provider_cut", "the connection to the provider broke off")
            .WithCause(std::move(cause));
    }
  }

  const Context& context_;
  const HttpCall& call_;
  const BodySink& sink_;
  const Handle& handle_;
  const HeaderList headers_;
  const Steady::time_point began_at_ = Steady::now();
  Steady::time_point moved_at_ = began_at_;
  bool first_byte_ = false;
  HttpAnswer answer_;
  Status failure_;  ///< Why we stopped the transfer.
};

class CurlClient final : public HttpClient {
 public:
  CurlClient() {
    static std::once_flag once;  // libcurl's own state of the process; never torn down.
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }

  Result<HttpAnswer> Send(const Context& context, const HttpCall& call, const BodySink& sink) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    std::unique_ptr<Handle> handle = Take();
    Result<HttpAnswer> answer = Exchange(context, call, sink, *handle).Run();
    if (answer.ok())
      GiveBack(std::move(handle));  // Another one's connection may be in the middle of something.
    return answer;
  }

 private:
  std::unique_ptr<Handle> Take() {
    {
      MutexLock lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Handle> handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return std::make_unique<Handle>();
  }
  void GiveBack(std::unique_ptr<Handle> handle) {
    MutexLock lock(mutex_);
    if (idle_.size() < kMaxIdle) idle_.push_back(std::move(handle));
  }

  Mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<HttpClient> MakeCurlClient() { return std::make_unique<CurlClient>(); }

}  // namespace lake::models
