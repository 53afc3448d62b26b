// Goal: the order flags > environment > file > defaults, and errors that lead to the place. Method: one small
// configuration, read from texts; the origins are compared as a whole.
#include "lake/common/config.h"

#include <gmock/gmock.h>

#include "lake/common_testing/result_matchers.h"

namespace lake::config_test {

struct Server {
  std::string host = "127.0.0.1";
  int64_t port = 3100;
  bool tls = false;
  std::vector<std::string> allowed_hosts = {"localhost"};
  std::vector<int64_t> ports;
  std::optional<std::string> token;
  std::optional<double> rate;
};
struct Bucket {
  std::string name;
  std::string region = "eu";
};
struct Storage {
  std::string root = "data";
  std::vector<Bucket> buckets;
  std::map<std::string, int64_t> weights;
};
struct Limits {
  int64_t rows = 10;
};
struct Query {
  Limits limits;
};
struct Config {
  Server server;
  Storage storage;
  Query query;
};

}  // namespace lake::config_test

template <>
struct lake::Describe<lake::config_test::Server> {
  using Server = lake::config_test::Server;
  static constexpr auto kFields = std::tuple{
      Optional("host", &Server::host, ""),   Optional("port", &Server::port, "").Between(1, 65'535),
      Optional("tls", &Server::tls, ""),     Optional("allowed_hosts", &Server::allowed_hosts, ""),
      Optional("ports", &Server::ports, ""), Optional("token", &Server::token, "").Secret(),
      Optional("rate", &Server::rate, ""),
  };
};
template <>
struct lake::Describe<lake::config_test::Bucket> {
  using Bucket = lake::config_test::Bucket;
  static constexpr auto kFields =
      std::tuple{Required("name", &Bucket::name, ""), Optional("region", &Bucket::region, "")};
};
template <>
struct lake::Describe<lake::config_test::Storage> {
  using Storage = lake::config_test::Storage;
  static constexpr auto kFields =
      std::tuple{Optional("root", &Storage::root, ""), Optional("buckets", &Storage::buckets, ""),
                 Optional("weights", &Storage::weights, "")};
};
template <>
struct lake::Describe<lake::config_test::Limits> {
  static constexpr auto kFields = std::tuple{Optional("rows", &lake::config_test::Limits::rows, "")};
};
template <>
struct lake::Describe<lake::config_test::Query> {
  static constexpr auto kFields = std::tuple{Optional("limits", &lake::config_test::Query::limits, "")};
};
template <>
struct lake::Describe<lake::config_test::Config> {
  using Config = lake::config_test::Config;
  static constexpr auto kFields =
      std::tuple{Optional("server", &Config::server, ""), Optional("storage", &Config::storage, ""),
                 Optional("query", &Config::query, "")};
};

namespace lake::config_test {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

Result<Loaded<Config>> FromFile(std::string text) {
  return LoadConfig<Config>({.file_text = std::move(text), .file_name = "lakehouse.toml"});
}

std::string MessageOf(std::string text) {
  const auto loaded = FromFile(std::move(text));
  EXPECT_THAT(loaded, IsError(ErrorCode::kInvalidArgument, "bad_config"));
  return loaded.ok() ? "" : loaded.error().message();
}

std::string MessageOf(const ConfigSources& sources) {
  const auto loaded = LoadConfig<Config>(sources);
  EXPECT_THAT(loaded, IsError(ErrorCode::kInvalidArgument, "bad_config"));
  return loaded.ok() ? "" : loaded.error().message();
}

std::vector<std::string> Show(const std::vector<ConfigOrigin>& origins) {
  std::vector<std::string> lines;
  for (const ConfigOrigin& leaf : origins)
    lines.push_back(fmt::format("{} = {} ({})", leaf.path, WriteJson(leaf.value), leaf.origin));
  return lines;
}

TEST(ConfigTest, DefaultsComeFromTheStruct) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto loaded, LoadConfig<Config>({}));
  EXPECT_EQ(loaded.value.server.port, 3100);
  EXPECT_THAT(Show(loaded.origins),
              ElementsAre("server.host = \"127.0.0.1\" (default)", "server.port = 3100 (default)",
                          "server.tls = false (default)", "server.allowed_hosts = [\"localhost\"] (default)",
                          "server.ports = [] (default)", "server.token = null (default)",
                          "server.rate = null (default)", "storage.root = \"data\" (default)",
                          "storage.buckets = [] (default)", "storage.weights = {} (default)",
                          "query.limits.rows = 10 (default)"));
}

TEST(ConfigTest, FlagsBeatEnvironmentBeatsFileBeatsDefaults) {
  ConfigSources sources;
  sources.file_name = "lakehouse.toml";
  sources.file_text = R"(
[server]
host = "0.0.0.0"
port = 1
allowed_hosts = ["a", "b"]
token = "hunter2"

[[storage.buckets]]
name = "x"

[[storage.buckets]]
name = "y"
region = "us"

[storage.weights]
"a.b" = 3

[query]
limits.rows = 5
)";
  sources.environment = {{"PATH", "/bin"},
                         {"LAKEHOUSE__SERVER__PORT", "2"},
                         {"LAKEHOUSE__SERVER__TLS", "true"},
                         {"LAKEHOUSE__SERVER__ALLOWED_HOSTS", "c,d"},
                         {"LAKEHOUSE__QUERY__LIMITS__ROWS", "6"}};
  sources.flags = {{.path = "server.port", .text = "3", .name = "--port"},
                   {.path = "server.rate", .text = "0.5"},
                   {.path = "server.ports", .text = "[1, 2]"}};
  LAKE_ASSERT_OK_AND_ASSIGN(const auto loaded, LoadConfig<Config>(sources));
  EXPECT_EQ(loaded.value.server.port, 3);
  EXPECT_TRUE(loaded.value.server.tls);
  EXPECT_EQ(loaded.value.server.token, "hunter2");
  EXPECT_THAT(loaded.value.server.allowed_hosts, ElementsAre("c", "d"));
  ASSERT_EQ(loaded.value.storage.buckets.size(), 2u);
  EXPECT_EQ(loaded.value.storage.buckets[1].region, "us");
  EXPECT_THAT(Show(loaded.origins),
              ElementsAre("server.host = \"0.0.0.0\" (file lakehouse.toml:3)",
                          "server.port = 3 (flag --port)", "server.tls = true (env LAKEHOUSE__SERVER__TLS)",
                          "server.allowed_hosts = [\"c\",\"d\"] (env LAKEHOUSE__SERVER__ALLOWED_HOSTS)",
                          "server.ports = [1,2] (flag --server.ports)",
                          "server.token = \"***\" (file lakehouse.toml:6)",
                          "server.rate = 0.5 (flag --server.rate)", "storage.root = \"data\" (default)",
                          "storage.buckets.0.name = \"x\" (file lakehouse.toml:9)",
                          "storage.buckets.0.region = \"eu\" (default)",
                          "storage.buckets.1.name = \"y\" (file lakehouse.toml:12)",
                          "storage.buckets.1.region = \"us\" (file lakehouse.toml:13)",
                          "storage.weights = {\"a.b\":3} (file lakehouse.toml:15)",
                          "query.limits.rows = 6 (env LAKEHOUSE__QUERY__LIMITS__ROWS)"));
}

TEST(ConfigTest, UnknownKeysHaveAPlaceAndASuggestion) {
  EXPECT_EQ(MessageOf("[server]\n  prot = 1\n"),
            "lakehouse.toml:2:3: server.prot: unknown key; did you mean \"port\"?");
  EXPECT_EQ(MessageOf("[srever]\nport = 1\n"),
            "lakehouse.toml:1:2: srever: unknown key; did you mean \"server\"?");
  EXPECT_EQ(MessageOf("[[storage.buckets]]\nname = \"a\"\ncolour = 1\n"),
            "lakehouse.toml:3:1: storage.buckets.0.colour: unknown key");
  EXPECT_EQ(MessageOf({.environment = {{"LAKEHOUSE__SERVER__PROT", "1"}}}),
            "environment variable LAKEHOUSE__SERVER__PROT: server.prot: unknown key; did you mean \"port\"?");
  EXPECT_EQ(MessageOf({.environment = {{"LAKEHOUSE__SRV__PORT", "1"}}}),
            "environment variable LAKEHOUSE__SRV__PORT: srv: unknown key");
  EXPECT_EQ(MessageOf({.flags = {{.path = "server", .text = "1"}}}),
            "flag --server: server can be set only in the configuration file");
  EXPECT_THAT(MessageOf({.environment = {{"LAKEHOUSE__", "1"}}}),
              StartsWith("environment variable LAKEHOUSE__: unknown key"));
}

TEST(ConfigTest, WrongValuesHaveAPlace) {
  EXPECT_EQ(MessageOf("[server]\nport = \"x\"\n"), "lakehouse.toml:2:8: server.port: expected an integer");
  EXPECT_EQ(MessageOf("[server]\nport = 70000\n"),
            "lakehouse.toml:2:8: server.port: must be between 1 and 65535");
  EXPECT_EQ(MessageOf("[server]\nallowed_hosts = [\"a\", 1]\n"),
            "lakehouse.toml:2:23: server.allowed_hosts.1: expected a string");
  EXPECT_EQ(MessageOf("[server]\nrate = nan\n"), "lakehouse.toml:2:8: server.rate: expected a number");
  EXPECT_EQ(MessageOf("\n[[storage.buckets]]\nregion = \"a\"\n"),
            "lakehouse.toml:2:1: storage.buckets.0.name: is required");
  EXPECT_EQ(MessageOf("server = 1\n"), "lakehouse.toml:1:10: server: expected an object");
  EXPECT_EQ(MessageOf({.environment = {{"LAKEHOUSE__SERVER__PORT", "many"}}}),
            "environment variable LAKEHOUSE__SERVER__PORT: server.port: expected an integer");
  EXPECT_EQ(MessageOf({.environment = {{"LAKEHOUSE__SERVER__TLS", "yes"}}}),
            "environment variable LAKEHOUSE__SERVER__TLS: server.tls: expected true or false");
  EXPECT_EQ(MessageOf({.environment = {{"LAKEHOUSE__STORAGE__BUCKETS", "[]"}}}),
            "environment variable LAKEHOUSE__STORAGE__BUCKETS: storage.buckets can be set only in the "
            "configuration "
            "file");
  // The file's list is gone with its places.
  EXPECT_EQ(MessageOf({.file_text = "[server]\nports = [1, 2]",
                       .file_name = "f.toml",
                       .environment = {{"LAKEHOUSE__SERVER__PORTS", "1,x"}}}),
            "environment variable LAKEHOUSE__SERVER__PORTS: server.ports.1: expected an integer");
  EXPECT_EQ(MessageOf({.file_text = "server = 1",
                       .file_name = "f.toml",
                       .environment = {{"LAKEHOUSE__SERVER__PORT", "2"}}}),
            "f.toml:1:10: server: expected an object");
}

TEST(ConfigTest, AllMistakesAtOnce) {
  const auto loaded = FromFile("[server]\nport = 0\ntls = 1\n");
  ASSERT_THAT(loaded, IsError(ErrorCode::kInvalidArgument, "bad_config"));
  EXPECT_EQ(loaded.error().message(),
            "lakehouse.toml:2:8: server.port: must be between 1 and 65535 (and 1 more)");
  EXPECT_THAT(
      loaded.error().details(),
      ElementsAre(ErrorDetail{"/server/port", "lakehouse.toml:2:8: server.port: must be between 1 and 65535"},
                  ErrorDetail{"/server/tls", "lakehouse.toml:3:7: server.tls: expected true or false"}));
}

TEST(ConfigTest, FileThatIsNoToml) {
  EXPECT_THAT(MessageOf("[server]\nport = \n"), StartsWith("lakehouse.toml:2:8: "));
  EXPECT_THAT(MessageOf("[server]\nport = 1\nport = 2\n"), StartsWith("lakehouse.toml:3:"));
}

TEST(ConfigTest, TextKeepsWhatLooksLikeAnotherType) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto loaded,
                            LoadConfig<Config>({.environment = {{"LAKEHOUSE__SERVER__HOST", "10"},
                                                                {"LAKEHOUSE__SERVER__TOKEN", ""},
                                                                {"LAKEHOUSE__SERVER__ALLOWED_HOSTS", ""},
                                                                {"LAKEHOUSE__STORAGE__WEIGHTS__A", "4"}}}));
  EXPECT_EQ(loaded.value.server.host, "10");
  EXPECT_EQ(loaded.value.server.token, "");
  EXPECT_TRUE(loaded.value.server.allowed_hosts.empty());
  EXPECT_EQ(loaded.value.storage.weights.at("a"), 4);
}

}  // namespace
}  // namespace lake::config_test
