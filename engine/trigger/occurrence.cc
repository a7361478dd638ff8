#include "engine/trigger/occurrence.h"

#include <algorithm>

namespace riposte::trigger {

std::string_view FateName(Fate fate) {
  switch (fate) {
    case Fate::kCounted:
      return "counted";
    case Fate::kJoined:
      return "joined";
    case Fate::kFired:
      return "fired";
    case Fate::kLate:
      return "late";
    case Fate::kNoValue:
      return "no_value";
    case Fate::kOutside:
      return "outside";
    case Fate::kNoUse:
      return "no_use";
    case Fate::kOverflow:
      return "overflow";
    case Fate::kCount:
      break;
  }
  return "unknown";
}

namespace {

void Insert(std::vector<Kept>& sorted, const Kept& kept) {
  const auto at = std::upper_bound(sorted.begin(), sorted.end(), kept,
                                   [](const Kept& a, const Kept& b) { return a.place < b.place; });
  sorted.insert(at, kept);
}

}  // namespace

// `first` overflows into `last`, so that the earliest stay although they may come later.
void Tally::Add(const Kept& kept) {
  ++count;
  Insert(first, kept);
  if (first.size() <= kEnds) return;
  Insert(last, first.back());
  first.pop_back();
  if (last.size() > kEnds) last.erase(last.begin());
}

}  // namespace riposte::trigger
