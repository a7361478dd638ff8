#include "app/response_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;

constexpr std::string_view kRules =
    "title: One\nid: 0b6d1a52-6e0c-4c1e-9c51-000000000001\n"
    "logsource: {product: windows}\ndetection: {a: {F: x}, condition: a}\ntags: [x.a]\n---\n"
    "title: Two\nid: 0b6d1a52-6e0c-4c1e-9c51-000000000002\n"
    "logsource: {product: windows}\ndetection: {a: {F: y}, condition: a}\ntags: [x.a]\n";
constexpr std::string_view kResponses =
    "responses:\n"
    "- tag: [x.a, \"x\\e[2J\"]\n  max_rules: 5\n"
    "  remediation: {auto: enforce, action: kill_process_and_quarantine_file, target: tree}\n"
    "- id: 0b6d1a52-6e0c-4c1e-9c51-000000000002\n  max_rules: 1\n  trigger: {single_match: {}}\n";

class ResponseReport : public testing::Test {
 protected:
  ResponseReport() {
    folder_.Write("rules.yml", kRules);
    folder_.Write("responses.yaml", kResponses);
    loaded_ = LoadRuleSet({folder_.path()}, test::ShippedSchema());
  }
  const test::TempDir folder_;
  LoadedRules loaded_;
};

TEST_F(ResponseReport, AsText) {
  ASSERT_NE(loaded_.rules, nullptr) << text::Render(loaded_.diagnostics);
  const std::string text = ResponsesText(*loaded_.rules);
  EXPECT_EQ(
      text.substr(folder_.path().size()),
      "/responses.yaml\n"
      "  line 2, tag x.a, x\\x1b[2J: enforce kill_process_and_quarantine_file of the tree for 1 of "
      "at most 5 rules (1 more by a stronger entry)\n"
      "    One (0b6d1a52-6e0c-4c1e-9c51-000000000001)\n"
      "  line 5, id 0b6d1a52-6e0c-4c1e-9c51-000000000002: single_match, no remediation for 1 "
      "of at most 1 rule\n"
      "    Two (0b6d1a52-6e0c-4c1e-9c51-000000000002)\n");
}

TEST_F(ResponseReport, AsJson) {
  ASSERT_NE(loaded_.rules, nullptr) << text::Render(loaded_.diagnostics);
  std::string out;
  json::Writer writer(out);
  WriteResponses(*loaded_.rules, writer);
  EXPECT_THAT(out,
              HasSubstr(R"("line":2,"selector":"tag","values":["x.a","x\u001b[2J"],"max_rules":5,)"
                        R"("selected":2,"trigger":null,"remediation":{"auto":"enforce",)"
                        R"("action":"kill_process_and_quarantine_file","target":"tree"},)"
                        R"("rules":[{"id":"0b6d1a52-6e0c-4c1e-9c51-000000000001")"));
  EXPECT_THAT(out, HasSubstr(R"("trigger":"single_match","remediation":null,"rules":[)"));
}

TEST_F(ResponseReport, OfASetWithoutEntries) {
  const test::TempDir folder;
  const LoadedRules plain =
      LoadRuleSet({folder.Write("a.yaml", test::RuleFile("a.exe"))}, test::ShippedSchema());
  ASSERT_NE(plain.rules, nullptr);
  EXPECT_EQ(ResponsesText(*plain.rules), "");
  std::string out;
  json::Writer writer(out);
  WriteResponses(*plain.rules, writer);
  EXPECT_EQ(out, "[]");
  out.clear();
  json::Writer of_rule(out);
  WriteResponseOf(plain.rules->rules.front(), of_rule);
  EXPECT_EQ(out, "null");
}

}  // namespace
}  // namespace riposte::app
