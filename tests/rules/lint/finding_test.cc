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
  const rule::Rule bare = WithMode({});
  AddInQuery(OwnQuery(bare), {.begin = 0, .end = 1}, "c", "m", "", diagnostics);
  EXPECT_EQ(diagnostics.all()[0].span, (text::Span{.begin = 2, .end = 5}));
  rule::Rule rule = WithMode(rule::AutoMode::kEnforce);
  rule.query_in_file = std::make_shared<const text::Fragment>(
      rule.source, "23", std::vector<text::Fragment::Piece>{{.text_begin = 0, .source_begin = 2}});
  AddInQuery(OwnQuery(rule), {.begin = 1, .end = 2}, "c", "m", "", diagnostics);
  EXPECT_EQ(diagnostics.all()[1].span, (text::Span{.begin = 3, .end = 4}));
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

rule::Rule QueryInFile(const std::string& file, std::string_view query) {
  rule::Rule rule;
  rule.source = std::make_shared<text::Source>("f", file);
  const auto begin = static_cast<uint32_t>(file.find(query.substr(0, 3)));
  rule.query_span = {.begin = begin, .end = static_cast<uint32_t>(file.size())};
  rule.query_text = query;
  rule.query_in_file = std::make_shared<const text::Fragment>(
      rule.source, std::string(query),
      std::vector<text::Fragment::Piece>{{.text_begin = 0, .source_begin = begin}});
  return rule;
}

TEST(Finding, AFixIsInTheFileAndOnlyWhereTheFileWritesTheSame) {
  const auto fixed = [](const rule::Rule& rule, std::string replacement) {
    text::Diagnostics diagnostics;
    WarnInQuery(OwnQuery(rule), {.begin = 0, .end = 3},
                {.code = "c",
                 .message = "m",
                 .hint = "",
                 .fix_in_query = text::Fix{.span = {.begin = 3, .end = 5},
                                           .replacement = std::move(replacement)}},
                diagnostics);
    return diagnostics.all()[0].fix;
  };
  EXPECT_EQ(fixed(QueryInFile("q: abcde", "abcde"), "x"),
            (text::Fix{.span = {.begin = 6, .end = 8}, .replacement = "x"}));
  EXPECT_EQ(fixed(QueryInFile("q: abcXe", "abcde"), "x"), std::nullopt);
  // YAML would end its text at the quote.
  rule::Rule quoted = QueryInFile("q: 'abcde'", "abcde");
  quoted.query_span.begin -= 1;
  EXPECT_EQ(fixed(quoted, "a\"b"), std::nullopt);
  EXPECT_NE(fixed(quoted, "ab"), std::nullopt);
}

TEST(Finding, StandsAtTheIdWhereItHasNoPlaceOfItsOwn) {
  rule::Rule rule = WithMode({});
  rule.id_span = {.begin = 7, .end = 9};
  text::Diagnostics diagnostics;
  Warn(rule, {}, {.code = "c", .message = "m", .hint = ""}, diagnostics);
  Warn(rule, {.begin = 1, .end = 2}, {.code = "c", .message = "m", .hint = ""}, diagnostics);
  EXPECT_EQ(diagnostics.all()[0].span, rule.id_span);
  EXPECT_EQ(diagnostics.all()[1].span, (text::Span{.begin = 1, .end = 2}));
}

TEST(Finding, ExcerptsFitOnALine) {
  rule::Rule rule;
  rule.query_text = "a:\n   b and " + std::string(80, 'c');
  EXPECT_EQ(Excerpt(OwnQuery(rule), {.begin = 0, .end = 7}), "a: b");
  EXPECT_EQ(Excerpt(OwnQuery(rule), {.begin = 8, .end = 92}).size(), 63u);
  EXPECT_EQ(Excerpt(OwnQuery(rule), {.begin = 900, .end = 910}), "");
  rule.query_text = std::string(59, 'a') + "\u00fc and more of it";
  EXPECT_EQ(Excerpt(OwnQuery(rule), {.begin = 0, .end = 70}), std::string(59, 'a') + "...");
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

TEST(Finding, TellsWhereARemediationIsFromThatIsNotTheRulesOwn) {
  rule::Rule rule = WithMode(rule::AutoMode::kDryRun);
  EXPECT_EQ(OrderedBy(rule), "");
  rule::Response response;
  response.source = std::make_shared<text::Source>("d/responses.yaml", "responses:\n- tag: x\n");
  response.span = {.begin = 13, .end = 19};
  rule.response = std::make_shared<const rule::Response>(response);
  EXPECT_EQ(OrderedBy(rule), " (ordered by d/responses.yaml:2)");
}

}  // namespace
}  // namespace riposte::lint
