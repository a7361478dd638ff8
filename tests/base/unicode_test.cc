#include "base/unicode.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "tests/support/corpus.h"

namespace riposte::unicode {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char32_t kLast = 0x10ffff;

bool IsSurrogate(char32_t code_point) { return code_point >= 0xd800 && code_point <= 0xdfff; }

std::string Utf8(char32_t code_point) {
  std::string out;
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)));
  };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code_point >> 6)));
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (code_point >> 12)));
    tail(6);
  } else {
    out.push_back(static_cast<char>(0xf0 | (code_point >> 18)));
    tail(12);
    tail(6);
  }
  tail(0);
  return out;
}

std::vector<std::string_view> WordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  Words(text, words);
  return words;
}

std::string TestData(const std::string& name) {
  return test::ReadFile(std::string(RIPOSTE_SOURCE_DIR) + "/tests/base/" + name);
}

// ---- folding ----

TEST(Fold, KnownMappings) {
  EXPECT_EQ(Fold("PowerShell.EXE @[Z`z{"), "powershell.exe @[z`z{");
  EXPECT_EQ(Fold("\u212A"), "k") << "Kelvin sign";
  EXPECT_EQ(Fold("\u017F"), "s") << "long s";
  EXPECT_EQ(Fold("\u03A3\u03C2\u03C3"), "\u03C3\u03C3\u03C3") << "sigmas, the final one too";
  EXPECT_EQ(Fold("\u0130"), "\u0130") << "dotted I has only full and Turkic foldings";
  EXPECT_EQ(Fold("\u0131"), "\u0131") << "dotless i";
  EXPECT_EQ(Fold("\u1E9E"), "\u00DF") << "capital sharp s";
  EXPECT_EQ(Fold("\u00DF"), "\u00DF") << "no full folding to ss";
  EXPECT_EQ(Fold("\u023A"), "\u2C65") << "longer than its source";
  EXPECT_EQ(Fold("\U00010400"), "\U00010428") << "four bytes";
  EXPECT_EQ(Fold("\uAB70"), "\u13A0") << "Cherokee folds to its capitals";
  EXPECT_EQ(Fold(""), "");
}

// At every place relative to the eight bytes that the fast path takes at once, with each neighbour
// of the letters.
TEST(Fold, AsciiAtEveryOffset) {
  for (size_t before = 0; before < 17; ++before)
    for (char32_t c = 0; c < 0x80; ++c) {
      const std::string text = std::string(before, 'x') + static_cast<char>(c) + "Y";
      const char folded = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
      ASSERT_EQ(Fold(text), std::string(before, 'x') + folded + "y")
          << before << " " << static_cast<unsigned>(c);
      ASSERT_EQ(Fold(text + "\u00C4Q"), std::string(before, 'x') + folded + "y\u00E4q");
    }
}

TEST(FoldAscii, EveryByteAtEveryPlaceOfEverySize) {
  for (size_t size = 0; size < 70; ++size) {
    const std::string plain(size, '@');
    // Exactly its size, so that the sanitizer sees any access beyond it.
    std::vector<char> out(size);
    EXPECT_EQ(FoldAscii(plain, out.data()), AsciiFold::kUnchanged);
    for (size_t at = 0; at < size; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::vector<char> exact(plain.begin(), plain.end());
        exact[at] = static_cast<char>(c);
        const std::string_view text(exact.data(), size);
        const AsciiFold outcome = FoldAscii(text, out.data());
        if (c >= 0x80) {
          ASSERT_EQ(outcome, AsciiFold::kNotAscii) << size << " " << at << " " << c;
          continue;
        }
        const std::string folded = Fold(text);
        ASSERT_EQ(outcome, folded == text ? AsciiFold::kUnchanged : AsciiFold::kFolded)
            << size << " " << at << " " << c;
        if (outcome == AsciiFold::kFolded) {
          ASSERT_EQ(std::string_view(out.data(), size), folded) << size << " " << at << " " << c;
        }
      }
    }
  }
}

TEST(Fold, AppendsAndCopiesInvalidBytes) {
  std::string out = "Kept";
  FoldAppend("A\xff\xc3(\xed\xa0\x80Z", out);
  EXPECT_EQ(out,
            "Kept"
            "a\xff\xc3(\xed\xa0\x80z");
}

// The committed digest of all mappings, as the generator read them.
TEST(Fold, AllMappingsByDigest) {
  std::string text;
  for (char32_t c = 0; c <= kLast; ++c) {
    const char32_t folded = FoldCodePoint(c);
    if (folded == c) continue;
    char line[32];
    std::snprintf(line, sizeof line, "%04X;%04X\n", static_cast<unsigned>(c),
                  static_cast<unsigned>(folded));
    text += line;
  }
  EXPECT_EQ(Sha256Hex(text) + "\n", TestData("case_folding.sha256"));
}

// A reading of the file of its own, where the package is installed.
TEST(Fold, AllMappingsOfTheFile) {
  const std::string path = "/usr/share/unicode/CaseFolding.txt";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs the package unicode-data: " << path;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  if (line.find("15.0.0") == std::string::npos)
    GTEST_SKIP() << path << " is of another version: " << line;
  std::map<char32_t, char32_t> expected;
  while (std::getline(file, line)) {
    unsigned source = 0;
    unsigned target = 0;
    char status = 0;
    if (std::sscanf(line.c_str(), "%x; %c; %x;", &source, &status, &target) != 3) continue;
    if (status == 'C' || status == 'S') expected[source] = target;
  }
  ASSERT_GT(expected.size(), 1400u);
  for (char32_t c = 0; c <= kLast; ++c) {
    const auto found = expected.find(c);
    const char32_t folded = found == expected.end() ? c : found->second;
    ASSERT_EQ(FoldCodePoint(c), folded) << std::hex << static_cast<unsigned>(c);
    if (!IsSurrogate(c)) {
      ASSERT_EQ(Fold(Utf8(c)), Utf8(folded));
    }
  }
  EXPECT_EQ(FoldCodePoint(0x110000), char32_t{0x110000});
  EXPECT_EQ(FoldCodePoint(0xffffffff), char32_t{0xffffffff});
}

// ---- UTF-8 ----

std::string Repair(std::string_view bytes) {
  std::string out;
  const bool repaired = RepairUtf8Append(bytes, out);
  EXPECT_EQ(repaired, !IsValidUtf8(bytes));
  EXPECT_EQ(repaired, out != bytes);
  EXPECT_TRUE(IsValidUtf8(out));
  return out;
}

TEST(Utf8, EveryCodePointIsValidButSurrogates) {
  for (char32_t c = 0; c <= kLast; ++c) ASSERT_EQ(IsValidUtf8(Utf8(c)), !IsSurrogate(c));
  EXPECT_FALSE(IsValidUtf8("\xf4\x90\x80\x80"));
}

TEST(Utf8, MaximalInvalidSubsequencesBecomeOneReplacementEach) {
  const std::string r = "\uFFFD";
  EXPECT_EQ(Repair("plain \u00E4 \u20AC \U0001F600"), "plain \u00E4 \u20AC \U0001F600");
  EXPECT_EQ(Repair("a\x80z"), "a" + r + "z") << "lone continuation";
  EXPECT_EQ(Repair("\xc0\xaf"), r + r) << "overlong, two bytes";
  EXPECT_EQ(Repair("\xe0\x80\xaf"), r + r + r) << "overlong, three bytes";
  EXPECT_EQ(Repair("\xf0\x80\x80\xaf"), r + r + r + r);
  EXPECT_EQ(Repair("\xed\xa0\x80"), r + r + r) << "surrogate";
  EXPECT_EQ(Repair("\xf0\x9f\x98"), r) << "cut at the end";
  EXPECT_EQ(Repair("\xf0\x9f\x98z"), r + "z") << "cut before ASCII";
  EXPECT_EQ(Repair("\xe2\x82\xe2\x82\xac"), r + "\u20AC") << "cut before a lead";
  EXPECT_EQ(Repair("\xf5\xff"), r + r);
  EXPECT_EQ(Repair("12345678\xff"
                   "12345678"),
            "12345678" + r + "12345678");
}

// ---- words ----

// WordBreakTest.txt of Unicode 15.0: the boundaries and which segments are words.
TEST(Words, VectorsOfUnicode) {
  std::istringstream lines(TestData("word_break_vectors.txt"));
  std::string line;
  size_t cases = 0;
  while (std::getline(lines, line)) {
    std::string text;
    std::vector<std::pair<size_t, size_t>> expected;
    std::istringstream fields(line + " |");
    std::string field;
    bool is_word = false;
    for (size_t begin = 0; fields >> field;) {
      if (field == "+") {
        is_word = true;
      } else if (field == "|") {
        if (is_word) expected.emplace_back(begin, text.size() - begin);
        begin = text.size();
        is_word = false;
      } else {
        text += Utf8(static_cast<char32_t>(std::stoul(field, nullptr, 16)));
      }
    }
    std::vector<std::pair<size_t, size_t>> found;
    for (const std::string_view word : WordsOf(text))
      found.emplace_back(word.data() - text.data(), word.size());
    EXPECT_EQ(found, expected) << line;
    ++cases;
  }
  EXPECT_EQ(cases, 1823u);
}

// The vendor's four rules of tokenising full text.
TEST(Words, CommaOrPeriodBetweenDigitsJoins) {
  EXPECT_THAT(WordsOf("10,125"), ElementsAre("10,125"));
  EXPECT_THAT(WordsOf("10.134"), ElementsAre("10.134"));
}
TEST(Words, PeriodBetweenLettersJoins) {
  EXPECT_THAT(WordsOf("qualys.corp.com"), ElementsAre("qualys.corp.com"));
  EXPECT_THAT(WordsOf("qualys,corp"), ElementsAre("qualys", "corp"));
}
TEST(Words, CommaOrPeriodBetweenNumberAndTextSplits) {
  EXPECT_THAT(WordsOf("102354.qualys"), ElementsAre("102354", "qualys"));
  EXPECT_THAT(WordsOf("qualys.102354"), ElementsAre("qualys", "102354"));
  EXPECT_THAT(WordsOf("102354,qualys"), ElementsAre("102354", "qualys"));
}
TEST(Words, OtherSignsSplit) {
  for (const char* sign :
       {",", "-", ";", " ", "\t", "\u2028", "\u2029", "(", "[", "{", "}", "]", ")",
        "?", "@", "$", "%", "&",  "/",      "\\",     "!", "+", "=", "|", "\""})
    EXPECT_THAT(WordsOf(std::string("left") + sign + "right"), ElementsAre("left", "right"))
        << sign;
}

TEST(Words, OfCommandLines) {
  EXPECT_THAT(WordsOf("\"C:\\Windows\\System32\\cmd.exe\" /c whoami.exe /all"),
              ElementsAre("C", "Windows", "System32", "cmd.exe", "c", "whoami.exe", "all"));
  EXPECT_THAT(WordsOf("C:\\x.y can't __a_1__ 3.14"),
              ElementsAre("C", "x.y", "can't", "__a_1__", "3.14"));
}

TEST(Words, OfOtherScripts) {
  EXPECT_THAT(WordsOf("\u6F22\u5B57\u3042\u30AB\u30BF"),
              ElementsAre("\u6F22", "\u5B57", "\u3042", "\u30AB\u30BF"));
  EXPECT_THAT(WordsOf("\u0E01\u0E02"), ElementsAre("\u0E01", "\u0E02")) << "Thai: a letter each";
  EXPECT_THAT(WordsOf("na\u0308ive e\u0301"), ElementsAre("na\u0308ive", "e\u0301"));
}

TEST(Words, NoneInSigns) {
  EXPECT_THAT(WordsOf(""), IsEmpty());
  EXPECT_THAT(WordsOf("&& || -- __ \u2026 \U0001F600 \u0308"), IsEmpty());
}

TEST(Words, InvalidBytesSplit) {
  EXPECT_THAT(WordsOf("a\xff"
                      "b"),
              ElementsAre("a", "b"));
  EXPECT_THAT(WordsOf("ab\xe2\x82"), ElementsAre("ab"));
}

TEST(Words, Appends) {
  std::vector<std::string_view> words = {"first"};
  Words("second", words);
  EXPECT_THAT(words, ElementsAre("first", "second"));
}

}  // namespace
}  // namespace riposte::unicode
