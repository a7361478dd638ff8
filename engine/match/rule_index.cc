#include "engine/match/rule_index.h"

#include <algorithm>

namespace riposte::match {

RuleIndex::RuleIndex(std::span<const RuleKeys> rules, size_t anchors)
    : lists_(anchors), paired_(anchors), partner_(anchors) {
  std::vector<uint32_t> rules_at(anchors);
  for (const RuleKeys& keys : rules)
    for (const AnchorId anchor : keys.first) ++rules_at[anchor];

  std::vector<std::pair<uint64_t, Posting>> single, pairs;
  for (uint32_t rule = 0; rule < rules.size(); ++rule) {
    const RuleKeys& keys = rules[rule];
    const Posting posting{.rule = rule, .guard = keys.guard};
    if (keys.first.empty()) always_.push_back(posting);
    const bool may_pair =
        !keys.second.empty() && keys.first.size() * keys.second.size() <= kMostPairs;
    for (const AnchorId anchor : keys.first) {
      if (!may_pair || rules_at[anchor] <= kFewRules) {
        single.emplace_back(anchor, posting);
        continue;
      }
      paired_[anchor] = 1;
      for (const AnchorId other : keys.second) {
        partner_[other] = 1;
        pairs.emplace_back(KeyOf(anchor, other), posting);
      }
    }
  }

  const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::ranges::stable_sort(single, by_key);
  for (const auto& [anchor, posting] : single) {
    List& list = lists_[anchor];
    if (list.count++ == 0) list.begin = static_cast<uint32_t>(postings_.size());
    postings_.push_back(posting);
  }
  std::ranges::stable_sort(pairs, by_key);
  std::vector<std::pair<uint64_t, uint32_t>> entries;
  for (const auto& [key, posting] : pairs) {
    if (entries.empty() || entries.back().first != key) {
      entries.emplace_back(key, static_cast<uint32_t>(pair_lists_.size()));
      pair_lists_.push_back({.begin = static_cast<uint32_t>(postings_.size())});
    }
    ++pair_lists_.back().count;
    postings_.push_back(posting);
  }
  pairs_ = KeyIndex::Build(entries);
}

}  // namespace riposte::match
