#include "app/offline.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "base/check.h"
#include "engine/pipeline/window_firing.h"
#include "engine/trigger/event_clock.h"
#include "engine/trigger/group_key.h"

namespace riposte::app {
namespace {

Time AsPlaceTime(Time time) {
  return std::clamp(time, trigger::kPlaceTimeMin, trigger::kPlaceTimeMax);
}

// Of one contribution.
trigger::Fate FateIn(const trigger::FateCounts& fates, uint32_t rule) {
  const trigger::FateCounts::Counts& counts = fates.of(rule);
  const auto* const found = std::ranges::find_if(counts, [](uint64_t count) { return count > 0; });
  return static_cast<trigger::Fate>(found - counts.begin());
}

// Of all rules, always.
class AllArmed final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return Time::min(); }
};

std::vector<Uuid> RulesTakenBy(const rule::Rule& rule) {
  std::vector<Uuid> taken;
  for (const rule::Step* part : rule::PartsOf(rule.trigger))
    if (part != nullptr && part->firings_of) taken.push_back(part->firings_of->rule);
  return taken;
}

void AddSilent(const rule::RuleSet& rules, const Uuid& id, rule::RuleSet& set) {
  if (std::ranges::find(set.rules, id, &rule::Rule::id) != set.rules.end()) return;
  const auto found = std::ranges::find(rules.rules, id, &rule::Rule::id);
  if (found == rules.rules.end()) return;
  rule::Rule& added = set.rules.emplace_back(*found);
  added.enabled = true;
  added.fires = false;
}

}  // namespace

Result<std::unique_ptr<Offline>> Offline::Make(rule::RuleSetPtr rules,
                                               const schema::Profile& profile, Options options) {
  std::shared_ptr<const trigger::MatchValues> values =
      std::make_shared<const trigger::MatchValues>(rules);
  Result<std::unique_ptr<trigger::Correlator>> correlator =
      trigger::Correlator::Make(values, options.windows);
  if (!correlator.ok()) return correlator.status();
  return std::unique_ptr<Offline>(new Offline(std::move(rules), profile, std::move(options),
                                              std::move(values), std::move(correlator).value()));
}

Offline::Offline(rule::RuleSetPtr rules, const schema::Profile& profile, Options options,
                 std::shared_ptr<const trigger::MatchValues> values,
                 std::unique_ptr<trigger::Correlator> correlator)
    : rules_(std::move(rules)),
      options_(std::move(options)),
      matcher_(match::Matcher::Compile(*rules_, profile)),
      guards_(options_.remembers_orders ? guard::ExplainChain(options_.guards)
                                        : guard::ReplayChain(options_.guards)),
      decoder_(options_.event_bytes_max),
      values_(std::move(values)),
      correlator_(std::move(correlator)),
      last_time_(options_.begin) {
  if (options_.naive) plain_.emplace(*rules_, profile);
  if (options_.remembers_orders) orders_.emplace(guard::MemoryOptions{});
}

const Judged& Offline::Run(std::string_view bytes, remediate::Origin origin,
                           std::optional<Time> arrived) {
  Begin();
  if (Decode(bytes)) Judge(origin, arrived);
  End();
  return judged_;
}

void Offline::Judge(remediate::Origin origin, std::optional<Time> arrived) {
  const event::Event& event = *judged_.event;
  if (arrived) last_time_ = *arrived;
  if (const event::Value* time = event.First(schema::Role::kEventTime)) last_time_ = time->date;
  origin.append_time = arrived.value_or(last_time_);
  judged_.now = last_time_;

  const Time time = AsPlaceTime(trigger::ClampEventTime(last_time_, origin.append_time));
  GoTo(time);
  FindMatches(event);
  if (!judged_.matches.empty()) TakeMatches(event, remediate::SubjectOf(event, origin), time);
  GoTo(correlator_->watermark());
}

const Judged& Offline::GoOn(Time time) {
  Begin();
  last_time_ = std::max(last_time_, time);
  judged_.now = last_time_;
  GoTo(AsPlaceTime(time));
  End();
  return judged_;
}

Offline::Waiting Offline::StillWaiting() {
  Waiting waiting;
  trigger::Effects effects;
  correlator_->BeginBatch();
  while (correlator_->GoOn(trigger::kPlaceTimeMax, next_index_, effects)) {
  }
  correlator_->UndoNewest();
  for (const trigger::Firing& firing : effects.firings) waiting.firings += Fires(firing.rule);
  for (const trigger::ClosedFiring& closed : effects.closed)
    waiting.summaries += Fires(closed.rule);
  return waiting;
}

void Offline::Begin() {
  if (options_.tells_changes) correlator_->BeginBatch();
  judged_.event = nullptr;
  judged_.reject = event::Reject::kNone;
  judged_.error_offset = 0;
  judged_.matches.clear();
  judged_.taken.clear();
  judged_.left_out = {};
  judged_.firings.clear();
  judged_.closed.clear();
  judged_.changed.clear();
}

void Offline::End() {
  if (!options_.tells_changes) return;
  correlator_->AppendChanged(judged_.changed);
  correlator_->CommitOldest();
}

bool Offline::Decode(std::string_view bytes) {
  const event::Plan& plan = plain_ ? plain_->plan() : matcher_->plan();
  judged_.reject = bytes.empty() ? event::Reject::kEmpty : decoder_.Decode(plan, bytes);
  judged_.error_offset = decoder_.error_offset();
  if (judged_.reject == event::Reject::kNone) judged_.event = &decoder_.event();
  return judged_.event != nullptr;
}

void Offline::FindMatches(const event::Event& event) {
  const match::Context context{.now = last_time_};
  if (plain_) {
    judged_.matches = plain_->FindMatches(event, context);
  } else {
    matcher_->FindMatches(event, context, scratch_, judged_.matches);
  }
}

void Offline::TakeMatches(const event::Event& event, const remediate::Subject& subject, Time time) {
  std::string payload;
  remediate::WriteSubjectWithin(trigger::kContributionEventMax, subject, payload);
  std::vector<trigger::Contribution> contributions;
  const std::vector<match::Match>& matches = judged_.matches;
  for (size_t begin = 0, end = 0; begin < matches.size(); begin = end) {
    const uint32_t index = matches[begin].rule;
    std::vector<uint32_t> parts;
    for (; end < matches.size() && matches[end].rule == index; ++end)
      parts.push_back(matches[end].part);
    const rule::Rule& rule = rules_->rules[index];
    if (rule.fires && std::holds_alternative<rule::SingleMatch>(rule.trigger))
      FireMatch(rule, subject, time);
    contributions.clear();
    values_->OfEvent(event, index, parts, {.time = time, .payload = payload}, next_index_,
                     contributions, judged_.left_out);
    for (trigger::Contribution& contribution : contributions) Take(std::move(contribution));
  }
}

void Offline::Take(trigger::Contribution contribution) {
  effects_.fates.Clear();
  RIPOSTE_CHECK(correlator_->Take(contribution, effects_),
                "an event is to a rule what it cannot be");
  const trigger::Fate fate = FateIn(effects_.fates, contribution.rule);
  judged_.taken.push_back({.contribution = std::move(contribution), .fate = fate});
  correlator_->RunChains(effects_);
  Tell();
}

void Offline::GoTo(Time time) {
  while (correlator_->GoOn(time, next_index_, effects_)) Tell();
}

void Offline::Tell() {
  for (const trigger::Firing& firing : effects_.firings)
    if (Fires(firing.rule)) FireWindow(firing);
  std::ranges::copy_if(std::make_move_iterator(effects_.closed.begin()),
                       std::make_move_iterator(effects_.closed.end()),
                       std::back_inserter(judged_.closed),
                       [this](const trigger::ClosedFiring& closed) { return Fires(closed.rule); });
  effects_.Clear();
}

void Offline::FireMatch(const rule::Rule& rule, const remediate::Subject& subject, Time time) {
  judged_.firings.push_back({.decided = pipeline::Decide(rule, subject, Now()),
                             .time = time,
                             .asset_id = std::string(subject.asset.id),
                             .asset_name = std::string(subject.asset.name)});
}

void Offline::FireWindow(const trigger::Firing& firing) {
  const std::vector<std::string> group = trigger::ValuesOfKey(firing.key);
  pipeline::WindowFiring window =
      pipeline::FireWindow(rules_->rules[firing.rule], *rules_->schema, firing.completion, group);
  Fired& fired = judged_.firings.emplace_back();
  fired.time = firing.completion.time;
  fired.key = firing.key;
  fired.by_deadline = window.by_deadline;
  fired.asset_id = window.event.asset.id;
  fired.asset_name = window.event.asset.name;
  for (const pipeline::GroupValue& value : window.group)
    fired.group.push_back({.field = std::string(value.field), .value = std::string(value.value)});
  fired.decided = pipeline::Decide(std::move(window.firing), pipeline::TargetsOf(window), Now());
}

pipeline::Circumstances Offline::Now() {
  static const guard::Enforcement kEnabled{.enabled = true, .disabled_because = {}};
  static const AllArmed kArmed;
  return {.guards = &guards_,
          .enforcement = &kEnabled,
          .arming = &kArmed,
          .ttl = options_.ttl,
          .now = last_time_,
          .orders = orders_ ? &*orders_ : nullptr};
}

rule::RuleSetPtr Alone(const rule::RuleSet& rules, const rule::Rule& rule) {
  const std::shared_ptr<rule::RuleSet> set = std::make_shared<rule::RuleSet>();
  set->schema = rules.schema;
  set->rules.push_back(rule);
  set->rules.front().enabled = true;
  set->rules.front().fires = true;
  for (size_t i = 0; i < set->rules.size(); ++i)
    for (const Uuid& id : RulesTakenBy(set->rules[i])) AddSilent(rules, id, *set);
  return set;
}

}  // namespace riposte::app
