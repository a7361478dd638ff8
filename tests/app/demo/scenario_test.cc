#include "app/demo/scenario.h"

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "base/json.h"

namespace riposte::demo {
namespace {

const Time kNow = *ParseTime("2026-11-25T02:00:00.000Z");

TEST(WithTimes, WholeStringsAreReplaced) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"a":"now"})", R"({"a":"2026-11-25T02:00:00.000Z"})"},
      {R"({"a":"now-90s","b":["now+5m"]})",
       R"({"a":"2026-11-25T01:58:30.000Z","b":["2026-11-25T02:05:00.000Z"]})"},
      {R"({"a":"now-1ms"})", R"({"a":"2026-11-25T01:59:59.999Z"})"},
      {R"({"a":"nowhere","b":"now-","c":"now-90","d":"now 90s","e":" now"})",
       R"({"a":"nowhere","b":"now-","c":"now-90","d":"now 90s","e":" now"})"},
      {R"({"a":"now-90s)", R"({"a":"now-90s)"},
      {"", ""},
  };
  for (const auto& [line, expected] : cases) EXPECT_EQ(WithTimes(line, kNow), expected) << line;
}

TEST(Scenario, EachEventIsAnObjectWithItsTimesPutIn) {
  const std::vector<std::string> events = Events(kNow);
  EXPECT_EQ(events.size(), 299u);
  std::set<std::string> ids;
  std::set<std::string, std::less<>> types;
  std::set<std::string> assets;
  for (const std::string& event : events) {
    const Result<json::Value> parsed = json::Parse(event);
    ASSERT_TRUE(parsed.ok()) << event;
    const std::optional<Time> time = ParseTime(parsed->StringOr("dateTime", ""));
    ASSERT_TRUE(time.has_value()) << event;
    EXPECT_LT(*time, kNow);
    ids.emplace(parsed->StringOr("id", ""));
    types.emplace(parsed->StringOr("type", ""));
    assets.emplace(parsed->Find("asset")->StringOr("agentId", ""));
  }
  EXPECT_EQ(ids.size(), events.size());
  EXPECT_EQ(types, (std::set<std::string, std::less<>>{"FILE", "MUTEX", "NETWORK", "PROCESS",
                                                       "REGISTRY"}));
  EXPECT_EQ(assets.size(), 3u);
}

TEST(Scenario, AllRuleFilesArePartOfTheBinary) {
  std::set<std::string> embedded;
  for (const EmbeddedFile& file : RuleFiles()) embedded.emplace(file.path);
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(RIPOSTE_SOURCE_DIR "/demo/rules")) {
    files.insert("demo/rules/" + entry.path().filename().string());
  }
  EXPECT_EQ(embedded, files);
}

}  // namespace
}  // namespace riposte::demo
