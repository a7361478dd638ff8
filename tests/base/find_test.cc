#include "base/find.h"

#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace riposte {
namespace {

TEST(FindPart, WhereTheFirstOneStands) {
  EXPECT_EQ(FindPart("", ""), 0u);
  EXPECT_EQ(FindPart("abc", ""), 0u);
  EXPECT_EQ(FindPart("abc", "abcd"), std::string_view::npos);
  EXPECT_EQ(FindPart("abcabc", "c"), 2u);
  EXPECT_TRUE(HasPart("c:\\windows\\system32\\cmd.exe /c whoami", "cmd.exe"));
  EXPECT_FALSE(HasPart("c:\\windows\\system32\\cmd.exe /c whoami", "cmd.ext"));
}

// From buffers of just the size, so that the address sanitizer sees what reads behind them.
TEST(FindPart, SaysWhatTheLibrarySays) {
  const uint64_t seed = test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}());
  std::cout << "RIPOSTE_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const auto text_of = [&random](size_t most, unsigned letters) {
    std::string text(random() % (most + 1), '\0');
    for (char& c : text) c = static_cast<char>('a' + random() % letters);
    text.shrink_to_fit();
    return text;
  };
  size_t found = 0;
  for (size_t i = 0; i < 50'000; ++i) {
    const unsigned letters = 1 + static_cast<unsigned>(random() % 3);
    const std::string text = text_of(90, letters);
    const std::string part =
        i % 2 == 0 || text.empty() ? text_of(12, letters) : text.substr(random() % text.size());
    ASSERT_EQ(FindPart(text, part), text.find(part)) << part << " in " << text;
    found += HasPart(text, part);
  }
  EXPECT_GT(found, 20'000u);
  EXPECT_LT(found, 45'000u);
}

}  // namespace
}  // namespace riposte
