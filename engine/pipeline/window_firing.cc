#include "engine/pipeline/window_firing.h"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <unordered_set>
#include <utility>
#include <variant>

#include "base/unicode.h"

namespace riposte::pipeline {
namespace {

using remediate::Refusal;
using remediate::Subject;
using trigger::StepSet;

// An event of the window.
struct Told {
  trigger::Place place;
  StepSet steps = 0;
  std::optional<Subject> subject;  // empty: nothing was kept of it
};

std::vector<Told> ReadEvents(const trigger::Completion& completion) {
  std::vector<Told> events;
  for (size_t i = 0; i < completion.events.size(); ++i) {
    const trigger::Kept& kept = completion.events[i];
    events.push_back({.place = kept.place,
                      .steps = i < completion.steps.size() ? completion.steps[i] : 0,
                      .subject = remediate::ReadSubject(kept.event)});
  }
  return events;
}

const Subject* CompletingEvent(const trigger::Completion& completion,
                               const std::vector<Told>& events) {
  if (completion.by_deadline) return nullptr;
  const auto found = std::ranges::find(events, completion.completed_by, &Told::place);
  return found == events.end() || !found->subject ? nullptr : &*found->subject;
}

// Of steps with different keys the first step's stand for all.
const rule::GroupBy& GroupFields(const rule::Trigger& trigger) {
  static const rule::GroupBy kNone;
  if (const rule::Scheduled* scheduled = std::get_if<rule::Scheduled>(&trigger))
    return scheduled->group_by;
  if (const rule::Count* count = std::get_if<rule::Count>(&trigger))
    return count->of.empty() ? count->group_by : count->of.front().by;
  const std::span<const rule::Step> steps = rule::StepsOf(trigger);
  return steps.empty() ? kNone : steps.front().by;
}

std::vector<GroupValue> NameGroup(const rule::Rule& rule, const schema::Schema& schema,
                                  std::span<const std::string> group) {
  const rule::GroupBy& fields = GroupFields(rule.trigger);
  std::vector<GroupValue> named;
  for (size_t i = 0; i < group.size(); ++i) {
    const bool has_name = i < fields.size() && fields[i] != schema::kNoField;
    named.push_back({.field = has_name ? std::string_view(schema.catalogue.token(fields[i]).name)
                                       : std::string_view(),
                     .value = group[i]});
  }
  return named;
}

// The value of the group that is the id of its asset, in the formats that the rule runs on.
std::string_view GroupAsset(const rule::Rule& rule, const schema::Schema& schema,
                            std::span<const std::string> group) {
  const rule::GroupBy& fields = GroupFields(rule.trigger);
  for (size_t i = 0; i < std::min(group.size(), fields.size()); ++i)
    for (const schema::Profile& profile : schema.profiles)
      if (fields[i] != schema::kNoField && fields[i] == profile.role(schema::Role::kAssetId) &&
          rule::RunsOn(rule, profile))
        return group[i];
  return {};
}

// As its newest event spells it: the group's value may be folded, and says no name.
remediate::AssetView SpelledAsset(std::string_view id, const std::vector<Told>& events) {
  const std::string folded = unicode::Fold(id);
  for (const Told& event : events | std::views::reverse)
    if (event.subject && unicode::Fold(event.subject->asset.id) == folded)
      return event.subject->asset;
  return {.id = id, .name = {}, .platform = {}};
}

// The asset that all events come from; none where they do not.
remediate::AssetView CommonAsset(const std::vector<Told>& events) {
  remediate::AssetView common;
  for (const Told& event : events) {
    if (!event.subject || event.subject->asset.id.empty()) continue;
    if (!common.id.empty() && common.id != event.subject->asset.id) return {};
    common = event.subject->asset;
  }
  return common;
}

bool AllAreSnapshots(const std::vector<Told>& events) {
  return !events.empty() && std::ranges::all_of(events, [](const Told& event) {
    return event.subject && event.subject->is_snapshot;
  });
}

Time OldestAppendTime(const std::vector<Told>& events, Time otherwise) {
  Time oldest = events.empty() ? otherwise : Time::max();
  for (const Told& event : events)
    oldest = std::min(oldest, event.subject ? event.subject->append_time() : event.place.time);
  return oldest;
}

Time NewestAppendTime(const std::vector<Told>& events, Time at_least) {
  for (const Told& event : events)
    if (event.subject) at_least = std::max(at_least, event.subject->append_time());
  return at_least;
}

std::vector<std::string> EventIds(const std::vector<Told>& events) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < events.size(); ++i) {
    const bool is_told = i < kToldEnds || i + kToldEnds >= events.size();
    if (is_told && events[i].subject && !events[i].subject->event_id.empty())
      ids.emplace_back(events[i].subject->event_id);
  }
  return ids;
}

// What a firing by deadline says of an asset.
Subject AtDeadline(const remediate::Firing& firing, const remediate::AssetView& asset,
                   bool is_snapshot) {
  Subject subject;
  subject.event_time = firing.event_time;
  subject.origin.append_time = firing.append_time;
  subject.asset = asset;
  subject.is_snapshot = is_snapshot;
  return subject;
}

void FireByEvent(const rule::Rule& rule, const Subject& event, std::span<const std::string> group,
                 WindowFiring& window) {
  window.firing = remediate::MakeFiring(rule, event, group);
  window.event = event;
}

void FireByDeadline(const rule::Rule& rule, const schema::Schema& schema, Time time,
                    const std::vector<Told>& events, std::span<const std::string> group,
                    WindowFiring& window) {
  const std::string_view asset_id = GroupAsset(rule, schema, group);
  window.by_deadline = true;
  window.firing = remediate::MakeFiringAtDeadline(rule, asset_id, group, time);
  window.firing.append_time = NewestAppendTime(events, time);
  window.event = AtDeadline(window.firing,
                            asset_id.empty() ? CommonAsset(events) : SpelledAsset(asset_id, events),
                            AllAreSnapshots(events));
}

// What the firing is named after: the event that completed it, else the deadline.
WindowFiring Name(const rule::Rule& rule, const schema::Schema& schema,
                  const trigger::Completion& completion, const std::vector<Told>& events,
                  std::span<const std::string> group) {
  WindowFiring window;
  if (const Subject* event = CompletingEvent(completion, events))
    FireByEvent(rule, *event, group, window);
  else
    FireByDeadline(rule, schema, completion.time, events, group, window);
  return window;
}

// Those of `remediate: all` or of the step that it names, the newest first.
std::vector<Subject> Remediated(const rule::Rule& rule, const std::vector<Told>& events) {
  const rule::Remediation& remediation = *rule.remediation;
  StepSet steps = 0;
  const std::span<const rule::Step> all = rule::StepsOf(rule.trigger);
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].name == remediation.step) steps |= trigger::StepBit(i);
  std::vector<Subject> remediated;
  for (const Told& event : events | std::views::reverse)
    if (event.subject &&
        (remediation.remediate == rule::Remediate::kAll || (event.steps & steps) != 0))
      remediated.push_back(*event.subject);
  return remediated;
}

// Of `candidates`, the newest first, those that differ in what is acted on; behind them some of
// which nothing can be acted on, so that it is told why.
void Choose(const rule::Rule& rule, const std::vector<Subject>& candidates, WindowFiring& window) {
  std::unordered_set<std::string> seen;
  std::vector<Subject> refused;
  for (const Subject& candidate : candidates) {
    std::string key = remediate::TargetKey(rule, candidate);
    if (key.empty()) {
      if (refused.size() < kTargetsMax) refused.push_back(candidate);
    } else if (seen.insert(std::move(key)).second) {
      if (window.targets.size() < kTargetsMax)
        window.targets.push_back(candidate);
      else
        ++window.targets_left_out;
    }
  }
  std::ranges::move(refused, std::back_inserter(window.targets));
}

void ChooseByEvent(const rule::Rule& rule, const std::vector<Told>& events, WindowFiring& window) {
  if (rule.remediation->remediate == rule::Remediate::kCompleting)
    window.targets.push_back(window.event);
  else
    Choose(rule, Remediated(rule, events), window);
  if (window.targets.empty()) window.no_target = Refusal::kNoTargetEvent;
}

void ChooseAtDeadline(const rule::Rule& rule, const std::vector<Told>& events,
                      WindowFiring& window) {
  if (rule.remediation->action != rule::RuleAction::kQuarantineAsset) {
    window.no_target = Refusal::kNoTargetEvent;
    return;
  }
  if (rule.remediation->remediate != rule::Remediate::kCompleting) {
    std::vector<Subject> assets;
    for (const Subject& event : Remediated(rule, events))
      assets.push_back(AtDeadline(window.firing, event.asset, event.is_snapshot));
    Choose(rule, assets, window);
  } else if (!window.event.asset.id.empty()) {
    window.targets.push_back(window.event);
  }
  if (window.targets.empty()) window.no_target = Refusal::kNoSingleAsset;
}

}  // namespace

WindowFiring FireWindow(const rule::Rule& rule, const schema::Schema& schema,
                        const trigger::Completion& completion, std::span<const std::string> group) {
  const std::vector<Told> events = ReadEvents(completion);
  WindowFiring window = Name(rule, schema, completion, events, group);
  window.firing.event_ids = EventIds(events);
  window.firing.oldest_append_time = OldestAppendTime(events, window.firing.append_time);
  window.firing.matches = completion.matches;
  window.group = NameGroup(rule, schema, group);
  if (std::holds_alternative<rule::Count>(rule.trigger)) window.measure = completion.measure;
  window.first_time = events.empty() ? completion.time : events.front().place.time;
  window.last_time = events.empty() ? completion.time : events.back().place.time;
  if (remediate::ActionsOf(rule).empty()) return window;
  if (window.by_deadline)
    ChooseAtDeadline(rule, events, window);
  else
    ChooseByEvent(rule, events, window);
  return window;
}

SummarizedFiring FiringOf(const rule::Rule& rule, const schema::Schema& schema,
                          const trigger::Summary& summary, std::span<const std::string> group) {
  const trigger::Completion completion{.time = summary.firing_time,
                                       .completed_by = summary.completed_by.place,
                                       .events = {summary.completed_by}};
  const WindowFiring window = Name(rule, schema, completion, ReadEvents(completion), group);
  return {.id = window.firing.id, .asset_id = std::string(window.event.asset.id)};
}

Targets TargetsOf(const WindowFiring& window) {
  return {.subjects = window.targets, .none_because = window.no_target};
}

const Subject& TargetOf(const WindowFiring& window, const Action& action) {
  const size_t index = action.proposal.target;
  return index < window.targets.size() ? window.targets[index] : window.event;
}

}  // namespace riposte::pipeline
