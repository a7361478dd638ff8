#include "app/timeline.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "app/trigger_words.h"
#include "engine/trigger/group_key.h"

namespace riposte::app {
namespace {

constexpr uint32_t kRule = 0;  // of a set of its own

std::vector<match::Match> OfRule(const std::vector<match::Match>& matches) {
  std::vector<match::Match> own;
  std::ranges::copy_if(matches, std::back_inserter(own),
                       [](const match::Match& match) { return match.rule == kRule; });
  return own;
}

double Lacks(const std::optional<trigger::Nearest>& nearest) {
  return nearest ? std::abs(nearest->needed - nearest->reached)
                 : std::numeric_limits<double>::infinity();
}

const Taken* TakenBy(const Judged& judged, std::string_view key) {
  const auto found = std::ranges::find_if(judged.taken, [&](const Taken& taken) {
    return taken.contribution.rule == kRule && taken.contribution.key == key;
  });
  return found == judged.taken.end() ? nullptr : &*found;
}

size_t FiredBy(const Judged& judged, std::string_view key) {
  return static_cast<size_t>(std::ranges::count(judged.firings, key, &Fired::key));
}

std::string WordsOfKey(std::string_view key) {
  return fmt::format("{}", fmt::join(trigger::ValuesOfKey(key), ", "));
}

Moment MomentOf(const Fired& fired, int64_t line) {
  Moment moment{.kind = Moment::Kind::kFiring, .line = line, .time = fired.time};
  moment.events = fired.decided.firing.matches;
  moment.by_deadline = fired.by_deadline;
  moment.actions = fired.decided.actions;
  return moment;
}

}  // namespace

std::string_view MomentName(Moment::Kind kind) {
  switch (kind) {
    case Moment::Kind::kEvent:
      return "event";
    case Moment::Kind::kFiring:
      return "firing";
    case Moment::Kind::kSummary:
      return "summary";
    case Moment::Kind::kEnded:
      break;
  }
  return "ended";
}

Result<std::unique_ptr<TimelineRun>> TimelineRun::Make(const rule::RuleSetPtr& rules, size_t rule,
                                                       const schema::Profile& profile,
                                                       Offline::Options options) {
  Timeline timeline;
  timeline.rules = Alone(*rules, rules->rules[rule]);
  timeline.rule = &timeline.rules->rules[kRule];
  timeline.profile = &profile;
  timeline.enabled = rules->rules[rule].enabled;
  timeline.runs = rule::RunsOn(*timeline.rule, profile);
  const schema::Catalogue& catalogue = rules->schema->catalogue;
  for (const schema::FieldId field : rule::MissingTokens(*timeline.rule, profile))
    timeline.missing_tokens.push_back(catalogue.token(field).name);
  timeline.trigger = TriggerWords(timeline.rule->trigger, catalogue);

  options.tells_changes = true;
  options.remembers_orders = true;
  Result<std::unique_ptr<Offline>> matcher = Offline::Make(timeline.rules, profile, options);
  if (!matcher.ok()) return matcher.status();
  options.naive = true;
  std::unique_ptr<Offline> plain = Offline::Make(timeline.rules, profile, options).value();
  return std::unique_ptr<TimelineRun>(new TimelineRun(
      std::move(timeline), options.windows, std::move(matcher).value(), std::move(plain)));
}

TimelineRun::TimelineRun(Timeline timeline, trigger::WindowOptions windows,
                         std::unique_ptr<Offline> matcher, std::unique_ptr<Offline> plain)
    : timeline_(std::move(timeline)),
      windows_(windows),
      matcher_(std::move(matcher)),
      plain_(std::move(plain)) {}

void TimelineRun::Add(std::string_view bytes, int64_t line, const remediate::Origin& origin) {
  ++timeline_.events;
  const Judged& judged = matcher_->Run(bytes, origin);
  const std::vector<match::Match> matches = OfRule(judged.matches);
  if (matches != OfRule(plain_->Run(bytes, origin).matches) && timeline_.inconsistent_line == 0)
    timeline_.inconsistent_line = line;
  if (judged.event == nullptr) {
    ++timeline_.rejected;
    return;
  }
  timeline_.end = std::max(timeline_.end, judged.now);
  timeline_.matched += matches.empty() ? 0 : 1;
  NoteStrays(judged, line);
  NoteFirings(judged, line, /*by_deadline=*/true);
  NoteSummaries(judged, line);
  NoteEvents(judged, line);
  NoteFirings(judged, line, /*by_deadline=*/false);
  NoteStates(judged, line);
}

TimelineRun::Group& TimelineRun::Of(const std::string& key) {
  const auto [group, is_new] = groups_.try_emplace(key);
  if (is_new) {
    group->second.number = groups_.size();
    group->second.told.words = WordsOfKey(key);
  }
  return group->second;
}

void TimelineRun::Note(Group& group, Moment moment) {
  std::vector<Moment>& first = group.told.moments;
  if (first.size() < Timeline::kMomentEnds) {
    first.push_back(std::move(moment));
    return;
  }
  group.newest.push_back(std::move(moment));
  if (group.newest.size() <= Timeline::kMomentEnds) return;
  group.newest.erase(group.newest.begin());
  ++group.told.left_out;
}

// Of what lacks both, only that it has no key is known.
void TimelineRun::NoteStrays(const Judged& judged, int64_t line) {
  const uint64_t strays = judged.left_out.no_key + judged.left_out.no_value;
  timeline_.stray_count += strays;
  if (strays == 0 || timeline_.strays.size() == Timeline::kStraysMax) return;
  timeline_.strays.push_back({.line = line,
                              .event_id = std::string(judged.event->TextOf(schema::Role::kEventId)),
                              .has_key = judged.left_out.no_key == 0});
}

void TimelineRun::NoteEvents(const Judged& judged, int64_t line) {
  for (const Taken& taken : judged.taken) {
    if (taken.contribution.rule != kRule) continue;
    const ExplainedGroup explained =
        ExplainGroup(taken, timeline_.rule->trigger, timeline_.rules->schema->catalogue);
    Group& group = Of(taken.contribution.key);
    group.told.words = explained.words;
    Moment moment{.line = line, .time = taken.contribution.place.time};
    moment.event_id = judged.event->TextOf(schema::Role::kEventId);
    moment.steps = explained.steps;
    moment.fate = taken.fate;
    if (taken.fate != trigger::Fate::kFired) moment.reached = ReachedBy(judged, taken);
    Note(group, std::move(moment));
  }
}

std::optional<trigger::Nearest> TimelineRun::ReachedBy(const Judged& judged,
                                                       const Taken& taken) const {
  for (const trigger::ChangedGroup& changed : judged.changed)
    if (changed.rule == kRule && changed.key == taken.contribution.key)
      return ViewOf(changed).nearest;
  return std::nullopt;
}

void TimelineRun::NoteFirings(const Judged& judged, int64_t line, bool by_deadline) {
  for (const Fired& fired : judged.firings) {
    if (fired.by_deadline != by_deadline) continue;
    ++timeline_.firings;
    Group& group = Of(fired.key);
    ++group.told.firings;
    group.told.nearest.reset();
    Note(group, MomentOf(fired, line));
  }
}

void TimelineRun::NoteSummaries(const Judged& judged, int64_t line) {
  for (const trigger::ClosedFiring& closed : judged.closed) {
    if (closed.rule != kRule) continue;
    Moment moment{.kind = Moment::Kind::kSummary, .line = line};
    moment.time = closed.summary.firing_time;
    moment.events = closed.summary.joined.count;
    Note(Of(closed.key), std::move(moment));
  }
}

trigger::StateView TimelineRun::ViewOf(const trigger::ChangedGroup& changed) const {
  if (!changed.state) return {};
  return trigger::ViewState(*timeline_.rule, windows_, *changed.state).value();
}

void TimelineRun::NoteStates(const Judged& judged, int64_t line) {
  for (const trigger::ChangedGroup& changed : judged.changed) {
    if (changed.rule != kRule) continue;
    Group& group = Of(changed.key);
    trigger::StateView view = ViewOf(changed);
    const Taken* const taken = TakenBy(judged, changed.key);
    if (const auto* sequence = std::get_if<rule::Sequence>(&timeline_.rule->trigger))
      for (EndedPartial& ended : EndedPartials(*sequence, group.last, view,
                                               taken == nullptr ? nullptr : &taken->contribution,
                                               FiredBy(judged, changed.key)))
        NoteEnded(std::move(ended), line, judged.now, group);
    if (view.nearest && Lacks(view.nearest) <= Lacks(group.told.nearest))
      group.told.nearest = view.nearest;
    group.last = std::move(view);
  }
}

void TimelineRun::NoteEnded(EndedPartial ended, int64_t line, Time now, Group& group) {
  Moment moment{.kind = Moment::Kind::kEnded, .line = line, .time = now};
  moment.stages = ended.stages;
  moment.why = std::move(ended.why);
  Note(group, std::move(moment));
}

Timeline TimelineRun::Finish() {
  timeline_.waiting = matcher_->StillWaiting();
  std::vector<Group*> groups;
  groups.reserve(groups_.size());
  for (auto& [key, group] : groups_) groups.push_back(&group);
  std::ranges::sort(groups, [](const Group* a, const Group* b) {
    const bool a_fired = a->told.firings > 0;
    const bool b_fired = b->told.firings > 0;
    if (a_fired != b_fired) return a_fired;
    const double a_lacks = a_fired ? 0 : Lacks(a->told.nearest);
    const double b_lacks = b_fired ? 0 : Lacks(b->told.nearest);
    return a_lacks != b_lacks ? a_lacks < b_lacks : a->number < b->number;
  });
  for (Group* group : groups) {
    if (timeline_.groups.size() == Timeline::kGroupsMax) break;
    TimelineGroup& told = timeline_.groups.emplace_back(std::move(group->told));
    std::ranges::move(group->newest, std::back_inserter(told.moments));
    told.is_over = told.nearest && told.nearest->by < timeline_.end;
  }
  timeline_.groups_left_out = groups.size() - timeline_.groups.size();
  return std::move(timeline_);
}

}  // namespace riposte::app
