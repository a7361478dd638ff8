#include "rules/sigma/filter.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

const std::string kRule = test::RuleOf("a: {F: x}\ncondition: a") + "name: my_rule\n";

std::string FilterOf(std::string_view rules, std::string_view condition = "not selection",
                     std::string_view log_source = "{product: test}") {
  return "title: F\nlogsource: " + std::string(log_source) +
         "\nfilter:\n  rules: " + std::string(rules) +
         "\n  selection: {User|startswith: adm_}\n  condition: " + std::string(condition) + "\n";
}

std::string QueryWith(const std::string& filter) {
  const test::Loaded loaded = test::LoadFiles({filter, kRule});
  if (loaded.set == nullptr) return loaded.codes();
  return loaded.set->rules.front().canonical_query;
}

constexpr std::string_view kUnfiltered = R"(sigma-logsource.test//: true and sigma.F: "x")";
constexpr std::string_view kFiltered =
    R"(sigma-logsource.test//: true and sigma.F: "x" and not sigma.User: "adm_*")";

TEST(ReadFilter, ItsConditionIsAddedToTheRules) {
  EXPECT_EQ(QueryWith(FilterOf("[00000000-0000-4000-8000-000000000001]")), kFiltered);
  EXPECT_EQ(QueryWith(FilterOf("[my_rule, other]")), kFiltered);
  EXPECT_EQ(QueryWith(FilterOf("my_rule")), kFiltered);
  EXPECT_EQ(QueryWith(FilterOf("any")), kFiltered);
  EXPECT_EQ(QueryWith(FilterOf("[other]")), kUnfiltered);
  EXPECT_EQ(QueryWith(FilterOf("any", "not selection", "{product: test, category: proc}")),
            kUnfiltered)
      << "the rule is for more than the filter";
}

TEST(ReadFilter, AFilteredRuleIsAnotherVersion) {
  const test::Loaded plain = test::LoadFiles({kRule});
  const test::Loaded filtered = test::LoadFiles({kRule, FilterOf("any")});
  ASSERT_TRUE(plain.set != nullptr && filtered.set != nullptr);
  EXPECT_NE(plain.set->rules[0].version, filtered.set->rules[0].version);
  EXPECT_NE(plain.set->rules[0].arming_hash, filtered.set->rules[0].arming_hash);
}

TEST(ReadFilter, WhatIsOddIsAWarning) {
  EXPECT_EQ(test::LoadFiles({FilterOf("[other]"), kRule}).codes(), "filter-without-rule@4:11");
  EXPECT_EQ(test::LoadFiles({FilterOf("any", "selection"), kRule}).codes(), "filter-includes@6:14");
}

TEST(ReadFilter, Mistakes) {
  EXPECT_EQ(test::LoadFiles({FilterOf("[]"), kRule}).codes(), "empty-value@4:10");
  EXPECT_EQ(test::LoadFiles({FilterOf("{a: b}"), kRule}).codes(), "wrong-type@4:10");
  EXPECT_EQ(test::LoadFiles({FilterOf("any", "not nothing"), kRule}).codes(),
            "unknown-selection@6:18");
  EXPECT_EQ(test::LoadFiles({"title: F\nfilter: [a]\nlogsource: {product: test}\n", kRule}).codes(),
            "wrong-type@2:9");
  EXPECT_EQ(
      test::LoadFiles({"filter: {selection: {a: b}, condition: not selection}\n", kRule}).codes(),
      "missing-key@1:1 missing-key@1:1 missing-key@1:9");
}

}  // namespace
}  // namespace riposte::sigma
