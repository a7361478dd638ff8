#include "engine/state/takeover.h"

#include <string>

namespace riposte::state {
namespace {

constexpr size_t kBatchBytesMax = 1u << 20;

}  // namespace

std::string_view UnusableName(Unusable reason) {
  switch (reason) {
    case Unusable::kNone:
      return "none";
    case Unusable::kOtherChangelog:
      return "other_changelog";
    case Unusable::kAhead:
      return "ahead";
    case Unusable::kGone:
      return "gone";
    case Unusable::kTooOld:
      return "too_old";
    case Unusable::kCount:
      break;
  }
  return "unknown";
}

Unusable JudgeStore(const std::optional<Mark>& mark, const ChangelogFacts& facts, Time now) {
  if (!mark) return Unusable::kNone;
  if (mark->changelog_birth != facts.birth) return Unusable::kOtherChangelog;
  if (mark->changelog_next > facts.end) return Unusable::kAhead;
  if (mark->changelog_next < facts.first) return Unusable::kGone;
  // Half of it, as the broker's clock and ours may differ, and a restore takes its time. A clock
  // that was set back says nothing about the age.
  const bool clock_went_back = now < mark->written_at;
  if (clock_went_back || now - mark->written_at >= facts.delete_retention / 2)
    return Unusable::kTooOld;
  return Unusable::kNone;
}

Replay::Replay(Store& store, const ChangelogFacts& facts, Time begun)
    : store_(store), facts_(facts), old_as_of_(begun), next_(facts.first) {
  if (const std::optional<Mark> mark = store.mark()) {
    next_ = mark->changelog_next;
    old_as_of_ = mark->written_at;
  }
}

Status Replay::Add(int64_t offset, std::string_view key, std::optional<std::string_view> value) {
  if (offset < next_ || offset >= facts_.end) {
    return {ErrorCode::kInvalidArgument, "the changelog's record at " + std::to_string(offset) +
                                             " is not one to come: from " + std::to_string(next_) +
                                             ", below " + std::to_string(facts_.end)};
  }
  next_ = offset + 1;
  ++records_;
  Change change{.key = std::string(key), .value = std::nullopt};
  if (value) change.value.emplace(*value);
  batch_bytes_ += key.size() + value.value_or("").size();
  batch_.push_back(std::move(change));
  return batch_bytes_ < kBatchBytesMax ? Status::Ok() : Write(next_, old_as_of_);
}

Status Replay::Finish(Time now) { return Write(facts_.end, now); }

Status Replay::Write(int64_t next, Time written_at) {
  const Mark mark{
      .changelog_birth = facts_.birth, .changelog_next = next, .written_at = written_at};
  RIPOSTE_TRY(store_.Apply(batch_, mark));
  next_ = next;
  batch_.clear();
  batch_bytes_ = 0;
  return Status::Ok();
}

}  // namespace riposte::state
