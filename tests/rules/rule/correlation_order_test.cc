#include "rules/rule/correlation_order.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/environment.h"

namespace riposte::rule {
namespace {

// Correlations by number, each with those that it refers to; what is beyond their count is a
// detection rule, and -1 a reference that has an error.
using Graph = std::vector<std::vector<int>>;

struct Ordered {
  std::vector<size_t> order;
  text::Diagnostics diagnostics;
  size_t CountOf(std::string_view code) const {
    return static_cast<size_t>(
        std::ranges::count(diagnostics.all(), code, &text::Diagnostic::code));
  }
};

Ordered Order(const Graph& graph) {
  const auto source = std::make_shared<const text::Source>("rules.yaml", std::string(1'000, ' '));
  std::vector<SigmaCorrelation> correlations;
  std::vector<Rule> rules(graph.size() + 3);
  for (Rule& rule : rules) rule.source = source;
  for (size_t i = 0; i < graph.size(); ++i) {
    rules[i].name = "c" + std::to_string(i);
    SigmaCorrelation& one = correlations.emplace_back();
    one.rule = i;
    for (const int to : graph[i]) {
      one.text.rules.push_back({.text = std::to_string(to), .span = {.begin = 1, .end = 2}});
      one.refers_to.push_back(to < 0 ? std::nullopt : std::optional(static_cast<size_t>(to)));
    }
  }
  Ordered ordered;
  ordered.order = OrderCorrelations(correlations, rules, ordered.diagnostics);
  return ordered;
}

TEST(OrderCorrelations, EachComesBehindThoseThatItRefersTo) {
  EXPECT_EQ(Order({{1, 3}, {2}, {3, 4}}).order, (std::vector<size_t>{2, 1, 0}));
  EXPECT_EQ(Order({}).order, std::vector<size_t>{});
  EXPECT_EQ(Order({{-1}, {0}}).order, (std::vector<size_t>{0, 1}))
      << "what has an error can still be looked at";
  EXPECT_EQ(Order({{1, 1}, {2}}).order, (std::vector<size_t>{1, 0}));
}

TEST(OrderCorrelations, Cycles) {
  const Ordered self = Order({{0}});
  EXPECT_TRUE(self.order.empty());
  ASSERT_EQ(self.CountOf("correlation-cycle"), 1u);
  EXPECT_EQ(self.diagnostics.all().front().message, "'c0' refers to itself");
  const Ordered pair = Order({{1}, {2}, {1}, {0, 2}, {5}});
  EXPECT_EQ(pair.order, std::vector<size_t>{4});
  ASSERT_EQ(pair.CountOf("correlation-cycle"), 1u) << "who waits for a cycle is in none";
  EXPECT_EQ(pair.diagnostics.all().front().message, "'c1' refers to itself, through 'c2'");
  EXPECT_EQ(Order({{0}, {1}, {2, 0}}).CountOf("correlation-cycle"), 3u);
}

TEST(OrderCorrelations, Depth) {
  Graph chain;
  for (size_t i = 0; i < kLongestChain; ++i) chain.push_back({static_cast<int>(i) + 1});
  chain.back() = {50};
  EXPECT_EQ(Order(chain).order.size(), kLongestChain);
  EXPECT_EQ(Order(chain).diagnostics.all().size(), 0u);
  Graph longer(1);
  longer[0] = {1};
  for (const std::vector<int>& one : chain) longer.push_back({one[0] == 50 ? 50 : one[0] + 1});
  longer.push_back({0});
  const Ordered ordered = Order(longer);
  EXPECT_EQ(ordered.CountOf("correlation-too-deep"), 1u) << "and not of what is beyond";
  EXPECT_EQ(ordered.order.size(), kLongestChain);
}

TEST(OrderCorrelations, AVeryLongChainIsNoRecursion) {
  Graph chain;
  constexpr int kLength = 100'000;
  for (int i = 0; i < kLength; ++i) chain.push_back({i + 1});
  EXPECT_EQ(Order(chain).CountOf("correlation-too-deep"), 1u);
  chain.back() = {0};
  EXPECT_EQ(Order(chain).CountOf("correlation-cycle"), 1u);
}

// Whether `from` can reach `to` by one reference or more, by plain search.
bool Reaches(const Graph& graph, size_t from, size_t to) {
  std::set<size_t> seen;
  std::vector<size_t> next = {from};
  while (!next.empty()) {
    const size_t at = next.back();
    next.pop_back();
    for (const int link : graph[at]) {
      const auto inner = static_cast<size_t>(link);
      if (link < 0 || inner >= graph.size()) continue;
      if (inner == to) return true;
      if (seen.insert(inner).second) next.push_back(inner);
    }
  }
  return false;
}

TEST(OrderCorrelations, RandomGraphs) {
  std::mt19937_64 random(5);
  const uint64_t count = riposte::test::NumberFromEnvironment("RIPOSTE_PAIRS", 20'000);
  size_t with_cycle = 0;
  for (uint64_t i = 0; i < count; ++i) {
    Graph graph(1 + random() % 7);
    for (std::vector<int>& links : graph)
      for (uint64_t left = random() % 3; left > 0; --left)
        links.push_back(static_cast<int>(random() % 11) - 1);
    const Ordered ordered = Order(graph);
    std::vector<bool> done(graph.size(), false);
    for (const size_t one : ordered.order) {
      for (const int link : graph[one]) {
        const bool is_correlation = link >= 0 && static_cast<size_t>(link) < graph.size();
        ASSERT_TRUE(!is_correlation || done[static_cast<size_t>(link)]);
      }
      done[one] = true;
    }
    bool any_cycle = false;
    for (size_t one = 0; one < graph.size(); ++one) {
      bool waits = Reaches(graph, one, one);
      any_cycle = any_cycle || waits;
      for (size_t other = 0; other < graph.size(); ++other)
        waits = waits || (Reaches(graph, one, other) && Reaches(graph, other, other));
      ASSERT_EQ(done[one], !waits);
    }
    ASSERT_EQ(ordered.CountOf("correlation-cycle") > 0, any_cycle);
    with_cycle += any_cycle ? 1 : 0;
  }
  EXPECT_GT(with_cycle, count / 10);
  EXPECT_LT(with_cycle, count);
}

}  // namespace
}  // namespace riposte::rule
