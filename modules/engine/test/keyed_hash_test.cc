// Goal: lake_keyed_hash is HMAC-SHA256. Method: the vectors of RFC 4231, keys longer than a block included;
// without a key it is NULL.
#include "engine_fixture.h"

namespace lake::engine {
namespace {

class KeyedHashTest : public EngineTest {
 protected:
  std::string HashOf(const std::string& text, const std::string& key) {
    ReadSet read_set;
    read_set.SetHashKey(std::make_shared<const std::string>(key));
    return Trusted(fmt::format("SELECT {}({})", kKeyedHashFunction, QuoteText(text)), std::move(read_set));
  }
};

TEST_F(KeyedHashTest, IsTheBeginningOfHmacSha256) {
  EXPECT_EQ(HashOf("Hi There", std::string(20, '\x0b')), R"(["b0344c61d8db38535ca8afceaf0bf12b"])");
  EXPECT_EQ(HashOf("what do ya want for nothing?", "Jefe"), R"(["5bdcc146bf60754e6a042426089575c7"])");
  EXPECT_EQ(HashOf("Test Using Larger Than Block-Size Key - Hash Key First", std::string(131, '\xaa')),
            R"(["60e431591ee0b67f0d8a26aacbf5b77f"])");
}

TEST_F(KeyedHashTest, WithoutAKeyItIsNull) {
  EXPECT_EQ(Trusted("SELECT lake_keyed_hash('x'), lake_keyed_hash(NULL)", {}), "[null,null]");
}

}  // namespace
}  // namespace lake::engine
