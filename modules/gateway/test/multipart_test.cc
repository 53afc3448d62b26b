// Goal: the one file of a form arrives byte for byte, however the network cuts it, and a form with two
// meanings is refused. Method: bodies from memory in pieces of every size; texts changed at random must give
// the same file or an error, never more bytes than were sent.
#include "multipart.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"

namespace lake::gateway::multipart_test {
namespace {

/// Gives at most `step` bytes at once.
class TextBody final : public BodyReader {
 public:
  TextBody(std::string_view text, size_t step) : text_(text), step_(step) {}
  Result<size_t> Read(std::span<char> buffer) override {
    const size_t count = std::min({buffer.size(), step_, text_.size()});
    if (count > 0) std::memcpy(buffer.data(), text_.data(), count);
    text_.remove_prefix(count);
    return count;
  }
  std::optional<uint64_t> declared_length() const override { return std::nullopt; }

 private:
  std::string_view text_;
  const size_t step_;
};

struct Received {
  MultipartFile head;
  std::string file;
};

Result<Received> Receive(std::string_view form, size_t step, size_t buffer_size) {
  TextBody body(form, step);
  MultipartReader reader(body, "XyZ");
  Received received;
  LAKE_ASSIGN_OR_RETURN(received.head, reader.ReadHead());
  std::string buffer(buffer_size, '\0');
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const size_t count, reader.Read(buffer));
    if (count == 0) return received;
    received.file.append(buffer, 0, count);
  }
}

std::string Form(std::string_view file) {
  return "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\dir\\\\Käse "
         "\\\"1\\\".csv\"\r\n"
         "Content-Type: text/csv; charset=utf-8\r\n\r\n" +
         std::string(file) + "\r\n--XyZ--\r\n";
}

TEST(MultipartTest, ArrivesHoweverItIsCut) {
  // Everything that looks like the beginning of the delimiter, in and at the ends of the file.
  const std::array<std::string, 6> files = {"",
                                            "a,b\r\n1,2\r\n",
                                            "\r\n",
                                            "\r\n--Xy\r\n--X\r\n-\r\r\n--XyY--",
                                            "\n--XyZ--\r\n -- XyZ",
                                            std::string("\0\xff\r\n--", 6)};
  for (const std::string& file : files) {
    const std::string form = Form(file);
    for (size_t step = 1; step <= form.size(); ++step) {
      const Result<Received> received = Receive(form, step, step % 7 + 1);
      ASSERT_THAT(received, IsOk()) << "step " << step;
      EXPECT_EQ(received->file, file) << "step " << step;
      EXPECT_EQ(received->head.field, "file");
      EXPECT_EQ(received->head.file_name, "Käse \"1\".csv");
      EXPECT_EQ(received->head.content_type, "text/csv");
    }
  }
}

TEST(MultipartTest, LargeFilesGoThrough) {
  std::string file;
  while (file.size() < 300'000) file += fmt::format("row {}\r\n--XyX,", file.size());
  const Result<Received> received = Receive(Form(file), 100'000, 4096);
  ASSERT_THAT(received, IsOk());
  EXPECT_TRUE(received->file == file);
}

TEST(MultipartTest, NothingElseIsAForm) {
  const std::string head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n";
  const std::array<std::string, 17> bad = {
      "",
      "--XyZ",
      "preamble\r\n--XyZ\r\n" + head + "\r\nx\r\n--XyZ--",
      "--XyZZ\r\n" + head + "\r\nx\r\n--XyZ--",
      "--XyZ\n" + head + "\r\nx\r\n--XyZ--",
      "--XyZ--\r\n",
      "--XyZ\r\n\r\nx\r\n--XyZ--",
      "--XyZ\r\n" + head + head + "\r\nx\r\n--XyZ--",
      "--XyZ\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\nx\r\n--XyZ--",
      "--XyZ\r\nContent-Disposition: attachment; name=\"file\"\r\n\r\nx\r\n--XyZ--",
      "--XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\x01\"\r\n\r\nx\r\n--XyZ--",
      "--XyZ\r\n" + head + "Content-Transfer-Encoding: base64\r\n\r\nx\r\n--XyZ--",
      "--XyZ\r\n" + head + "\r\nx",
      "--XyZ\r\n" + head + "\r\nx\r\n--XyZ",
      "--XyZ\r\n" + head + "\r\nx\r\n--XyZ-",
      "--XyZ\r\n" + head + "\r\nx\r\n--XyZabc",
      "--XyZ\r\n" + head + "X: " + std::string(9000, 'a') + "\r\n\r\nx\r\n--XyZ--",
  };
  for (const std::string& form : bad)
    for (const size_t step : {size_t{1}, size_t{7}, form.size() + 1})
      EXPECT_THAT(Receive(form, step, 16), IsError(ErrorCode::kInvalidArgument, "bad_multipart")) << form;
  EXPECT_THAT(Receive("--XyZ\r\n" + head + "\r\nx\r\n--XyZ\r\n" + head + "\r\ny\r\n--XyZ--", 5, 16),
              IsError(ErrorCode::kInvalidArgument, "unexpected_part"));
  // A file that begins like a boundary: other readers would see an empty file and another part.
  EXPECT_THAT(Receive(Form("--XyZ"), 5, 16), IsError(ErrorCode::kInvalidArgument, "unexpected_part"));
  EXPECT_THAT(Receive(Form("x") + std::string(100'000, ' '), 5000, 16),
              IsError(ErrorCode::kInvalidArgument, "bad_multipart"));
}

TEST(MultipartTest, AnEpilogueIsSkippedAndAFileMayBeMissing) {
  EXPECT_EQ(Receive(Form("x") + "bye\r\n", 3, 16)->file, "x");
  // RFC 2046, section 5.1.1: a part may end right behind its headers.
  EXPECT_EQ(Receive("--XyZ \t\r\nContent-Disposition: form-data; name=file\r\n\r\n--XyZ--", 3, 16)->file, "");
}

TEST(MultipartTest, BoundariesAreChecked) {
  EXPECT_THAT(MultipartReader::BoundaryOf("multipart/form-data; boundary=\"a b\""), HasValue("a b"));
  EXPECT_THAT(MultipartReader::BoundaryOf("multipart/form-data; boundary=" + std::string(70, 'x')), IsOk());
  for (const std::string& bad :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary="),
        std::string("multipart/form-data; boundary=\"a \""),
        std::string("multipart/form-data; boundary=\"a\r\""),
        "multipart/form-data; boundary=" + std::string(71, 'x')})
    EXPECT_THAT(MultipartReader::BoundaryOf(bad), IsError(ErrorCode::kInvalidArgument, "bad_multipart"));
}

TEST(MultipartTest, ChangedFormsNeverGiveMoreThanWasSent) {
  SeededRandom random(7);
  const std::string original = Form("id,name\r\n1,--XyZ\r\n2,b");
  for (int round = 0; round < 20'000; ++round) {
    std::string form = original;
    for (uint64_t edits = 1 + random.NextBelow(3); edits > 0; --edits) {
      const size_t at = random.NextBelow(form.size());
      switch (random.NextBelow(3)) {
        case 0:
          form[at] = static_cast<char>(random.NextBelow(256));
          break;
        case 1:
          form.erase(at, 1 + random.NextBelow(4));
          break;
        default:
          form.insert(at, "\r\n--XyZ");
          break;
      }
    }
    const Result<Received> whole = Receive(form, form.size(), 64);
    const Result<Received> cut = Receive(form, 1 + random.NextBelow(9), 5);
    ASSERT_EQ(whole.ok(), cut.ok()) << form;
    if (!whole.ok()) continue;
    ASSERT_EQ(whole->file, cut->file) << form;
    ASSERT_TRUE(form.find(whole->file) != std::string::npos) << form;
  }
}

}  // namespace
}  // namespace lake::gateway::multipart_test
