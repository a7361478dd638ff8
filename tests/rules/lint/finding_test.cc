#include "rules/lint/finding.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

rule::Rule WithMode(std::optional<rule::AutoMode> mode) {
  rule::Rule rule;
  rule.source = std::make_shared<text::Source>("f", "0123456789");
  rule.query_span = {.begin = 2, .end = 5};
  if (mode) rule.remediation = rule::Remediation{.mode = *mode, .action = {}, .target = {}};
  return rule;
}

TEST(Finding, ARuleThatIsOffRemediatesNothing) {
  EXPECT_FALSE(Remediates(WithMode({})));
  EXPECT_FALSE(Remediates(WithMode(rule::AutoMode::kOff)));
  EXPECT_TRUE(Remediates(WithMode(rule::AutoMode::kDryRun)));
  EXPECT_FALSE(Enforces(WithMode(rule::AutoMode::kDryRun)));
  EXPECT_TRUE(Enforces(WithMode(rule::AutoMode::kEnforce)));
  EXPECT_FALSE(Enforces(WithMode({})));
}

TEST(Finding, StandsAtTheQueryWhereItsTextIsNotKnown) {
  text::Diagnostics diagnostics;
  AddInQuery(WithMode({}), {.begin = 0, .end = 1}, "c", "m", "", diagnostics);
  EXPECT_EQ(diagnostics.all()[0].span, (text::Span{.begin = 2, .end = 5}));
  rule::Rule rule = WithMode(rule::AutoMode::kEnforce);
  rule.query_in_file = std::make_shared<const text::Fragment>(
      rule.source, "23", std::vector<text::Fragment::Piece>{{.text_begin = 0, .source_begin = 2}});
  AddInQuery(rule, {.begin = 1, .end = 2}, "c", "m", "", diagnostics);
  EXPECT_EQ(diagnostics.all()[1].span, (text::Span{.begin = 3, .end = 4}));
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

TEST(Finding, ProfilesOfARule) {
  const rule::test::Loaded loaded = rule::test::LoadText(
      rule::test::RuleText(1) + "---\n" + rule::test::RuleText(2, "profiles: [windows-nxlog]\n"));
  const auto names = [&](size_t index) {
    std::string out;
    for (const schema::Profile* profile : ProfilesOf(loaded.rule(index), *loaded.set->schema))
      out += profile->name + " ";
    return out;
  };
  EXPECT_EQ(names(0), "qualys-edr windows-nxlog windows-evtx winlogbeat linux-sysmon ");
  EXPECT_EQ(names(1), "windows-nxlog ");
}

}  // namespace
}  // namespace riposte::lint
