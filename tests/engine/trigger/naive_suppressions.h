// The reference of a task's suppressions: a list of keys in the order of use, searched from its
// begin, with the texts of their targets; and for each open batch a copy of all of it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/trigger/suppressions.h"

namespace riposte::trigger {

class NaiveSuppressions {
 public:
  // `spans`: by rule.
  NaiveSuppressions(std::vector<Duration> spans, const SuppressOptions& options)
      : spans_(std::move(spans)), options_(options) {}

  Suppressions::Verdict Judge(uint32_t rule, const std::string& key, Time time,
                              const std::vector<std::string_view>& targets,
                              SuppressEffects& effects) {
    Key at = TakeOut(rule, key, effects);
    if (at.is_there && time > at.first + spans_[rule]) {
      End(at, effects);
      at = {.rule = rule, .key = key};
    }
    const bool begins = !at.is_there;
    if (begins) at.first = time;
    at.is_there = true;
    bool any_new = false;
    for (const std::string_view target : targets) any_new |= at.targets.emplace(target).second;
    const bool silent = !begins && !any_new;
    at.silenced += silent ? 1 : 0;
    at.deadline = at.first + spans_[rule];
    if (at.deadline < watermark_) at.deadline = watermark_ + options_.allowed_lateness;
    table_.push_back(at);
    return {.silent = silent, .first = at.first, .silenced = at.silenced};
  }

  void OnTime(Time watermark, SuppressEffects& effects) {
    watermark_ = std::max(watermark_, watermark);
    std::vector<Key> due;
    for (const Key& key : table_)
      if (key.deadline < watermark_) due.push_back(key);
    std::ranges::sort(due, [](const Key& a, const Key& b) {
      return std::tie(a.rule, a.deadline, a.key) < std::tie(b.rule, b.deadline, b.key);
    });
    for (const Key& key : due) End(key, effects);
    std::erase_if(table_, [this](const Key& key) { return key.deadline < watermark_; });
  }

  std::optional<Time> NextDeadline() const {
    std::optional<Time> next;
    for (const Key& key : table_) next = std::min(next.value_or(Time::max()), key.deadline);
    return next;
  }

  void BeginBatch() { batches_.emplace_back(watermark_, table_); }
  void CommitOldest() { batches_.erase(batches_.begin()); }
  void UndoNewest() {
    std::tie(watermark_, table_) = batches_.back();
    batches_.pop_back();
  }

  // Of keys: when the span began, what was silenced, how many targets are known.
  using Told = std::map<std::pair<uint32_t, std::string>, std::tuple<Time, int64_t, size_t>>;
  // Those that differ from when the newest batch began; of what is gone a span of nothing.
  Told Changed() const {
    Told changed;
    const Spans before = SpansOf(batches_.back().second);
    const Spans now = SpansOf(table_);
    for (const auto& [key, span] : now) {
      const auto& [first, silenced, targets] = span;
      if (!before.contains(key) || before.at(key) != span)
        changed[key] = {first, silenced, targets.size()};
    }
    for (const auto& [key, span] : before)
      if (!now.contains(key)) changed[key] = {};
    return changed;
  }

 private:
  using Targets = std::set<std::string, std::less<>>;
  using Spans = std::map<std::pair<uint32_t, std::string>, std::tuple<Time, int64_t, Targets>>;
  struct Key {
    uint32_t rule = 0;
    std::string key{};
    bool is_there = false;
    Time first{};
    int64_t silenced = 0;
    Targets targets{};
    Time deadline{};
  };
  using Table = std::vector<Key>;  // the least recently used first

  static void End(const Key& key, SuppressEffects& effects) {
    if (key.silenced > 0)
      effects.ended.push_back({.rule = key.rule,
                               .key = key.key,
                               .span = {.first = key.first, .silenced = key.silenced}});
  }

  Key TakeOut(uint32_t rule, const std::string& key, SuppressEffects& effects) {
    const auto is_it = [&](const Key& each) { return each.rule == rule && each.key == key; };
    const auto found = std::ranges::find_if(table_, is_it);
    if (found != table_.end()) {
      Key out = *found;
      table_.erase(found);
      return out;
    }
    const auto of_rule = [&](const Key& each) { return each.rule == rule; };
    if (static_cast<size_t>(std::ranges::count_if(table_, of_rule)) == options_.keys_max) {
      const auto oldest = std::ranges::find_if(table_, of_rule);
      End(*oldest, effects);
      effects.evicted.push_back({.rule = rule, .key = oldest->key});
      table_.erase(oldest);
    }
    return {.rule = rule, .key = key};
  }

  static Spans SpansOf(const Table& table) {
    Spans spans;
    for (const Key& key : table)
      spans[{key.rule, key.key}] = {key.first, key.silenced, key.targets};
    return spans;
  }

  std::vector<Duration> spans_;
  SuppressOptions options_;
  Time watermark_ = Time::min();
  Table table_;
  std::vector<std::pair<Time, Table>> batches_;
};

}  // namespace riposte::trigger
