#include "rules/sigma/correlation_expression.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace riposte::sigma {
namespace {

text::SourcePtr SourceOf(const std::string& text) {
  return std::make_shared<const text::Source>("rules.yaml", text);
}

struct Parsed {
  std::string terms;  // "r0 (r1|r2) !(r3)", or the codes and where they stand
  std::vector<std::string> rules;
};

Parsed Parse(const std::string& condition, const std::vector<std::string>& given = {}) {
  std::vector<Written> rules;
  for (const std::string& rule : given) rules.push_back({.text = rule, .span = {}});
  text::Diagnostics diagnostics;
  const std::optional<std::vector<CorrelationTerm>> terms =
      ParseCorrelationExpression(text::Fragment(SourceOf(condition)), rules, diagnostics);
  EXPECT_NE(terms.has_value(), diagnostics.has_errors()) << condition;
  Parsed parsed;
  for (const Written& rule : rules) parsed.rules.push_back(rule.text);
  for (const text::Diagnostic& one : diagnostics.all())
    parsed.terms += (parsed.terms.empty() ? "" : " ") + one.code + "@" +
                    std::to_string(one.span.begin) + "-" + std::to_string(one.span.end);
  for (const CorrelationTerm& term : terms.value_or(std::vector<CorrelationTerm>{})) {
    if (!parsed.terms.empty()) parsed.terms += ' ';
    parsed.terms += term.absent ? "!" : "";
    for (const size_t rule : term.rules)
      parsed.terms += (rule == term.rules.front() ? "" : "|") + rules[rule].text;
  }
  return parsed;
}

TEST(CorrelationExpression, EachOperator) {
  EXPECT_EQ(Parse("a").terms, "a");
  EXPECT_EQ(Parse("a and b AND c").terms, "a b c");
  EXPECT_EQ(Parse("a or b").terms, "a|b");
  EXPECT_EQ(Parse("a and not b").terms, "a !b");
  EXPECT_EQ(Parse("not b and a").terms, "!b a") << "by the place of the first rule";
  EXPECT_EQ(Parse("(a or b) and (c)").terms, "a|b c");
  EXPECT_EQ(Parse("a or b and c").terms, "correlation-condition@2-4") << "'and' binds stronger";
  EXPECT_EQ(Parse("not a or b").terms, "correlation-condition@6-8") << "'not' binds strongest";
}

TEST(CorrelationExpression, NegationsAreMovedInwards) {
  EXPECT_EQ(Parse("a and not (b or c)").terms, "a !b|c");
  EXPECT_EQ(Parse("a and not not b").terms, "a b");
  EXPECT_EQ(Parse("not (not a and not b)").terms, "a|b");
  EXPECT_EQ(Parse("a and not (b and c)").terms, "correlation-condition@6-9");
  EXPECT_EQ(Parse("a and not (b and not c)").terms, "correlation-condition@6-9");
}

TEST(CorrelationExpression, WhatIsSaidTwiceIsOnce) {
  EXPECT_EQ(Parse("a and a and (a or b) and (b or a)").terms, "a a|b");
  EXPECT_EQ(Parse("a or a").terms, "a");
}

TEST(CorrelationExpression, TheNamesBecomeTheRules) {
  EXPECT_EQ(Parse("b and (a or b)").rules, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(Parse("0e95725d-7320-415d-80f7-004da920fc11 and b").rules.front(),
            "0e95725d-7320-415d-80f7-004da920fc11");
}

TEST(CorrelationExpression, RulesThatAreGivenAreThoseThatAreNamed) {
  EXPECT_EQ(Parse("b and a", {"a", "b"}).terms, "a b") << "in the order of the rules";
  EXPECT_EQ(Parse("a and x and y", {"a"}).terms, "unknown-rule@6-7 unknown-rule@12-13");
  EXPECT_EQ(Parse("a", {"a", "b", "c"}).terms,
            "correlation-condition@0-0 correlation-condition@0-0");
}

TEST(CorrelationExpression, Mistakes) {
  EXPECT_EQ(Parse("").terms, "correlation-condition@0-0");
  EXPECT_EQ(Parse("a and").terms, "correlation-condition@5-5");
  EXPECT_EQ(Parse("a b").terms, "correlation-condition@2-3");
  EXPECT_EQ(Parse("a not b").terms, "correlation-condition@2-5");
  EXPECT_EQ(Parse("and a").terms, "correlation-condition@0-3");
  EXPECT_EQ(Parse("(a").terms, "correlation-condition@0-1");
  EXPECT_EQ(Parse("a)").terms, "correlation-condition@1-2");
  EXPECT_EQ(Parse("a | count() > 5").terms, "correlation-condition@2-3");
  EXPECT_EQ(Parse("1 of them").terms, "correlation-condition@0-4");
  EXPECT_EQ(Parse("a and all of b*").terms, "correlation-condition@6-12");
  EXPECT_EQ(Parse("a and not a").terms, "correlation-condition@0-11") << "never holds";
  EXPECT_EQ(Parse("(a or b) and not a and not b").terms, "correlation-condition@0-28");
  EXPECT_EQ(Parse("(a or b) and not a").terms, "a|b !a") << "which b alone makes true";
}

TEST(CorrelationExpression, Bounds) {
  std::string condition = "r0";
  for (size_t i = 1; i < kMostCorrelated; ++i) condition += " and r" + std::to_string(i);
  EXPECT_EQ(Parse(condition).rules.size(), kMostCorrelated);
  EXPECT_EQ(Parse(condition + " and r64").terms.substr(0, 14), "too-many-steps");
  EXPECT_EQ(Parse(condition + " and r0").terms.substr(0, 14), "too-many-steps");
  const std::string deep(100'000, '(');
  EXPECT_EQ(Parse(deep + "a" + std::string(100'000, ')')).terms, "a");
  EXPECT_EQ(Parse(deep).terms, "correlation-condition@100000-100000");
}

// A random condition and its truth table, over all sets of rules that match: made together.
struct Sample {
  std::string text;
  uint32_t table = 0;  // bit i: whether it holds where the rules of the set i match
};

class Samples {
 public:
  static constexpr uint32_t kRules = 4, kSets = 1u << kRules;

  explicit Samples(uint64_t seed) : random_(seed) {}

  Sample Next(int depth = 3) {
    const uint64_t choice = depth == 0 ? 0 : random_() % 5;
    if (choice == 0) {
      const uint64_t rule = random_() % kRules;
      Sample sample{.text = "r" + std::to_string(rule)};
      for (uint32_t set = 0; set < kSets; ++set) sample.table |= (set >> rule & 1u) << set;
      return sample;
    }
    const Sample a = Next(depth - 1);
    if (choice == 1) return {.text = "not (" + a.text + ")", .table = ~a.table & 0xffffu};
    const Sample b = Next(depth - 1);
    if (choice == 2)
      return {.text = "(" + a.text + ") or (" + b.text + ")", .table = a.table | b.table};
    return {.text = "(" + a.text + ") and (" + b.text + ")", .table = a.table & b.table};
  }

 private:
  std::mt19937_64 random_;
};

TEST(CorrelationExpression, TermsMeanWhatIsWritten) {
  const uint64_t count = test::NumberFromEnvironment("RIPOSTE_PAIRS", 20'000);
  Samples samples(11);
  size_t expressed = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const Sample sample = samples.Next();
    std::vector<Written> rules;
    text::Diagnostics diagnostics;
    const std::optional<std::vector<CorrelationTerm>> terms =
        ParseCorrelationExpression(text::Fragment(SourceOf(sample.text)), rules, diagnostics);
    ASSERT_NE(terms.has_value(), diagnostics.has_errors());
    if (!terms) continue;
    ++expressed;
    for (uint32_t set = 0; set < Samples::kSets; ++set) {
      const auto matches = [&](size_t rule) {
        return (set >> static_cast<uint32_t>(rules[rule].text[1] - '0') & 1u) != 0;
      };
      const bool all = std::ranges::all_of(*terms, [&](const CorrelationTerm& term) {
        return std::ranges::any_of(term.rules, matches) != term.absent;
      });
      ASSERT_EQ(all, (sample.table >> set & 1u) != 0) << sample.text;
    }
    ASSERT_NE(sample.table, 0u) << "what never holds is refused: " << sample.text;
  }
  EXPECT_GT(expressed, count / 4);
  EXPECT_LT(expressed, count);
}

}  // namespace
}  // namespace riposte::sigma
