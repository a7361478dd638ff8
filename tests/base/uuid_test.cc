#include "base/uuid.h"

#include <set>

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(Uuid, ParsesTheCanonicalFormOnly) {
  EXPECT_EQ(Uuid::Parse("0B6D1A52-6e0c-4c1e-9c51-2f5d6a9f3c10")->ToString(),
            "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  for (const char* bad :
       {"", "0b6d1a52", "0b6d1a526e0c4c1e9c512f5d6a9f3c10",
        "{0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10}", "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c1g",
        "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c1", "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c100",
        "0b6d1a526-e0c-4c1e-9c51-2f5d6a9f3c10"})
    EXPECT_FALSE(Uuid::Parse(bad)) << bad;
}

// RFC 9562, appendix A.4: namespace DNS, "www.example.com".
TEST(Uuid, VersionFiveKnownAnswer) {
  const Uuid dns = *Uuid::Parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(Uuid::V5(dns, "www.example.com").ToString(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(Uuid, RandomOnesDifferAndAreVersionFour) {
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = Uuid::Random();
    EXPECT_EQ(uuid.bytes[6] >> 4, 4);
    EXPECT_EQ(uuid.bytes[8] >> 6, 2);
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace riposte
