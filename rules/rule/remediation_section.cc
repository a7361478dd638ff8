#include "rules/rule/remediation_section.h"

#include <array>

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

// Of several events in a firing, which is remediated: a single match has but one.
void CheckRemediate(const yaml::Node& node, text::NodeReader& reader) {
  if (node.kind == yaml::Node::Kind::kScalar &&
      (node.value == "all" || node.value.starts_with("step:"))) {
    reader.Error(node.span, "remediate-not-available",
                 fmt::format("'{}' needs a trigger that several events complete; single_match has "
                             "but one",
                             node.value),
                 "write 'completing', or leave the key out");
    return;
  }
  constexpr std::array<std::string_view, 1> kChoices = {"completing"};
  reader.Choice(node, "'remediate'", kChoices);
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
                                           text::NodeReader& reader) {
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
  if (const yaml::Node* node = section.Find("remediate")) CheckRemediate(*node, reader);
  if (action) {
    remediation.action = *action;
    CheckTarget(remediation, section, target, reader);
  }
  if (mode) remediation.mode = *mode;
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return remediation;
}

}  // namespace riposte::rule
