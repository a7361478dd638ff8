#include "engine/state/compare.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "engine/state/birth.h"

namespace riposte::state {
namespace {

// Of a value; empty: a deletion, or none.
using Digest = std::optional<std::array<char, 16>>;

Digest DigestOf(std::optional<std::string_view> value) {
  if (!value) return std::nullopt;
  Digest digest(std::in_place);
  std::copy_n(Sha256(*value).begin(), digest->size(), digest->begin());
  return digest;
}

// What the changelog says of a key.
struct History {
  Digest at_mark;
  std::vector<Digest> later;  // in order
};
using Histories = std::map<std::string, History, std::less<>>;

Result<Histories> ReadHistories(Changelog& changelog, const ChangelogFacts& facts, int64_t mark,
                                uint64_t& behind) {
  Histories histories;
  const Status read = changelog.Read(
      facts.first, facts.end,
      [&](int64_t offset, std::string_view key, std::optional<std::string_view> value) {
        History& history = histories.try_emplace(std::string(key)).first->second;
        if (offset < mark) {
          history.at_mark = DigestOf(value);
        } else {
          history.later.push_back(DigestOf(value));
          ++behind;
        }
        return Status::Ok();
      });
  if (!read.ok()) return read;
  return histories;
}

class Judge {
 public:
  Judge(Comparison& comparison, size_t examples_max)
      : comparison_(comparison), examples_max_(examples_max) {}

  // `stored`: what the store has.
  void One(std::string_view key, const Digest& stored, const History& history) {
    if (stored == history.at_mark) {
      if (stored) ++comparison_.same;
    } else if (std::ranges::find(history.later, stored) != history.later.end()) {
      ++comparison_.newer;
    } else if (stored && !history.at_mark && !history.later.empty()) {
      ++comparison_.superseded;
    } else if (!stored) {
      Tell(Difference::Kind::kMissing, key, comparison_.missing);
    } else if (!history.at_mark) {
      Tell(Difference::Kind::kExtra, key, comparison_.extra);
    } else {
      Tell(Difference::Kind::kOther, key, comparison_.other);
    }
  }

 private:
  void Tell(Difference::Kind kind, std::string_view key, uint64_t& count) {
    ++count;
    if (comparison_.examples.size() < examples_max_)
      comparison_.examples.push_back({.kind = kind, .key = std::string(key)});
  }

  Comparison& comparison_;
  const size_t examples_max_;
};

// Both are ascending by key.
Status Merge(const Store& store, const Histories& histories, Judge judge) {
  auto next = histories.begin();
  RIPOSTE_TRY(store.Scan("", [&](std::string_view key, std::string_view value) {
    for (; next != histories.end() && next->first < key; ++next)
      judge.One(next->first, std::nullopt, next->second);
    const bool has_history = next != histories.end() && next->first == key;
    judge.One(key, DigestOf(value), has_history ? next->second : History());
    if (has_history) ++next;
    return true;
  }));
  for (; next != histories.end(); ++next) judge.One(next->first, std::nullopt, next->second);
  return Status::Ok();
}

}  // namespace

Result<Comparison> Compare(const Store& store, Changelog& changelog, size_t examples_max) {
  const Result<Changelog::Extent> extent = changelog.Measure();
  if (!extent.ok()) return extent.status();
  const Result<std::optional<Uuid>> birth = FindBirth(changelog, *extent);
  if (!birth.ok()) return birth.status();
  // The age of the store does not matter to what it holds.
  const ChangelogFacts facts{.birth = birth->value_or(Uuid()),
                             .first = extent->first,
                             .end = extent->end,
                             .delete_retention = Duration::max()};
  const std::optional<Mark> mark = store.mark();
  Comparison comparison;
  comparison.unusable = JudgeStore(mark, facts, mark ? mark->written_at : Time());
  if (comparison.unusable != Unusable::kNone) return comparison;
  const Result<Histories> histories =
      ReadHistories(changelog, facts, mark ? mark->changelog_next : facts.first, comparison.behind);
  if (!histories.ok()) return histories.status();
  RIPOSTE_TRY(Merge(store, *histories, Judge(comparison, examples_max)));
  return comparison;
}

}  // namespace riposte::state
