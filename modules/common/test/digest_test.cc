// Goal: digests are the standard ones on every path. Method: published vectors, and the two CRC
// implementations held against each other on seeded bytes of every length and alignment.
#include "lake/common/digest.h"

#include <gtest/gtest.h>

#include "crc32c.h"
#include "lake/common_testing/seeded_random.h"

namespace lake {
namespace {

TEST(DigestTest, Sha256VectorsOfFips180) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(DigestTest, Sha256InPiecesIsTheSame) {
  Sha256 sha;
  sha.Update("a");
  sha.Update("");
  Sha256 moved = std::move(sha);
  moved.Update("bc");
  EXPECT_EQ(moved.FinishHex(), Sha256Hex("abc"));
}

TEST(DigestTest, Crc32cVectorsOfRfc3720) {
  std::string ascending;
  for (char i = 0; i < 32; ++i) ascending.push_back(i);
  const std::string descending(ascending.rbegin(), ascending.rend());
  using Implementation = uint32_t (*)(std::string_view, uint32_t);
  for (const Implementation crc : {&Crc32c, &internal::Crc32cPortable}) {
    EXPECT_EQ(crc(std::string(32, '\0'), 0), 0x8A9136AAu);
    EXPECT_EQ(crc(std::string(32, '\xff'), 0), 0x62A8AB43u);
    EXPECT_EQ(crc(ascending, 0), 0x46DD794Eu);
    EXPECT_EQ(crc(descending, 0), 0x113FDB5Cu);
    EXPECT_EQ(crc("123456789", 0), 0xE3069283u);
    EXPECT_EQ(crc("", 0), 0u);
  }
}

TEST(DigestTest, Crc32cContinuesAndAgreesOnEveryLength) {
  const std::string bytes = SeededRandom(9).NextHex(300);
  for (size_t length = 0; length < 100; ++length) {
    for (size_t start = 0; start < 9; ++start) {
      const std::string_view piece = std::string_view(bytes).substr(start, length);
      const uint32_t portable = internal::Crc32cPortable(piece, 77);
      ASSERT_EQ(Crc32c(piece, 77), portable);
      if (internal::HasCrc32cInstruction()) {
        ASSERT_EQ(internal::Crc32cInstruction(piece, 77), portable);
      }
    }
  }
  const std::string_view whole(bytes);
  for (size_t cut : {0u, 1u, 7u, 8u, 100u, 600u})
    EXPECT_EQ(Crc32c(whole.substr(cut), Crc32c(whole.substr(0, cut), 0)), Crc32c(whole, 0)) << cut;
}

TEST(DigestTest, Hash64IsXxh3AndStaysSo) {
  EXPECT_EQ(Hash64(""), 0x2D06800538D394C2u);  // From the specification: it is on disk in shard numbers.
  EXPECT_NE(Hash64("a"), Hash64("b"));
}

}  // namespace
}  // namespace lake
