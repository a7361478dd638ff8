#include "rules/lint/rule_query.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/query/print.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

using rule::test::LoadTrigger;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kSteps[] =
    "{sequence: {within: 5m, by: [asset.id], steps: [{query: 'file.name: `b`'}, "
    "{absent: 'file.name: `c`'}, {name: last, query: 'file.name: `d`'}], "
    "until: {query: 'file.name: `e`'}}}";

// Of each query what is written and, in brackets, what is asked in all.
std::vector<std::string> QueriesIn(const rule::Rule& rule) {
  const schema::Catalogue& catalogue = rule::test::ShippedSchema()->catalogue;
  std::deque<query::Expression> joined;
  std::vector<std::string> out;
  for (const RuleQuery& asked : QueriesOf(rule, joined)) {
    out.push_back(std::string(asked.text));
    if (asked.asked != nullptr) out.back() += " (" + query::Print(*asked.asked, catalogue) + ")";
  }
  return out;
}

TEST(QueriesOf, ARuleWithoutParts) {
  const rule::test::Loaded loaded = rule::test::LoadText(rule::test::RuleText(1));
  EXPECT_THAT(QueriesIn(loaded.rule()), ElementsAre("type: PROCESS and process.name: `a.exe` (" +
                                                    loaded.rule().canonical_query + ")"));
  EXPECT_THAT(QueriesIn(rule::Rule{}), IsEmpty());
}

TEST(QueriesOf, EachPartIsAskedWithTheRulesOwnQuery) {
  const rule::test::Loaded loaded = LoadTrigger(kSteps);
  const std::string own = loaded.rule().canonical_query + " and ";
  EXPECT_THAT(QueriesIn(loaded.rule()), ElementsAre("type: PROCESS and process.name: `a.exe`",
                                                    "file.name: `b` (" + own + "file.name: `b`)",
                                                    "file.name: `c` (" + own + "file.name: `c`)",
                                                    "file.name: `d` (" + own + "file.name: `d`)",
                                                    "file.name: `e` (" + own + "file.name: `e`)"));
}

TEST(QueriesOf, PartsThatTakeFiringsHaveNone) {
  const rule::test::Loaded loaded = LoadTrigger(kSteps);
  rule::Rule rule = loaded.rule();
  rule.query = {};
  rule::Step taking{.firings_of = rule::FiringsOf{}};
  rule.trigger = rule::Count{.of = {taking, rule::StepsOf(loaded.rule().trigger)[0]}};
  EXPECT_THAT(QueriesIn(rule), ElementsAre("file.name: `b` (file.name: `b`)"));
}

// By part, whether a command may be for its events.
std::string Selecting(const rule::Rule& rule) {
  std::deque<query::Expression> joined;
  std::string out;
  for (const RuleQuery& asked : QueriesOf(rule, joined)) out += SelectsTargets(asked) ? '+' : '-';
  return out;
}

TEST(SelectsTargets, OnlyEventsThatAFiringIsAbout) {
  rule::Rule rule = LoadTrigger(kSteps).rule();
  EXPECT_EQ(Selecting(rule), "-----") << "no command";
  rule.remediation = rule::Remediation{.target = {}, .remediate = rule::Remediate::kCompleting};
  EXPECT_EQ(Selecting(rule), "+--+-") << "the rule's own, then the completing step";
  rule.remediation->remediate = rule::Remediate::kAll;
  EXPECT_EQ(Selecting(rule), "++-+-");
  rule.remediation->remediate = rule::Remediate::kStep;
  rule.remediation->step = "step 1";
  EXPECT_EQ(Selecting(rule), "++---");
  rule::Rule unordered = rule;
  const std::span<const rule::Step> steps = rule::StepsOf(rule.trigger);
  unordered.remediation->remediate = rule::Remediate::kCompleting;
  unordered.trigger = rule::Unordered{.steps = {steps[0], steps[1], steps[2]}};
  EXPECT_EQ(Selecting(unordered), "++-+") << "any may complete it";
}

TEST(RuleQuery, PlacesOfAPartAreInItsOwnQuery) {
  const rule::test::Loaded loaded = LoadTrigger(kSteps);
  std::deque<query::Expression> joined;
  const std::vector<RuleQuery> queries = QueriesOf(loaded.rule(), joined);
  const auto marked = [&](text::Span span) {
    return std::string(loaded.rule().source->bytes().substr(span.begin, span.end - span.begin));
  };
  EXPECT_EQ(marked(queries[0].InFile({.begin = 0, .end = 4})), "type");
  EXPECT_EQ(marked(queries[3].InFile({.begin = 0, .end = 14})), "file.name: `d`");
  const query::Expression& whole = queries[3].whole();
  const text::Span of_rule = whole.node(whole.node(whole.root()).children.front()).span;
  EXPECT_TRUE(queries[3].IsOfRule(of_rule));
  EXPECT_NE(marked(queries[3].InFile(of_rule)).find("file.name: `d`"), std::string::npos);
}

}  // namespace
}  // namespace riposte::lint
