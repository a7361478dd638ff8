#include "engine/event/escapes.h"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

TEST(EscapeIndex, FindsEachEscapeOnce) {
  EscapeIndex index;
  for (size_t before = 0; before < 200; ++before) {
    const std::string pad(before, 'x');
    const std::string text = pad + R"(\\\n\ud83d\ude00\u0041\\)";
    ASSERT_FALSE(index.Build(text).has_value());
    const auto at = static_cast<uint32_t>(before);
    const std::vector<uint32_t> found(index.starts(), index.starts() + 6);
    EXPECT_EQ(found, (std::vector<uint32_t>{at, at + 2, at + 4, at + 16, at + 22,
                                            std::numeric_limits<uint32_t>::max()}));
    EXPECT_FALSE(index.has_lone_surrogate());
  }
}

TEST(EscapeIndex, PlainTextHasNone) {
  EscapeIndex index;
  EXPECT_FALSE(index.Build("").has_value());
  EXPECT_EQ(*index.starts(), std::numeric_limits<uint32_t>::max());
  EXPECT_FALSE(index.Build(std::string(1000, 'x')).has_value());
  EXPECT_EQ(*index.starts(), std::numeric_limits<uint32_t>::max());
}

TEST(EscapeIndex, TheFirstMalformedOne) {
  EscapeIndex index;
  for (const std::string_view bad : {"\\", "\\x", "\\u12", "\\u12g4", "\\u"})
    for (size_t before = 0; before < 130; ++before)
      EXPECT_EQ(index.Build(std::string(before, 'x') + "\\n" + std::string(bad)), before + 2);
}

TEST(Unescape, PartsOfAText) {
  const std::string text = R"("a\tb" "\u00e9" "plain" "\ud800")";
  EscapeIndex index;
  ASSERT_FALSE(index.Build(text).has_value());
  EXPECT_TRUE(index.has_lone_surrogate());
  const auto unescape = [&](uint32_t begin, uint32_t end) {
    const uint32_t* escape = index.starts();
    while (*escape < begin) ++escape;
    std::string out(end - begin, '?');
    out.resize(static_cast<size_t>(Unescape(text, begin, end, escape, out.data()) - out.data()));
    return out;
  };
  EXPECT_EQ(unescape(1, 5), "a\tb");
  EXPECT_EQ(unescape(8, 14), "\u00E9");
  EXPECT_EQ(unescape(17, 22), "plain");
  EXPECT_EQ(unescape(25, 31), "\uFFFD");
}

}  // namespace
}  // namespace riposte::event
