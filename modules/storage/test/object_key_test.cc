// The canonical key check. Method: tables of keys that are and are not, and every byte as a key.
#include "lake/storage/object_key.h"

#include <gmock/gmock.h>

#include "lake/common_testing/result_matchers.h"

namespace lake::storage {
namespace {

std::string TextOf(const Result<ObjectKey>& key) { return key.ok() ? key->text() : key.error().ToString(); }

/// Four segments of 255 bytes but the last, which fills up to `bytes`.
std::string LongKey(size_t bytes) {
  std::string text;
  for (const char c : {'a', 'b', 'c', 'd'}) text += std::string(c == 'd' ? 254 : 255, c) + "/";
  return text + std::string(bytes - text.size(), 'e');
}

TEST(ObjectKeyTest, TakesWhatNamesAnObject) {
  const std::string texts[] = {"a",
                               "_catalog/log/00000000000000000042.json",
                               "a b/c+d,e=%2F",
                               ".../.hidden/..x",
                               "gr\xc3\xbc\xc3\x9f/\xe6\x97\xa5/\xf0\x9f\x8c\x8a",
                               std::string(255, 'x'),
                               LongKey(1024)};
  for (const std::string& text : texts) EXPECT_EQ(TextOf(ObjectKey::Parse(text)), text);
}

TEST(ObjectKeyTest, RefusesWhatCouldNameSomethingElse) {
  const std::string texts[] = {"",
                               LongKey(1025),
                               std::string(256, 'x'),
                               "/etc/passwd",
                               "a/",
                               "a//b",
                               ".",
                               "..",
                               "../x",
                               "a/../b",
                               "a/..",
                               "a/./b",
                               "a\\b",
                               "..\\x",
                               std::string("a\0b", 3),
                               "a\nb",
                               "a\x7f",
                               "\xff",
                               "\xc0\xaf",
                               "\xed\xa0\x80",
                               ".lake-lock",
                               "a/.lake-x/b"};
  for (const std::string& text : texts) {
    EXPECT_THAT(ObjectKey::Parse(text), IsError(ErrorCode::kInvalidArgument, "bad_object_key")) << text;
  }
}

TEST(ObjectKeyTest, RefusesControlCharactersAndBrokenTextByteByByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = {'a', static_cast<char>(byte), 'b'};
    const bool is_fine = byte >= 0x20 && byte < 0x7f && byte != '\\';
    EXPECT_EQ(ObjectKey::Parse(text).ok(), is_fine) << byte;
  }
}

TEST(ObjectKeyTest, OrdersByBytes) {
  EXPECT_LT(ObjectKey::Parse("a-b").value(), ObjectKey::Parse("a/b").value());
  EXPECT_LT(ObjectKey::Parse("a/b").value(), ObjectKey::Parse("a0").value());
  EXPECT_LT(ObjectKey::Parse("z").value(), ObjectKey::Parse("\xc3\xa9").value());
}

}  // namespace
}  // namespace lake::storage
