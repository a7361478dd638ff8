#include "app/sarif.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace riposte::app {
namespace {

// What stands at keys and indexes; null if there is nothing.
const json::Value* At(const json::Value* value, std::initializer_list<const char*> path) {
  for (const char* step : path) {
    if (value == nullptr) return nullptr;
    if (value->as_array() != nullptr) {
      const size_t index = static_cast<size_t>(std::atoi(step));
      value = index < value->as_array()->size() ? &(*value->as_array())[index] : nullptr;
    } else {
      value = value->Find(step);
    }
  }
  return value;
}

class SarifTest : public testing::Test {
 protected:
  SarifTest() {
    const auto source =
        std::make_shared<text::Source>("rules/a b.yaml", "\u00fc: x\nsecond line\n");
    diagnostics_.Error(source, {.begin = 4, .end = 5}, "unknown-token", "unknown token 'x'",
                       "did you mean 'y'?");
    diagnostics_.Add({.severity = text::Severity::kWarning,
                      .code = "plain-regex",
                      .source = source,
                      .span = {.begin = 6, .end = 12},
                      .message = "m",
                      .hint = "",
                      .fix = text::Fix{.span = {.begin = 6, .end = 8}, .replacement = "q\"t"}});
    diagnostics_.Error(std::make_shared<text::Source>("/etc/none.yaml", ""), {}, "unreadable-file",
                       "no such file");
    log_ = json::Parse(SarifOf(diagnostics_)).value();
  }
  std::string Text(std::initializer_list<const char*> path) const {
    const json::Value* value = At(&log_, path);
    const std::string* text = value == nullptr ? nullptr : value->as_string();
    return text == nullptr ? "(none)" : *text;
  }
  int64_t Number(std::initializer_list<const char*> path) const {
    const json::Value* value = At(&log_, path);
    const int64_t* number = value == nullptr ? nullptr : value->as_int();
    return number == nullptr ? -1 : *number;
  }

  text::Diagnostics diagnostics_;
  json::Value log_;
};

TEST_F(SarifTest, IsALogOfOneRun) {
  EXPECT_EQ(Text({"version"}), "2.1.0");
  EXPECT_EQ(Text({"runs", "0", "tool", "driver", "name"}), "riposte");
  EXPECT_EQ(Text({"runs", "0", "columnKind"}), "unicodeCodePoints");
  EXPECT_EQ(At(&log_, {"runs"})->as_array()->size(), 1u);
  EXPECT_EQ(At(&log_, {"runs", "0", "results"})->as_array()->size(), 3u);
}

TEST_F(SarifTest, ResultsPointAtTheirRules) {
  const json::Array& rules = *At(&log_, {"runs", "0", "tool", "driver", "rules"})->as_array();
  ASSERT_EQ(rules.size(), 3u);
  for (const json::Value& result : *At(&log_, {"runs", "0", "results"})->as_array()) {
    const int64_t index = *result.Find("ruleIndex")->as_int();
    EXPECT_EQ(rules.at(static_cast<size_t>(index)).StringOr("id", ""),
              result.StringOr("ruleId", "-"));
  }
  EXPECT_NE(Text({"runs", "0", "tool", "driver", "rules", "0", "help", "text"}).find("```"),
            std::string::npos);
  EXPECT_EQ(Text({"runs", "0", "tool", "driver", "rules", "1", "shortDescription", "text"}),
            "No loaded profile has a token of this name");
}

TEST_F(SarifTest, ResultsHaveLevelMessageAndPlace) {
  EXPECT_EQ(Text({"runs", "0", "results", "0", "level"}), "error");
  EXPECT_EQ(Text({"runs", "0", "results", "1", "level"}), "warning");
  EXPECT_EQ(Text({"runs", "0", "results", "0", "message", "text"}),
            "unknown token 'x': did you mean 'y'?");
  EXPECT_EQ(Text({"runs", "0", "results", "1", "message", "text"}), "m");
  constexpr const char* kUri = "uri";
  EXPECT_EQ(Text({"runs", "0", "results", "0", "locations", "0", "physicalLocation",
                  "artifactLocation", kUri}),
            "rules/a%20b.yaml");
  EXPECT_EQ(Text({"runs", "0", "results", "2", "locations", "0", "physicalLocation",
                  "artifactLocation", kUri}),
            "file:///etc/none.yaml");
}

// The umlaut is two bytes and one column; the end is behind the last character.
TEST_F(SarifTest, RegionsCountCodePoints) {
  const auto region = [this](const char* result, const char* part) {
    return Number(
        {"runs", "0", "results", result, "locations", "0", "physicalLocation", "region", part});
  };
  EXPECT_EQ(region("0", "startLine"), 1);
  EXPECT_EQ(region("0", "startColumn"), 4);
  EXPECT_EQ(region("0", "endColumn"), 5);
  EXPECT_EQ(region("1", "startLine"), 2);
  EXPECT_EQ(region("1", "startColumn"), 1);
  EXPECT_EQ(region("1", "endColumn"), 7);
  EXPECT_EQ(region("2", "startLine"), -1) << "a file that was not read has no places";
}

TEST_F(SarifTest, FixesAreReplacements) {
  EXPECT_EQ(Text({"runs", "0", "results", "1", "fixes", "0", "artifactChanges", "0", "replacements",
                  "0", "insertedContent", "text"}),
            "q\"t");
  EXPECT_EQ(Number({"runs", "0", "results", "1", "fixes", "0", "artifactChanges", "0",
                    "replacements", "0", "deletedRegion", "endColumn"}),
            3);
  EXPECT_EQ(At(&log_, {"runs", "0", "results", "0", "fixes"}), nullptr);
}

}  // namespace
}  // namespace riposte::app
