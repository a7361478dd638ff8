#include "engine/match/rule_index.h"

#include <algorithm>

namespace riposte::match {

RuleIndex::RuleIndex(std::span<const PartKeys> parts, size_t anchors)
    : lists_(anchors), paired_(anchors), partner_(anchors) {
  std::vector<uint32_t> parts_at(anchors);
  for (const PartKeys& keys : parts)
    for (const AnchorId anchor : keys.first) ++parts_at[anchor];

  std::vector<std::pair<uint64_t, Posting>> single, pairs;
  for (uint32_t position = 0; position < parts.size(); ++position) {
    const PartKeys& keys = parts[position];
    const Posting posting{.position = position, .guard = keys.guard};
    if (keys.first.empty()) always_.push_back(posting);
    const bool may_pair =
        !keys.second.empty() && keys.first.size() * keys.second.size() <= kMostPairs;
    for (const AnchorId anchor : keys.first) {
      if (!may_pair || parts_at[anchor] <= kFewParts) {
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
