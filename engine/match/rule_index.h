// Which parts of rules are worth a look, given the anchors that hold.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/match/anchor_index.h"
#include "engine/match/key_index.h"
#include "engine/match/predicate_table.h"

namespace riposte::match {

// A part behind an anchor, and the clause that must hold as well, since most events fail it (its
// event type, its log source): kNoTerm if there is none.
struct Posting {
  uint32_t position = 0;
  TermId guard = kNoTerm;
};

// What a part is found by. It may be true only if one of `first` holds, and one of `second` unless
// that is empty.
struct PartKeys {
  std::vector<AnchorId> first;  // empty: it is always worth a look
  std::vector<AnchorId> second;
  TermId guard = kNoTerm;
};

// Immutable once made; shared.
class RuleIndex {
 public:
  // Behind an anchor that more parts than this stand at, a part is found by two anchors, if it has
  // a second set.
  static constexpr size_t kFewParts = 16;
  // By so many pairs of a first and a second at most; with more, by the first alone.
  static constexpr size_t kMostPairs = 64;

  RuleIndex() = default;
  // By position.
  explicit RuleIndex(std::span<const PartKeys> parts, size_t anchors);

  // Calls each(Posting) with every part that is worth a look, some more than once.
  template <typename Each>
  void ForEach(std::span<const AnchorId> held, const Each& each) const {
    for (const Posting& posting : always_) each(posting);
    for (const AnchorId anchor : held) {
      for (const Posting& posting : Of(lists_[anchor])) each(posting);
      if (!paired_[anchor]) continue;
      for (const AnchorId other : held)
        if (partner_[other])
          if (const std::optional<uint32_t> list = pairs_.Find(KeyOf(anchor, other)))
            for (const Posting& posting : Of(pair_lists_[*list])) each(posting);
    }
  }

 private:
  struct List {
    uint32_t begin = 0, count = 0;  // in postings_
  };
  // Different pairs have different keys, none of which is 0.
  static uint64_t KeyOf(AnchorId first, AnchorId second) {
    const uint64_t spread = ((uint64_t{first} << 32 | second) + 1) * 0x9E3779B97F4A7C15u;
    return spread ^ spread >> 32;
  }
  std::span<const Posting> Of(const List& list) const {
    return std::span(postings_).subspan(list.begin, list.count);
  }

  std::vector<Posting> always_;
  std::vector<Posting> postings_;
  std::vector<List> lists_;                // by anchor
  std::vector<uint8_t> paired_, partner_;  // by anchor: is it first, is it second of some pair
  KeyIndex pairs_;
  std::vector<List> pair_lists_;
};

}  // namespace riposte::match
