#include "rules/rule/remediation_section.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
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

// Which of several events in a firing is remediated.
void ReadRemediate(const yaml::Node& node, text::NodeReader& reader, Remediation& remediation) {
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

// A remediation against the trigger that it goes with.
class TriggerCheck {
 public:
  TriggerCheck(const RemediationText& text, const Trigger& trigger, const text::SourcePtr& source,
               text::Diagnostics& diagnostics)
      : remediation_(text.remediation),
        places_(text.places),
        trigger_(trigger),
        source_(source),
        diagnostics_(diagnostics) {}

  bool Check() {
    const size_t errors_before = diagnostics_.error_count();
    if (remediation_.remediate != Remediate::kCompleting) CheckRemediate();
    if (remediation_.action == RuleAction::kKillProcessAndQuarantineFile) CheckKill();
    return diagnostics_.error_count() == errors_before;
  }

 private:
  // A single match has but one event.
  void CheckRemediate() {
    const bool step = remediation_.remediate == Remediate::kStep;
    const std::string written = step ? fmt::format("{}{}", kStepPrefix, remediation_.step) : "all";
    if (std::holds_alternative<SingleMatch>(trigger_)) {
      Error(places_.remediate, "remediate-not-available",
            fmt::format("'{}' needs a trigger that several events complete; single_match has but "
                        "one",
                        written),
            "write 'completing', or leave the key out");
    } else if (step && StepsOf(trigger_).empty()) {
      Error(places_.remediate, "remediate-not-available",
            fmt::format("'{}' needs a trigger with steps; '{}' has none", written,
                        CriterionName(trigger_)),
            "write 'completing' or 'all'");
    } else if (step) {
      CheckStep();
    }
  }

  // There is a step of this name, and it has an event.
  void CheckStep() {
    const std::string& name = remediation_.step;
    const std::span<const Step> steps = StepsOf(trigger_);
    const auto named = std::ranges::find(steps, name, &Step::name);
    if (named != steps.end() && !named->absent) return;
    if (named != steps.end())
      return Error(places_.remediate, "no-such-step",
                   fmt::format("the step '{}' is an absence, which has no event", name),
                   "name another step");
    std::vector<std::string_view> names;
    for (const Step& step : steps)
      if (!step.absent) names.push_back(step.name);
    Error(places_.remediate, "no-such-step", fmt::format("the trigger has no step '{}'", name),
          text::Suggestion(name, names));
  }

  // When a time is over, nothing has just happened that could be killed.
  void CheckKill() {
    if (!FiresByDeadline(trigger_)) return;
    Error(places_.action, "kill-without-target",
          fmt::format("a kill has no target: this '{}' fires when a time is over, not by an event",
                      CriterionName(trigger_)),
          "leave 'remediation' out, or isolate the asset");
  }

  void Error(text::Span span, std::string_view code, std::string message, std::string hint) {
    diagnostics_.Error(source_, span, code, std::move(message), std::move(hint));
  }

  const Remediation& remediation_;
  const RemediationPlaces& places_;
  const Trigger& trigger_;
  const text::SourcePtr& source_;
  text::Diagnostics& diagnostics_;
};

}  // namespace

std::optional<RemediationText> ReadRemediation(const yaml::Node& section, yaml::Span key_span,
                                               text::NodeReader& reader) {
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(section, "'remediation'", kKeys)) return std::nullopt;
  RemediationText read;
  Remediation& remediation = read.remediation;
  std::optional<AutoMode> mode;
  if (const yaml::Node* node = reader.Required(section, "auto", "'remediation'", key_span))
    mode = ReadNamed(*node, "'auto'", kModes, AutoModeName, reader);
  std::optional<RuleAction> action;
  if (const yaml::Node* node = reader.Required(section, "action", "'remediation'", key_span))
    action = ReadNamed(*node, "'action'", kActions, RuleActionName, reader);
  if (action) read.places.action = text::ToSpan(section.Find("action")->span);
  const yaml::Node* target = section.Find("target");
  if (target != nullptr)
    remediation.target = ReadNamed(*target, "'target'", kTargets, TargetName, reader);
  if (const yaml::Node* node = section.Find("remediate")) {
    read.places.remediate = text::ToSpan(node->span);
    ReadRemediate(*node, reader, remediation);
  }
  if (action) {
    remediation.action = *action;
    CheckTarget(remediation, section, target, reader);
  }
  if (mode) remediation.mode = *mode;
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return read;
}

bool CheckRemediation(const RemediationText& text, const Trigger& trigger,
                      const text::SourcePtr& source, text::Diagnostics& diagnostics) {
  return TriggerCheck(text, trigger, source, diagnostics).Check();
}

}  // namespace riposte::rule
