#include "engine/trigger/correlator.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "base/check.h"

namespace riposte::trigger {
namespace {

constexpr uint64_t kOwnOrders = (uint64_t{1} << kOrderShift) - 1;

Outcome FiredAt(const Contribution& contribution) {
  Completion completion{.time = contribution.place.time,
                        .completed_by = contribution.place,
                        .events = {{.place = contribution.place, .event = contribution.event}},
                        .matches = 1};
  return {.closed = {}, .fired = {std::move(completion)}};
}

}  // namespace

Correlator::Correlator(std::shared_ptr<const MatchValues> values, Owns owns)
    : values_(std::move(values)), owns_(std::move(owns)), windows_(values_->rules().rules.size()) {}

Result<std::unique_ptr<Correlator>> Correlator::Make(std::shared_ptr<const MatchValues> values,
                                                     const WindowOptions& options, Owns owns) {
  std::unique_ptr<Correlator> made(new Correlator(std::move(values), std::move(owns)));
  const std::vector<rule::Rule>& rules = made->values_->rules().rules;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (!rules[i].enabled) continue;
    Result<std::unique_ptr<RuleWindows>> windows = MakeRuleWindows(rules[i], options);
    if (!windows.ok()) return windows.status();
    made->windows_[i] = std::move(windows).value();
  }
  return made;
}

bool Correlator::Take(const Contribution& contribution, Effects& effects) {
  if (!values_->Accepts(contribution)) return false;
  const uint32_t rule = contribution.rule;
  if ((contribution.place.order & kOwnOrders) == 0) last_order_ = contribution.place.order;
  if (windows_[rule] == nullptr) {
    TakeSingle(contribution, effects);
    return true;
  }
  Touch(rule);
  const size_t before = windows_[rule]->changed_bytes();
  Outcome outcome;
  RuleWindows::Taken taken = windows_[rule]->Take(contribution, watermark_, outcome);
  changed_bytes_ += windows_[rule]->changed_bytes() - before;
  SetDeadline(rule);
  effects.fates.Add(rule, taken.fate);
  if (taken.evicted) effects.evicted.push_back({.rule = rule, .key = std::move(*taken.evicted)});
  Tell(rule, contribution.key, std::move(outcome), effects);
  return true;
}

// The caller fires it; other rules take its firing.
void Correlator::TakeSingle(const Contribution& contribution, Effects& effects) {
  Effects of_rule;
  Tell(contribution.rule, contribution.key, FiredAt(contribution), of_rule);
  effects.fates.Add(contribution.rule, Fate::kFired);
  effects.chained_lost += of_rule.chained_lost;
  std::move(of_rule.chained.begin(), of_rule.chained.end(), std::back_inserter(effects.chained));
}

std::optional<Time> Correlator::NextDeadline() const { return deadlines_.Earliest(); }

void Correlator::Tell(uint32_t rule, const std::string& key, Outcome outcome, Effects& effects) {
  for (Summary& summary : outcome.closed)
    effects.closed.push_back({.rule = rule, .key = key, .summary = std::move(summary)});
  for (Completion& completion : outcome.fired) {
    effects.firings.push_back(
        {.rule = rule, .key = key, .completion = std::move(completion), .order = ++last_order_});
    LeftOut left_out;
    values_->OfFiring(effects.firings.back(), effects.chained, left_out);
    effects.chained_lost += left_out.no_key + left_out.no_value;
  }
}

void Correlator::RunChains(Effects& effects) {
  size_t of_others = 0;
  // What they bring about comes behind them; no rule is fed by itself.
  for (size_t i = 0; i < effects.chained.size(); ++i) {
    Contribution contribution = std::move(effects.chained[i]);
    if (owns_ && !owns_(contribution)) {
      effects.chained[of_others++] = std::move(contribution);
    } else {
      RIPOSTE_CHECK(Take(contribution, effects), "a firing is to a rule what it cannot be");
    }
  }
  effects.chained.resize(of_others);
}

bool Correlator::GoOn(Time watermark, uint64_t& next_index, Effects& effects) {
  const std::optional<Deadlines::Due> next = deadlines_.First();
  if (!next || next->deadline >= watermark) {
    watermark_ = std::max(watermark_, watermark);
    return false;
  }
  watermark_ = std::max(watermark_, next->deadline + Duration(1));
  last_order_ = OrderOf(next_index++);
  const uint32_t rule = next->id;
  Touch(rule);
  due_.clear();
  const size_t before = windows_[rule]->changed_bytes();
  windows_[rule]->OnTime(watermark_, due_);
  changed_bytes_ += windows_[rule]->changed_bytes() - before;
  SetDeadline(rule);
  for (RuleWindows::GroupOutcome& group : due_)
    Tell(rule, group.key, std::move(group.outcome), effects);
  RunChains(effects);
  return true;
}

void Correlator::Touch(uint32_t rule) {
  if (batches_.Touch(rule)) windows_[rule]->BeginBatch();
}

void Correlator::SetDeadline(uint32_t rule) {
  if (const std::optional<Time> deadline = windows_[rule]->NextDeadline()) {
    deadlines_.Set(rule, *deadline);
  } else {
    deadlines_.Clear(rule);
  }
}

void Correlator::BeginBatch() {
  batches_.Begin(watermark_);
  changed_bytes_ = 0;
}

void Correlator::CommitOldest() {
  batches_.CommitOldest([this](uint32_t rule) { windows_[rule]->CommitOldest(); });
}

void Correlator::UndoNewest() {
  watermark_ = batches_.UndoNewest([this](uint32_t rule) {
    windows_[rule]->UndoNewest();
    SetDeadline(rule);
  });
}

void Correlator::AppendChanged(std::vector<ChangedGroup>& changed) {
  std::vector<RuleWindows::GroupState> groups;
  for (const uint32_t rule : batches_.Newest()) {
    groups.clear();
    windows_[rule]->AppendChanged(groups);
    for (RuleWindows::GroupState& group : groups)
      changed.push_back(
          {.rule = rule, .key = std::move(group.key), .state = std::move(group.bytes)});
  }
}

void Correlator::StartAt(Time watermark) {
  RIPOSTE_CHECK(batches_.empty(), "a start inside a batch");
  watermark_ = watermark;
}

bool Correlator::Restore(uint32_t rule, std::string_view key, std::string_view state) {
  RIPOSTE_CHECK(batches_.empty(), "a state is restored inside a batch");
  if (rule >= windows_.size() || windows_[rule] == nullptr || !values_->IsKey(rule, key) ||
      !windows_[rule]->Restore(key, state, watermark_))
    return false;
  SetDeadline(rule);
  return true;
}

Correlator::Reload Correlator::TakeOver(Correlator& old) {
  Reload reload;
  batches_.TakeOver(old.batches_, MoveWindows(old, reload));
  watermark_ = old.watermark_;
  changed_bytes_ = old.changed_bytes_;
  return reload;
}

// Returns from the old rules' indexes to the new ones'.
MovedRules Correlator::MoveWindows(Correlator& old, Reload& reload) {
  std::map<Uuid, uint32_t> by_id;
  const std::vector<rule::Rule>& old_rules = old.values_->rules().rules;
  for (uint32_t i = 0; i < old_rules.size(); ++i)
    if (old.windows_[i] != nullptr) by_id.emplace(old_rules[i].id, i);
  MovedRules moved;
  for (uint32_t i = 0; i < windows_.size(); ++i) {
    if (windows_[i] == nullptr) continue;
    const auto same = by_id.find(values_->rules().rules[i].id);
    if (same == by_id.end() || old.values_->definition(same->second) != values_->definition(i)) {
      reload.begun.push_back(i);
      continue;
    }
    windows_[i] = std::move(old.windows_[same->second]);
    SetDeadline(i);
    moved.emplace(same->second, i);
    reload.kept.push_back(i);
  }
  for (uint32_t i = 0; i < old_rules.size(); ++i)
    if (old.windows_[i] != nullptr) reload.ended.push_back(old_rules[i].id);
  return moved;
}

size_t Correlator::groups() const {
  size_t groups = 0;
  for (const std::unique_ptr<RuleWindows>& windows : windows_)
    if (windows != nullptr) groups += windows->groups();
  return groups;
}

size_t Correlator::MemoryBytes() const {
  size_t bytes = deadlines_.MemoryBytes();
  for (const std::unique_ptr<RuleWindows>& windows : windows_)
    if (windows != nullptr) bytes += windows->MemoryBytes();
  return bytes;
}

}  // namespace riposte::trigger
