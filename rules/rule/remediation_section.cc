#include "rules/rule/remediation_section.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 4> kKeys = {"auto", "action", "target", "remediate"};
constexpr std::array<AutoMode, 3> kModes = {AutoMode::kOff, AutoMode::kDryRun, AutoMode::kEnforce};
constexpr std::array<RuleAction, 2> kActions = {RuleAction::kKillProcessAndQuarantineFile,
                                                RuleAction::kQuarantineAsset};
constexpr std::array<Target, 3> kTargets = {Target::kProcess, Target::kParent, Target::kTree};

// The one of `values` whose name, as `name_of` gives it, is written.
template <typename T, size_t N>
std::optional<T> ReadNamed(const yaml::Node& node, std::string_view what,
                           const std::array<T, N>& values, std::string_view (*name_of)(T),
                           text::NodeReader& reader) {
  std::array<std::string_view, N> names;
  for (size_t i = 0; i < N; ++i) names[i] = name_of(values[i]);
  const std::optional<size_t> index = reader.Choice(node, what, names);
  if (!index) return std::nullopt;
  return values[*index];
}

constexpr std::string_view kStepPrefix = "step:";

// The step of `trigger` that is called `name`, which has an event.
void CheckStep(const yaml::Node& node, std::string_view name, const Trigger& trigger,
               text::NodeReader& reader) {
  const std::span<const Step> steps = StepsOf(trigger);
  const auto named = std::ranges::find(steps, name, &Step::name);
  if (named != steps.end() && !named->absent) return;
  if (named != steps.end()) {
    reader.Error(node.span, "no-such-step",
                 fmt::format("the step '{}' is an absence, which has no event", name),
                 "name another step");
    return;
  }
  std::vector<std::string_view> names;
  for (const Step& step : steps)
    if (!step.absent) names.push_back(step.name);
  reader.Error(node.span, "no-such-step", fmt::format("the trigger has no step '{}'", name),
               text::Suggestion(name, names));
}

// Of several events in a firing, which is remediated: a single match has but one.
void ReadRemediate(const yaml::Node& node, const Trigger* trigger, text::NodeReader& reader,
                   Remediation& remediation) {
  const bool is_scalar = node.kind == yaml::Node::Kind::kScalar;
  const bool all = is_scalar && node.value == "all";
  const bool step = is_scalar && node.value.starts_with(kStepPrefix);
  if (!all && !step) {
    constexpr std::array<std::string_view, 2> kChoices = {"completing", "all"};
    reader.Choice(node, "'remediate'", kChoices);
    return;
  }
  remediation.remediate = all ? Remediate::kAll : Remediate::kStep;
  if (step) remediation.step = node.value.substr(kStepPrefix.size());
  if (trigger == nullptr) return;
  if (std::holds_alternative<SingleMatch>(*trigger)) {
    reader.Error(node.span, "remediate-not-available",
                 fmt::format("'{}' needs a trigger that several events complete; single_match has "
                             "but one",
                             node.value),
                 "write 'completing', or leave the key out");
  } else if (step && StepsOf(*trigger).empty()) {
    reader.Error(node.span, "remediate-not-available",
                 fmt::format("'{}' needs a trigger with steps; '{}' has none", node.value,
                             CriterionName(*trigger)),
                 "write 'completing' or 'all'");
  } else if (step) {
    CheckStep(node, remediation.step, *trigger, reader);
  }
}

// When a time is over, nothing has just happened that could be killed.
void CheckKill(const Remediation& remediation, const yaml::Node& section, const Trigger* trigger,
               text::NodeReader& reader) {
  if (remediation.action != RuleAction::kKillProcessAndQuarantineFile) return;
  if (trigger == nullptr || !FiresByDeadline(*trigger)) return;
  reader.Error(section.Find("action")->span, "kill-without-target",
               fmt::format("a kill has no target: this '{}' fires when a time is over, not by an "
                           "event",
                           CriterionName(*trigger)),
               "leave 'remediation' out, or isolate the asset");
}

void CheckTarget(const Remediation& remediation, const yaml::Node& section,
                 const yaml::Node* target, text::NodeReader& reader) {
  const yaml::Node& action = *section.Find("action");
  if (remediation.action == RuleAction::kQuarantineAsset && target != nullptr) {
    reader.Error(target->span, "target-not-allowed",
                 "quarantine_asset has no 'target': it isolates the event's asset",
                 "leave 'target' out");
  } else if (remediation.action == RuleAction::kKillProcessAndQuarantineFile && target == nullptr) {
    reader.Error(action.span, "missing-target", "a kill needs a 'target': which process dies",
                 "add 'target: process', 'parent' or 'tree'");
  }
}

}  // namespace

std::optional<Remediation> ReadRemediation(const yaml::Node& section, yaml::Span key_span,
                                           const Trigger* trigger, text::NodeReader& reader) {
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(section, "'remediation'", kKeys)) return std::nullopt;
  Remediation remediation;
  std::optional<AutoMode> mode;
  if (const yaml::Node* node = reader.Required(section, "auto", "'remediation'", key_span))
    mode = ReadNamed(*node, "'auto'", kModes, AutoModeName, reader);
  std::optional<RuleAction> action;
  if (const yaml::Node* node = reader.Required(section, "action", "'remediation'", key_span))
    action = ReadNamed(*node, "'action'", kActions, RuleActionName, reader);
  const yaml::Node* target = section.Find("target");
  if (target != nullptr)
    remediation.target = ReadNamed(*target, "'target'", kTargets, TargetName, reader);
  if (const yaml::Node* node = section.Find("remediate"))
    ReadRemediate(*node, trigger, reader, remediation);
  if (action) {
    remediation.action = *action;
    CheckTarget(remediation, section, target, reader);
    CheckKill(remediation, section, trigger, reader);
  }
  if (mode) remediation.mode = *mode;
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return remediation;
}

}  // namespace riposte::rule
