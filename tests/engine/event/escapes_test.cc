#include "engine/event/escapes.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

// Both the vector instructions of this processor and the loop that needs none.
class EscapesTest : public testing::TestWithParam<bool> {
 protected:
  std::vector<uint32_t> Found(std::string_view text) const {
    std::vector<uint32_t> found;
    const auto end = static_cast<uint32_t>(text.size());
    for (uint32_t at = index_.Next(0, end); at != end; at = index_.Next(at + 1, end))
      found.push_back(at);
    return found;
  }

  EscapeIndex index_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, EscapesTest, testing::Bool());

TEST_P(EscapesTest, FindsEachEscapeOnce) {
  for (uint32_t before = 0; before < 200; ++before) {
    const std::string text = std::string(before, 'x') + R"(\\\n\ud83d\ude00\u0041\\)";
    ASSERT_FALSE(index_.Build(text).has_value());
    EXPECT_EQ(Found(text), (std::vector<uint32_t>{before, before + 2, before + 4, before + 10,
                                                  before + 16, before + 22}));
    EXPECT_FALSE(index_.has_lone_surrogate());
  }
}

TEST_P(EscapesTest, NextStaysWithinItsRange) {
  const std::string text = std::string(70, 'x') + "\\n" + std::string(200, 'x') + "\\n";
  ASSERT_FALSE(index_.Build(text).has_value());
  EXPECT_EQ(index_.Next(0, 70), 70u);
  EXPECT_EQ(index_.Next(0, 71), 70u);
  EXPECT_EQ(index_.Next(70, 272), 70u);
  EXPECT_EQ(index_.Next(71, 272), 272u);
  EXPECT_EQ(index_.Next(71, 274), 272u);
  EXPECT_EQ(index_.Next(64, 64), 64u);
}

TEST_P(EscapesTest, PlainTextHasNone) {
  EXPECT_FALSE(index_.Build("").has_value());
  for (const size_t size : {1u, 63u, 64u, 65u, 1000u}) {
    // Before it, a text that has some.
    ASSERT_FALSE(index_.Build(std::string(1000, '\\')).has_value());
    const std::string text(size, 'x');
    EXPECT_FALSE(index_.Build(text).has_value());
    EXPECT_EQ(Found(text), std::vector<uint32_t>());
  }
}

TEST_P(EscapesTest, TheFirstMalformedOne) {
  for (const std::string_view bad : {"\\", "\\x", "\\u12", "\\u12g4", "\\u", "\\U0041", "\\\xff"})
    for (size_t before = 0; before < 130; ++before)
      for (const std::string_view after : {"", "\\x", "\\"})
        EXPECT_EQ(index_.Build(std::string(before, 'x') + "\\n" + std::string(bad) +
                               std::string(after.size() * 40, ' ') + std::string(after)),
                  before + 2);
}

TEST_P(EscapesTest, EverySecondByte) {
  for (int c = 0; c < 256; ++c) {
    std::string text(100, 'x');
    text[30] = '\\';
    text[31] = static_cast<char>(c);
    const bool is_short = std::string_view("\"\\/bfnrt").find(text[31]) != std::string_view::npos;
    EXPECT_EQ(index_.Build(text).has_value(), !is_short) << c;
  }
}

TEST_P(EscapesTest, LoneSurrogates) {
  for (const auto& [text, lone] :
       std::vector<std::pair<std::string, bool>>{{R"(\ud800)", true},
                                                 {R"(\udc00)", true},
                                                 {R"(\ud800\ud800\udc00)", true},
                                                 {R"(\ud800\udc00\udc00)", true},
                                                 {R"(\ud800x\udc00)", true},
                                                 {R"(\ud800\udc00)", false},
                                                 {R"(\\ud800)", false}})
    for (size_t before = 50; before < 70; ++before) {
      EXPECT_FALSE(index_.Build(std::string(before, 'x') + text).has_value());
      EXPECT_EQ(index_.has_lone_surrogate(), lone) << text;
    }
}

TEST_P(EscapesTest, PartsOfAText) {
  const std::string text = R"("a\tb" "\u00e9" "plain" "\ud800")";
  ASSERT_FALSE(index_.Build(text).has_value());
  EXPECT_TRUE(index_.has_lone_surrogate());
  const auto unescape = [&](uint32_t begin, uint32_t end) {
    std::string out(end - begin + kUnescapeSlack, '?');
    out.resize(static_cast<size_t>(Unescape(text, begin, end, index_, out.data()) - out.data()));
    return out;
  };
  EXPECT_EQ(unescape(1, 5), "a\tb");
  EXPECT_EQ(unescape(8, 14), "\u00E9");
  EXPECT_EQ(unescape(17, 22), "plain");
  EXPECT_EQ(unescape(25, 31), "\uFFFD");
}

// What stands at the escapes that were put in comes out again, whatever their distances.
TEST_P(EscapesTest, RandomTexts) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 5000; ++i) {
    std::string text, expected;
    for (auto parts = random() % 12; parts > 0; --parts) {
      const std::string plain(random() % (random() % 8 == 0 ? 100 : 10), 'a');
      text += plain;
      expected += plain;
      for (auto runs = random() % 6; runs > 0; --runs) {
        constexpr std::string_view kSeconds = "\"\\/bfnrt";
        constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const size_t which = random() % 2 == 0 ? 1 : random() % kSeconds.size();
        text += {'\\', kSeconds[which]};
        expected += kMeanings[which];
      }
    }
    // Exactly its size, so that the sanitizer sees any read beyond it.
    const std::vector<char> exact(text.begin(), text.end());
    const std::string_view view(exact.data(), exact.size());
    ASSERT_FALSE(index_.Build(view).has_value()) << text;
    std::string out(text.size() + kUnescapeSlack, '?');
    const char* const end =
        Unescape(view, 0, static_cast<uint32_t>(view.size()), index_, out.data());
    out.resize(static_cast<size_t>(end - out.data()));
    ASSERT_EQ(out, expected) << text;
  }
}

}  // namespace
}  // namespace riposte::event
