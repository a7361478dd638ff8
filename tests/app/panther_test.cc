// Correlation rules of others with their own tests (the corpus' sequences/panther), written in our
// language: tests/data/panther.yaml. Each test says whether the rule fires.
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/offline.h"
#include "base/json.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/support/corpus.h"

namespace riposte::app {
namespace {

constexpr Time kBegin = TimeFromMs(1'767'225'600'000);  // 2026-01-01

struct Alert {
  Time time{};
  std::string sub_rule, field, value;
};

json::Value ParseFile(const std::string& path) { return json::Parse(test::ReadFile(path)).value(); }

// Minutes, or a time.
Time TimeOf(const json::Value& value) {
  if (const int64_t* minutes = value.as_int()) return kBegin + std::chrono::minutes(*minutes);
  return *ParseTime(*value.as_string());
}

std::vector<Alert> AlertsOf(const json::Value& test) {
  std::vector<Alert> alerts;
  for (const json::Value& output : *test.Find("RuleOutputs")->as_array())
    for (const auto& [field, values] : *output.Find("Matches")->as_object())
      for (const auto& [value, times] : *values.as_object())
        for (const json::Value& time : *times.as_array())
          alerts.push_back({.time = TimeOf(time),
                            .sub_rule = std::string(output.StringOr("ID", "")),
                            .field = field,
                            .value = value});
  std::ranges::stable_sort(alerts, {}, &Alert::time);
  return alerts;
}

// The field by which the alerts of the first sub-rule are joined.
std::string FirstField(const json::Value& file) {
  const json::Value& group = file.Find("detection")->as_array()->front();
  const json::Value& first =
      group.Find("MatchCriteria")->as_object()->front().second.as_array()->front();
  return std::string(first.StringOr("Match", ""));
}

std::string EventOf(const Alert& alert, bool by_user, size_t number) {
  return fmt::format(R"({{"type":"PROCESS","id":"E{}","dateTime":"{}","asset":{{"agentId":"A1"}},)"
                     R"("process":{{"processName":"{}","{}":"{}"}}}})",
                     number, FormatTime(alert.time), alert.sub_rule, by_user ? "userName" : "sid",
                     alert.value);
}

// Whether it has fired at all once all time is over.
bool Fires(const rule::RuleSetPtr& rules, const json::Value& file, const json::Value& test) {
  const std::unique_ptr<Offline> offline =
      Offline::Make(rules, *rules->schema->FindProfile("qualys-edr"), {}).value();
  const std::vector<Alert> alerts = AlertsOf(test);
  const std::string first = FirstField(file);
  size_t firings = 0;
  for (size_t i = 0; i < alerts.size(); ++i) {
    const Judged& judged = offline->Run(EventOf(alerts[i], alerts[i].field == first, i), {});
    EXPECT_EQ(judged.taken.size(), 1u) << "the alert of a sub-rule of this rule";
    firings += judged.firings.size();
  }
  firings += offline->GoOn(alerts.back().time + std::chrono::days(31)).firings.size();
  return firings > 0;
}

TEST(Panther, EachTestOfEachRuleEndsAsItsAuthorExpects) {
  RIPOSTE_REQUIRE_CORPUS(folder, "sequences/panther");
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>(
      "panther.yaml", test::ReadFile(RIPOSTE_SOURCE_DIR "/tests/data/panther.yaml"));
  const rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics);
  ASSERT_NE(rules, nullptr) << text::Render(diagnostics);
  size_t files = 0, tests = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().stem();
    const json::Value file = ParseFile(entry.path());
    const auto rule = std::ranges::find(rules->rules, name, &rule::Rule::name);
    ASSERT_NE(rule, rules->rules.end()) << name;
    const rule::RuleSetPtr alone = Alone(*rules, *rule);
    ++files;
    for (const json::Value& test : *file.Find("tests")->as_array()) {
      ++tests;
      EXPECT_EQ(Fires(alone, file, test), *test.Find("ExpectedResult")->as_bool())
          << name << ": " << test.StringOr("Name", "");
    }
  }
  EXPECT_EQ(files, 15u);
  EXPECT_EQ(tests, 41u);
}

}  // namespace
}  // namespace riposte::app
