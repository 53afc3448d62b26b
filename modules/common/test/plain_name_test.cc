// Goal: the bytes and lengths that a plain name may have, and no others. Method: each byte, first and later.
#include "lake/common/plain_name.h"

#include <gtest/gtest.h>

#include <string>

namespace lake {
namespace {

TEST(PlainNameTest, HasLettersDigitsAndAFewMarksThatDoNotBeginIt) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    const bool letter = letters.find(c) != std::string::npos;
    EXPECT_EQ(IsPlainName(std::string(1, c), 10), letter) << byte;
    EXPECT_EQ(IsPlainName(std::string("a") + c, 10), letter || c == '_' || c == '-' || c == '.') << byte;
  }
}

TEST(PlainNameTest, HasALength) {
  EXPECT_FALSE(IsPlainName("", 3));
  EXPECT_TRUE(IsPlainName("abc", 3));
  EXPECT_FALSE(IsPlainName("abcd", 3));
}

}  // namespace
}  // namespace lake
