// Goal: an answer comes in the coding that the client wants most, byte for byte the same when decoded, and
// all that holds of plain answers holds of coded ones: rows are not held back, an incomplete body never looks
// complete, an early error is a problem document. Method: a table of headers; routes over sockets, decoded
// with the libraries themselves.
#include "content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/gateway_testing/raw_client.h"
#include "lake/gateway_testing/test_server.h"

namespace lake::gateway::content_coding_test {

struct Wanted {
  std::string how;
};
struct Long {
  std::string text;
};

}  // namespace lake::gateway::content_coding_test

template <>
struct lake::Describe<lake::gateway::content_coding_test::Wanted> {
  using T = lake::gateway::content_coding_test::Wanted;
  static constexpr auto kFields = std::tuple{Required("how", &T::how, "What happens.")};
};
template <>
struct lake::Describe<lake::gateway::content_coding_test::Long> {
  using T = lake::gateway::content_coding_test::Long;
  static constexpr auto kFields = std::tuple{Required("text", &T::text, "Much of it.")};
};

namespace lake::gateway::content_coding_test {
namespace {

/// What can be decoded of bytes that may go on.
std::string Unzstd(std::string_view bytes) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  std::string plain;
  std::string piece(4096, '\0');
  ZSTD_inBuffer input = {bytes.data(), bytes.size(), 0};
  for (size_t produced = 1; input.pos < input.size || produced > 0;) {
    ZSTD_outBuffer output = {piece.data(), piece.size(), 0};
    if (ZSTD_isError(ZSTD_decompressStream(context, &output, &input)) != 0) break;
    produced = output.pos;
    plain.append(piece, 0, produced);
  }
  ZSTD_freeDCtx(context);
  return plain;
}

std::string Gunzip(std::string_view bytes) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string plain;
  std::string piece(4096, '\0');
  int code = Z_OK;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    code = inflate(&stream, Z_SYNC_FLUSH);
    plain.append(piece, 0, piece.size() - stream.avail_out);
  } while (code == Z_OK && stream.avail_out == 0);
  inflateEnd(&stream);
  return plain;
}

std::string Chosen(std::string_view header) {
  const std::optional<AcceptedCodings> accepted =
      ReadAcceptEncoding({.headers = {{"Accept-Encoding", std::string(header)}}});
  if (!accepted) return "none";
  ResponseHead head;
  DescribeCoding(accepted->best, &head);
  const std::string coding =
      accepted->best == ContentCoding::kIdentity ? "identity" : head.headers.front().value;
  return coding + (accepted->plain == AcceptedCodings::Plain::kRefused ? ", never plain" : "");
}

TEST(ContentCodingTest, TheMostWantedOneIsChosen) {
  EXPECT_EQ(Chosen(""), "identity");
  EXPECT_EQ(Chosen("gzip"), "gzip");
  EXPECT_EQ(Chosen("x-gzip"), "gzip");
  EXPECT_EQ(Chosen("GZIP , Zstd"), "zstd");
  EXPECT_EQ(Chosen("gzip, deflate, br, zstd"), "zstd");
  EXPECT_EQ(Chosen("zstd;q=0.5, gzip;q=0.8"), "gzip");
  EXPECT_EQ(Chosen("zstd;q=0, gzip;q=0.001"), "gzip");
  EXPECT_EQ(Chosen("br"), "identity");
  EXPECT_EQ(Chosen("identity, gzip;q=0.5"), "identity");
  EXPECT_EQ(Chosen("*"), "zstd");
  EXPECT_EQ(Chosen("*;q=0.5, gzip"), "gzip");
  EXPECT_EQ(Chosen("zstd;q=0, *"), "gzip");
  EXPECT_EQ(Chosen("identity;q=0, gzip"), "gzip, never plain");
  EXPECT_EQ(Chosen("gzip, *;q=0"), "gzip, never plain");
  EXPECT_EQ(Chosen("identity;q=0"), "none");
  EXPECT_EQ(Chosen("*;q=0"), "none");
  EXPECT_EQ(Chosen("br, identity;q=0"), "none");
  EXPECT_EQ(Chosen("*;q=0, identity;q=0.1"), "identity");
  EXPECT_EQ(Chosen("gzip;q=nonsense, zstd;q=7"),
            "gzip");  // A weight that is none counts as 1, one too large as 0.
}

TEST(ContentCodingTest, SeveralHeaderLinesAreOneList) {
  const std::optional<AcceptedCodings> accepted =
      ReadAcceptEncoding({.headers = {{"accept-encoding", "gzip;q=0.5"}, {"Accept-Encoding", "zstd"}}});
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->best, ContentCoding::kZstd);
}

TEST(ContentCodingTest, EveryPieceCanBeDecodedAtOnce) {
  for (const ContentCoding coding : {ContentCoding::kZstd, ContentCoding::kGzip}) {
    const auto decode = coding == ContentCoding::kZstd ? Unzstd : Gunzip;
    const auto encoder = MakeContentEncoder(coding);
    std::string coded;
    std::string plain;
    for (int i = 0; i < 300; ++i) {
      const std::string piece(static_cast<size_t>(i) * 97, static_cast<char>('a' + i % 26));
      plain += piece;
      LAKE_ASSERT_OK(encoder->Encode(piece, &coded));
      if (i % 50 == 1) ASSERT_EQ(decode(coded), plain);
    }
    LAKE_ASSERT_OK(encoder->End(&coded));
    EXPECT_EQ(decode(coded), plain);
    EXPECT_LT(coded.size(), plain.size() / 50);
  }
}

std::string Rows(int count) {
  std::string rows;
  for (int i = 0; i < count; ++i) rows += fmt::format("{{\"n\":{}}}\n", i);
  return rows;
}

class CodedAnswerTest : public testing::Test {
 protected:
  CodedAnswerTest() {
    api_.AddStream<Wanted>({Method::kGet, "/rows/{how}", "Rows.", Permission::kPublic}, {},
                           [](const access::Request&, const Wanted& wanted, const RequestHead&,
                              ResponseWriter& writer) { return Send(wanted.how, writer); });
    api_.Add<Nothing, Long>(
        {Method::kGet, "/long", "A long document.", Permission::kPublic},
        [](const access::Request&, Nothing) -> Result<Long> { return Long{std::string(5000, 'x')}; });
    api_.Add<Nothing, Long>({Method::kGet, "/short", "A short document.", Permission::kPublic},
                            [](const access::Request&, Nothing) -> Result<Long> { return Long{"x"}; });
    api_.Add<Nothing, Nothing>({Method::kGet, "/nothing", "No document.", Permission::kPublic},
                               [](const access::Request&, Nothing) -> Status { return {}; });
    api_.Add<Nothing, Nothing>({Method::kGet, "/refused", "A long problem.", Permission::kPublic},
                               [](const access::Request&, Nothing) -> Status {
                                 return InvalidArgument("refused", "{}", std::string(3000, 'y'));
                               });
    server_.emplace(api_);
  }

  static Status Send(const std::string& how, ResponseWriter& writer) {
    LAKE_RETURN_IF_ERROR(writer.Start(
        {.content_type = how == "parquet" ? "application/vnd.apache.parquet" : "application/x-ndjson",
         .headers = {{"Vary", "Accept"}, {"Trailer", "X-Count"}}}));
    if (how == "withdrawn") {
      EXPECT_TRUE(writer.Withdraw());
      return NotFound("not_there", "it is not there");
    }
    LAKE_RETURN_IF_ERROR(writer.Write(Rows(1000)));
    if (how == "cut") return Internal("cut", "internal error");
    LAKE_RETURN_IF_ERROR(writer.Write(Rows(1000)));
    return writer.Finish({.trailers = {{"X-Count", "2000"}}});
  }

  RawResponse Ask(std::string_view path, std::string_view accept_encoding, std::string_view method = "GET") {
    RawClient client(server_->port());
    client.Send(fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {}\r\n\r\n", method, path,
                            accept_encoding));
    return client.Read(method == "HEAD" ? RawClient::Body::kNone : RawClient::Body::kExpected);
  }

  Api api_;
  std::optional<TestServer> server_;
};

TEST_F(CodedAnswerTest, StreamsComeInTheWantedCodingWithTheirTrailers) {
  const std::string rows = Rows(1000) + Rows(1000);
  const RawResponse zstd = Ask("/rows/whole", "zstd, gzip");
  EXPECT_EQ(zstd.header("content-encoding"), "zstd");
  EXPECT_EQ(zstd.header("vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(zstd.trailers.at("x-count"), "2000");
  EXPECT_TRUE(zstd.complete);
  EXPECT_LT(zstd.body.size(), rows.size() / 3);
  EXPECT_EQ(Unzstd(zstd.body), rows);
  const RawResponse gzip = Ask("/rows/whole", "gzip");
  EXPECT_EQ(gzip.header("content-encoding"), "gzip");
  EXPECT_EQ(Gunzip(gzip.body), rows);
  const RawResponse plain = Ask("/rows/whole", "br");
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(plain.body, rows);
}

TEST_F(CodedAnswerTest, WhatIsCompressedAlreadyIsNotUnlessPlainIsRefused) {
  EXPECT_EQ(Ask("/rows/parquet", "gzip").body, Rows(1000) + Rows(1000));
  const RawResponse forced = Ask("/rows/parquet", "gzip, identity;q=0");
  EXPECT_EQ(forced.header("content-encoding"), "gzip");
  EXPECT_EQ(Gunzip(forced.body), Rows(1000) + Rows(1000));
}

TEST_F(CodedAnswerTest, ACutAnswerIsSeenAsCut) {
  const RawResponse cut = Ask("/rows/cut", "zstd");
  EXPECT_FALSE(cut.complete);
  EXPECT_TRUE(Rows(1000).starts_with(Unzstd(cut.body)));  // As far as it came; its frame has no end.
  EXPECT_TRUE(ZSTD_isError(ZSTD_findFrameCompressedSize(cut.body.data(), cut.body.size())));
}

TEST_F(CodedAnswerTest, AnEarlyErrorIsAProblemDocument) {
  const RawResponse problem = Ask("/rows/withdrawn", "gzip");
  EXPECT_EQ(problem.status, 404);
  EXPECT_EQ(problem.code(), "not_there");
  EXPECT_EQ(problem.header("content-encoding"), "");
}

TEST_F(CodedAnswerTest, WholeDocumentsAreCodedWhenThatIsWorthIt) {
  const RawResponse coded = Ask("/long", "gzip");
  EXPECT_EQ(coded.header("content-encoding"), "gzip");
  EXPECT_EQ(coded.header("vary"), "Accept-Encoding");
  EXPECT_TRUE(coded.complete);
  EXPECT_EQ(Gunzip(coded.body), "{\"text\":\"" + std::string(5000, 'x') + "\"}");
  EXPECT_EQ(Ask("/long", "").header("content-encoding"), "");
  EXPECT_EQ(Ask("/long", "").header("vary"), "Accept-Encoding");
  EXPECT_EQ(Ask("/short", "gzip").body, "{\"text\":\"x\"}");
  EXPECT_EQ(Gunzip(Ask("/short", "gzip, identity;q=0").body), "{\"text\":\"x\"}");
  const RawResponse problem = Ask("/refused", "zstd");
  EXPECT_EQ(problem.status, 400);
  EXPECT_EQ(problem.header("content-type"), "application/problem+json");
  EXPECT_NE(Unzstd(problem.body).find("\"code\":\"refused\""), std::string::npos);
}

TEST_F(CodedAnswerTest, AnswersWithoutABodyStayWithout) {
  const RawResponse nothing = Ask("/nothing", "gzip, identity;q=0");
  EXPECT_EQ(nothing.status, 204);
  EXPECT_EQ(nothing.header("content-encoding"), "");
  const RawResponse head = Ask("/long", "gzip", "HEAD");
  EXPECT_EQ(head.header("content-encoding"), "gzip");
  EXPECT_EQ(head.header("content-length"), std::to_string(Ask("/long", "gzip").body.size()));
  EXPECT_EQ(Ask("/rows/whole", "zstd", "HEAD").header("content-encoding"), "zstd");
}

TEST_F(CodedAnswerTest, WhatCannotBeHadIsRefusedBeforeAnythingIsDone) {
  for (const char* path : {"/long", "/rows/whole"}) {
    const RawResponse refused = Ask(path, "br, identity;q=0");
    EXPECT_EQ(refused.status, 406);
    EXPECT_EQ(refused.code(), "not_acceptable");
  }
}

}  // namespace
}  // namespace lake::gateway::content_coding_test
