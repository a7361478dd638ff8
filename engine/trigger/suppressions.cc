#include "engine/trigger/suppressions.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/uuid.h"
#include "engine/trigger/saturating.h"

namespace riposte::trigger {

void SuppressEffects::Clear() {
  ended.clear();
  evicted.clear();
}

Suppressions::Suppressions(std::shared_ptr<const SuppressKeys> keys, const SuppressOptions& options)
    : keys_(std::move(keys)), lateness_(options.allowed_lateness) {
  const std::vector<rule::Rule>& rules = keys_->rules().rules;
  of_rules_.reserve(rules.size());
  for (uint32_t i = 0; i < rules.size(); ++i)
    of_rules_.push_back(keys_->Has(i)
                            ? std::make_unique<OfRule>(rules[i].suppress->span, options.keys_max)
                            : nullptr);
}

Suppressions::Verdict Suppressions::Judge(uint32_t rule, std::string_view key, Time time,
                                          std::span<const std::string_view> targets,
                                          SuppressEffects& effects) {
  OfRule& of = *of_rules_[rule];
  Touch(rule);
  const std::optional<GroupId> found = of.keys.Find(key);
  const GroupId id = found ? *found : Add(rule, key, effects);
  SuppressState& state = found ? of.keys.Use(id) : of.keys.at(id);
  const Judgement judgement = of.suppressor.Judge(state, time, targets);
  SetDeadline(of, id);
  SetDeadline(rule);
  if (judgement.ended)
    effects.ended.push_back({.rule = rule, .key = std::string(key), .span = *judgement.ended});
  return {.silent = judgement.silent, .first = judgement.first, .silenced = judgement.silenced};
}

GroupId Suppressions::Add(uint32_t rule, std::string_view key, SuppressEffects& effects) {
  UndoableGroups<SuppressState>& keys = of_rules_[rule]->keys;
  if (const std::optional<GroupId> goes = keys.NextToGo()) {
    const std::string gone(keys.key(*goes));
    const SuppressState& state = keys.at(*goes);
    if (state.silenced > 0)
      effects.ended.push_back(
          {.rule = rule, .key = gone, .span = {.first = *state.first, .silenced = state.silenced}});
    effects.evicted.push_back({.rule = rule, .key = gone});
  }
  return keys.Add(key, {});
}

void Suppressions::OnTime(Time watermark, SuppressEffects& effects) {
  watermark_ = std::max(watermark_, watermark);
  std::vector<Deadlines::Due> rules;
  deadlines_.TakeBefore(watermark_, rules);
  std::ranges::sort(rules, {}, &Deadlines::Due::id);
  std::vector<Deadlines::Due> due;
  for (const Deadlines::Due& rule : rules) {
    OfRule& of = *of_rules_[rule.id];
    Touch(rule.id);
    due.clear();
    of.keys.TakeDue(watermark_, due);
    for (const Deadlines::Due& key : due) {
      if (const auto span = of.suppressor.OnTime(of.keys.at(key.id), watermark_))
        effects.ended.push_back(
            {.rule = rule.id, .key = std::string(of.keys.key(key.id)), .span = *span});
      of.keys.Remove(key.id);
    }
    SetDeadline(rule.id);
  }
}

// The end of its span. What was over before it began is kept for as long as others of its time may
// still come.
void Suppressions::SetDeadline(OfRule& of, GroupId id) const {
  std::optional<Time> deadline = of.suppressor.NextDeadline(of.keys.at(id));
  if (deadline && *deadline < watermark_) deadline = Later(watermark_, lateness_);
  of.keys.SetDeadline(id, deadline);
}

void Suppressions::SetDeadline(uint32_t rule) {
  if (const std::optional<Time> deadline = of_rules_[rule]->keys.NextDeadline()) {
    deadlines_.Set(rule, *deadline);
  } else {
    deadlines_.Clear(rule);
  }
}

void Suppressions::Touch(uint32_t rule) {
  if (batches_.Touch(rule)) of_rules_[rule]->keys.BeginBatch();
}

void Suppressions::BeginBatch() { batches_.Begin(watermark_); }

void Suppressions::CommitOldest() {
  batches_.CommitOldest([this](uint32_t rule) { of_rules_[rule]->keys.CommitOldest(); });
}

void Suppressions::UndoNewest() {
  watermark_ = batches_.UndoNewest([this](uint32_t rule) {
    of_rules_[rule]->keys.UndoNewest();
    SetDeadline(rule);
  });
}

void Suppressions::AppendChanged(std::vector<ChangedGroup>& changed) const {
  std::vector<GroupState> keys;
  for (const uint32_t rule : batches_.Newest()) {
    keys.clear();
    of_rules_[rule]->keys.AppendChanged(of_rules_[rule]->suppressor, keys);
    for (GroupState& key : keys)
      changed.push_back({.rule = rule, .key = std::move(key.key), .state = std::move(key.bytes)});
  }
}

void Suppressions::StartAt(Time watermark) {
  RIPOSTE_CHECK(batches_.empty(), "a start inside a batch");
  watermark_ = watermark;
}

bool Suppressions::Restore(uint32_t rule, std::string_view key, std::string_view state) {
  RIPOSTE_CHECK(batches_.empty(), "a state is restored inside a batch");
  if (rule >= of_rules_.size() || of_rules_[rule] == nullptr || !keys_->IsKey(rule, key))
    return false;
  OfRule& of = *of_rules_[rule];
  ByteReader in(state);
  SuppressState read;
  if (!of.suppressor.Read(in, read) || !in.at_end() || !read.first) return false;
  const std::optional<GroupId> id = of.keys.Restore(key, std::move(read), state.size());
  if (!id) return false;
  SetDeadline(of, *id);
  SetDeadline(rule);
  return true;
}

void Suppressions::TakeOver(Suppressions& old) {
  const MovedRules moved = MoveKeys(old);
  watermark_ = old.watermark_;
  batches_.TakeOver(old.batches_, moved);
}

// Returns from the old rules' indexes to the new ones'.
MovedRules Suppressions::MoveKeys(Suppressions& old) {
  const std::vector<rule::Rule>& rules = keys_->rules().rules;
  const std::vector<rule::Rule>& old_rules = old.keys_->rules().rules;
  std::map<Uuid, uint32_t> by_id;
  for (uint32_t i = 0; i < old_rules.size(); ++i)
    if (old.of_rules_[i] != nullptr) by_id.emplace(old_rules[i].id, i);
  MovedRules moved;
  for (uint32_t i = 0; i < rules.size(); ++i) {
    const auto same = by_id.find(rules[i].id);
    if (of_rules_[i] == nullptr || same == by_id.end() ||
        keys_->definition(i) != old.keys_->definition(same->second))
      continue;
    of_rules_[i] = std::move(old.of_rules_[same->second]);
    SetDeadline(i);
    moved.emplace(same->second, i);
  }
  return moved;
}

size_t Suppressions::keys() const {
  size_t keys = 0;
  for (const std::unique_ptr<OfRule>& of : of_rules_)
    if (of != nullptr) keys += of->keys.size();
  return keys;
}

size_t Suppressions::MemoryBytes() const {
  size_t bytes = deadlines_.MemoryBytes();
  for (const std::unique_ptr<OfRule>& of : of_rules_)
    if (of != nullptr) bytes += of->keys.MemoryBytes();
  return bytes;
}

}  // namespace riposte::trigger
