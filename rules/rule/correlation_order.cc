#include "rules/rule/correlation_order.h"

#include <algorithm>
#include <string>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace riposte::rule {
namespace {

// Without recursion: how long a chain is, is up to who writes the files.
class Ordering {
 public:
  Ordering(const std::vector<SigmaCorrelation>& correlations, const std::vector<Rule>& rules,
           text::Diagnostics& diagnostics)
      : correlations_(correlations),
        rules_(rules),
        diagnostics_(diagnostics),
        inner_(correlations.size()),
        outer_(correlations.size()),
        waits_for_(correlations.size()),
        depth_(correlations.size(), 1) {
    boost::unordered_flat_map<size_t, size_t> by_rule;
    for (size_t i = 0; i < correlations.size(); ++i) by_rule.emplace(correlations[i].rule, i);
    for (size_t i = 0; i < correlations.size(); ++i) {
      for (size_t at = 0; at < correlations[i].refers_to.size(); ++at) {
        const std::optional<size_t> rule = correlations[i].refers_to[at];
        const auto found = rule ? by_rule.find(*rule) : by_rule.end();
        if (found == by_rule.end()) continue;
        inner_[i].push_back({.correlation = found->second, .reference = at});
        outer_[found->second].push_back(i);
      }
      waits_for_[i] = inner_[i].size();
    }
  }

  std::vector<size_t> Order() {
    std::vector<size_t> order;
    for (size_t i = 0; i < correlations_.size(); ++i)
      if (waits_for_[i] == 0) order.push_back(i);
    for (size_t next = 0; next < order.size(); ++next) {
      Measure(order[next]);
      for (const size_t outer : outer_[order[next]])
        if (--waits_for_[outer] == 0) order.push_back(outer);
    }
    ReportCycles();
    std::erase_if(order, [&](size_t one) { return depth_[one] > kLongestChain; });
    return order;
  }

 private:
  struct Link {
    size_t correlation = 0;
    size_t reference = 0;  // its place in the rules of who refers to it
  };

  text::Span PlaceOf(size_t correlation, size_t reference) const {
    return correlations_[correlation].text.rules[reference].span;
  }
  const Rule& RuleOf(size_t correlation) const { return rules_[correlations_[correlation].rule]; }

  // What is beyond the first that is too deep is, too.
  void Measure(size_t correlation) {
    const Link* deepest = nullptr;
    for (const Link& link : inner_[correlation])
      if (deepest == nullptr || depth_[link.correlation] > depth_[deepest->correlation])
        deepest = &link;
    if (deepest == nullptr) return;
    depth_[correlation] = depth_[deepest->correlation] + 1;
    if (depth_[correlation] != kLongestChain + 1) return;
    diagnostics_.Error(
        RuleOf(correlation).source, PlaceOf(correlation, deepest->reference),
        "correlation-too-deep",
        fmt::format("more than {} correlations refer to each other in a chain", kLongestChain),
        "refer to the rules themselves");
  }

  // Those that still wait are in a cycle, or wait for one. From each, one way through those that
  // wait is followed until it meets itself.
  void ReportCycles() {
    std::vector<size_t> seen_from(correlations_.size(), kNowhere);
    for (size_t start = 0; start < correlations_.size(); ++start) {
      if (waits_for_[start] == 0) continue;
      std::vector<Step> way;
      size_t at = start;
      while (seen_from[at] == kNowhere) {
        seen_from[at] = start;
        const Link& link = WaitingLinkOf(at);
        way.push_back({.correlation = at, .reference = link.reference});
        at = link.correlation;
      }
      if (seen_from[at] == start) ReportCycle(way, at);
    }
  }

  struct Step {
    size_t correlation = 0;
    size_t reference = 0;
  };

  const Link& WaitingLinkOf(size_t correlation) const {
    return *std::ranges::find_if(
        inner_[correlation], [&](const Link& link) { return waits_for_[link.correlation] > 0; });
  }

  void ReportCycle(const std::vector<Step>& way, size_t first) {
    constexpr size_t kShown = 5;
    const auto begin = std::ranges::find(way, first, &Step::correlation);
    std::vector<std::string> titles;
    for (auto at = begin + 1; at != way.end() && titles.size() < kShown; ++at)
      titles.push_back(fmt::format("'{}'", RuleOf(at->correlation).name));
    const std::string through =
        titles.empty() ? "" : fmt::format(", through {}", fmt::join(titles, ", "));
    diagnostics_.Error(RuleOf(first).source, PlaceOf(first, begin->reference), "correlation-cycle",
                       fmt::format("'{}' refers to itself{}", RuleOf(first).name, through),
                       "leave one of the references out");
  }

  static constexpr size_t kNowhere = static_cast<size_t>(-1);

  const std::vector<SigmaCorrelation>& correlations_;
  const std::vector<Rule>& rules_;
  text::Diagnostics& diagnostics_;
  std::vector<std::vector<Link>> inner_;    // by correlation: those that it refers to
  std::vector<std::vector<size_t>> outer_;  // those that refer to it
  std::vector<size_t> waits_for_;           // of the first so many that are not in the order yet
  std::vector<size_t> depth_;
};

}  // namespace

std::vector<size_t> OrderCorrelations(const std::vector<SigmaCorrelation>& correlations,
                                      const std::vector<Rule>& rules,
                                      text::Diagnostics& diagnostics) {
  return Ordering(correlations, rules, diagnostics).Order();
}

}  // namespace riposte::rule
