#include "rules/rule/rule_changes.h"

#include <map>
#include <variant>

#include "rules/rule/definition.h"
#include "rules/rule/trigger_print.h"

namespace riposte::rule {
namespace {

bool HasWindows(const Rule& rule) { return !std::holds_alternative<SingleMatch>(rule.trigger); }

bool Enforces(const Rule& rule) {
  return rule.remediation && rule.remediation->mode == AutoMode::kEnforce;
}

// Everything of the trigger but what its steps ask for.
struct WithoutQueries {
  void operator()(SingleMatch&) const {}
  void operator()(Scheduled&) const {}
  void operator()(Count& count) const { Forget(count.of); }
  void operator()(Unordered& unordered) const { Forget(unordered.steps); }
  void operator()(Sequence& sequence) const {
    Forget(sequence.steps);
    if (sequence.until) sequence.until->canonical_query.clear();
  }
  static void Forget(std::vector<Step>& steps) {
    for (Step& step : steps) step.canonical_query.clear();
  }
};

std::string Frame(const Rule& rule, const schema::Schema& schema) {
  Trigger trigger = rule.trigger;
  std::visit(WithoutQueries(), trigger);
  return PrintTrigger(trigger, schema.catalogue);
}

std::vector<std::string> ProfileNames(const Rule& rule, const schema::Schema& schema) {
  std::vector<std::string> names;
  for (const schema::Profile& profile : schema.profiles)
    if (RunsOn(rule, profile)) names.push_back(profile.name);
  return names;
}

// A rule and the schema of its set.
struct Side {
  const Rule& rule;
  const schema::Schema& schema;
};

std::vector<ChangeCause> CausesOf(const Side& before, const Side& after) {
  std::vector<ChangeCause> causes;
  if (before.rule.canonical_query != after.rule.canonical_query)
    causes.push_back(ChangeCause::kQuery);
  if (before.rule.canonical_trigger != after.rule.canonical_trigger) {
    const bool in_frame = Frame(before.rule, before.schema) != Frame(after.rule, after.schema);
    causes.push_back(in_frame ? ChangeCause::kTrigger : ChangeCause::kSteps);
  }
  // What nothing else explains is where the formats have the fields.
  if (causes.empty() ||
      ProfileNames(before.rule, before.schema) != ProfileNames(after.rule, after.schema))
    causes.push_back(ChangeCause::kProfiles);
  return causes;
}

RuleChange Compare(const Side& before, const Side& after) {
  RuleChange change{.id = after.rule.id, .name = after.rule.name};
  change.enforces = Enforces(after.rule);
  change.armed_anew =
      Enforces(before.rule) && change.enforces && before.rule.arming_hash != after.rule.arming_hash;
  if (DefinitionHash(before.rule, before.schema) != DefinitionHash(after.rule, after.schema)) {
    change.kind = ChangeKind::kAnew;
    change.causes = CausesOf(before, after);
    change.has_windows = HasWindows(before.rule);
    return change;
  }
  const bool same = before.rule.version == after.rule.version;
  change.kind = same ? ChangeKind::kUnchanged : ChangeKind::kKept;
  change.has_windows = HasWindows(after.rule);
  return change;
}

}  // namespace

std::string_view ChangeName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kUnchanged:
      return "unchanged";
    case ChangeKind::kKept:
      return "kept";
    case ChangeKind::kAnew:
      return "anew";
    case ChangeKind::kNew:
      return "new";
    case ChangeKind::kGone:
      return "gone";
  }
  return "unknown";
}

std::string_view CauseName(ChangeCause cause) {
  switch (cause) {
    case ChangeCause::kQuery:
      return "query";
    case ChangeCause::kTrigger:
      return "trigger";
    case ChangeCause::kSteps:
      return "steps";
    case ChangeCause::kProfiles:
      return "profiles";
  }
  return "unknown";
}

std::vector<RuleChange> ChangesOf(const RuleSet& before, const RuleSet& after) {
  std::map<Uuid, const Rule*> old;
  for (const Rule& rule : before.rules)
    if (rule.enabled) old.emplace(rule.id, &rule);
  std::vector<RuleChange> changes;
  for (const Rule& rule : after.rules) {
    if (!rule.enabled) continue;
    const auto found = old.find(rule.id);
    if (found == old.end()) {
      changes.push_back({.id = rule.id,
                         .name = rule.name,
                         .kind = ChangeKind::kNew,
                         .has_windows = HasWindows(rule),
                         .enforces = Enforces(rule)});
      continue;
    }
    changes.push_back(Compare({*found->second, *before.schema}, {rule, *after.schema}));
    old.erase(found);
  }
  for (const Rule& rule : before.rules)
    if (rule.enabled && old.contains(rule.id))
      changes.push_back({.id = rule.id,
                         .name = rule.name,
                         .kind = ChangeKind::kGone,
                         .has_windows = HasWindows(rule)});
  return changes;
}

}  // namespace riposte::rule
