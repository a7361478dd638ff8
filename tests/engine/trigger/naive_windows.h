// The reference of a rule's windows: a list of groups in the order of use, searched from its begin,
// and for each open batch a copy of all of it. What the criteria do with a group is theirs.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "engine/trigger/contribution.h"
#include "engine/trigger/occurrence.h"
#include "engine/trigger/rule_windows.h"

namespace riposte::trigger {

template <typename Criterion>
class NaiveWindows {
 public:
  using State = typename Criterion::State;
  using GroupOutcome = RuleWindows::GroupOutcome;
  using GroupState = RuleWindows::GroupState;

  // `arrive` hands a contribution to the criterion.
  using Arrive = Fate (*)(const Criterion&, State&, const Contribution&, Outcome&);
  NaiveWindows(Criterion criterion, Arrive arrive, const WindowOptions& options)
      : criterion_(std::move(criterion)), arrive_(arrive), options_(options) {}

  RuleWindows::Taken Take(const Contribution& contribution, Time watermark, Outcome& outcome) {
    const auto found = Find(contribution.key);
    Group group;
    group.key = contribution.key;
    if (found != groups_.end()) group = *found;
    criterion_.OnTime(group.state, watermark, outcome);
    RuleWindows::Taken taken;
    taken.fate = arrive_(criterion_, group.state, contribution, outcome);
    const bool nothing =
        taken.fate == Fate::kLate || taken.fate == Fate::kNoValue || taken.fate == Fate::kOutside;
    if (found == groups_.end() && nothing) return taken;
    if (found != groups_.end()) {
      groups_.erase(found);
    } else if (groups_.size() == options_.groups_max) {
      if (!criterion_.IsIdle(groups_.front().state, watermark)) taken.evicted = groups_.front().key;
      groups_.erase(groups_.begin());
    }
    SetDeadline(group, watermark);
    groups_.push_back(group);
    return taken;
  }

  void OnTime(Time watermark, std::vector<GroupOutcome>& outcomes) {
    std::vector<std::pair<Time, std::string>> due;
    for (const Group& group : groups_)
      if (group.deadline < watermark) due.emplace_back(group.deadline, group.key);
    std::sort(due.begin(), due.end());
    for (const auto& [deadline, key] : due) {
      const auto group = Find(key);
      if (!criterion_.NextDeadline(group->state)) {
        idle_ += criterion_.IsIdle(group->state, watermark) ? 1 : 0;
        ++forgotten_;
        groups_.erase(group);
        continue;
      }
      outcomes.push_back({.key = key, .outcome = {}});
      criterion_.OnTime(group->state, watermark, outcomes.back().outcome);
      SetDeadline(*group, watermark);
    }
  }

  std::optional<Time> NextDeadline() const {
    std::optional<Time> next;
    for (const Group& group : groups_) next = std::min(next.value_or(Time::max()), group.deadline);
    return next;
  }

  void BeginBatch() { batches_.push_back(groups_); }
  void CommitOldest() { batches_.erase(batches_.begin()); }
  void UndoNewest() {
    groups_ = batches_.back();
    batches_.pop_back();
  }

  // By key.
  std::map<std::string, std::optional<std::string>> Changed() const {
    std::map<std::string, std::optional<std::string>> changed;
    const std::map<std::string, std::string> before = BytesOf(batches_.back());
    const std::map<std::string, std::string> now = BytesOf(groups_);
    for (const auto& [key, bytes] : before)
      if (!now.contains(key)) changed[key] = std::nullopt;
    for (const auto& [key, bytes] : now)
      if (!before.contains(key) || before.at(key) != bytes) changed[key] = bytes;
    return changed;
  }

  std::vector<GroupState> All() const {
    std::vector<GroupState> all;
    for (const Group& group : groups_)
      all.push_back({.key = group.key, .bytes = Bytes(group.state)});
    return all;
  }

  // As if what All() tells had been restored in that order.
  void Restored(Time watermark) {
    batches_.clear();
    for (Group& group : groups_) SetDeadline(group, watermark);
  }

  size_t open_batches() const { return batches_.size(); }
  uint64_t forgotten() const { return forgotten_; }
  uint64_t idle() const { return idle_; }  // of those that were forgotten

 private:
  struct Group {
    std::string key;
    State state{};
    Time deadline{};
  };
  using Table = std::vector<Group>;  // the least recently used first

  typename Table::iterator Find(const std::string& key) {
    return std::find_if(groups_.begin(), groups_.end(),
                        [&key](const Group& group) { return group.key == key; });
  }

  void SetDeadline(Group& group, Time watermark) const {
    const std::optional<Time> deadline = criterion_.NextDeadline(group.state);
    group.deadline = deadline.value_or(
        std::max(criterion_.IdleFrom(group.state), watermark + options_.allowed_lateness));
  }

  std::string Bytes(const State& state) const {
    std::string bytes;
    ByteWriter out(bytes);
    criterion_.Write(state, out);
    return bytes;
  }

  std::map<std::string, std::string> BytesOf(const Table& table) const {
    std::map<std::string, std::string> bytes;
    for (const Group& group : table) bytes[group.key] = Bytes(group.state);
    return bytes;
  }

  Criterion criterion_;
  Arrive arrive_;
  WindowOptions options_;
  Table groups_;
  std::vector<Table> batches_;
  uint64_t forgotten_ = 0, idle_ = 0;
};

}  // namespace riposte::trigger
