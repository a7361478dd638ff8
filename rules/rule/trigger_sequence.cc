#include "rules/rule/trigger_sequence.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/rule/trigger_steps.h"

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 4> kSequenceKeys = {"within", "by", "steps", "until"};
constexpr std::array<std::string_view, 3> kUnorderedKeys = {"within", "by", "steps"};

yaml::Span PlaceOf(const Step& step) { return {.begin = step.span.begin, .end = step.span.end}; }

// At least one step waits for an event, and more than a single match is asked for.
bool CheckSteps(const std::vector<Step>& steps, text::NodeReader& reader) {
  if (std::ranges::all_of(steps, &Step::absent)) {
    reader.Error(PlaceOf(steps.front()), "only-absent", "no step waits for an event",
                 "add a step with 'query'");
    return false;
  }
  if (steps.size() > 1 || steps.front().at_least > 1) return true;
  reader.Error(PlaceOf(steps.front()), "single-step", "one step alone fires for each event",
               "add a step or 'at_least', or write 'single_match'");
  return false;
}

void CheckAbsences(const std::vector<Step>& steps, text::NodeReader& reader) {
  if (steps.front().absent)
    reader.Error(PlaceOf(steps.front()), "absent-order",
                 "a sequence cannot begin with an absence: its time has no beginning",
                 "put a step with 'query' before it");
  for (size_t i = 1; i < steps.size(); ++i) {
    if (!steps[i].absent || !steps[i - 1].absent) continue;
    reader.Error(PlaceOf(steps[i]), "absent-order", "two absences follow each other",
                 "write one, with both queries and 'or' between them");
  }
}

Duration ReadWithin(const yaml::Node& section, std::string_view owner, yaml::Span key_span,
                    text::NodeReader& reader) {
  const yaml::Node* node = reader.Required(section, "within", owner, key_span);
  if (node == nullptr) return kSpanMin;
  return ReadSpan(*node, "'within'", kSpanMin, reader).value_or(kSpanMin);
}

}  // namespace

std::optional<Sequence> ReadSequence(const yaml::Node& section, yaml::Span key_span,
                                     const TriggerContext& context) {
  text::NodeReader& reader = context.reader;
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(section, "'sequence'", kSequenceKeys)) return std::nullopt;
  Sequence sequence;
  sequence.within = ReadWithin(section, "'sequence'", key_span, reader);
  StepsText text = ReadSteps(section, "sequence", key_span, context);
  sequence.steps = std::move(text.steps);
  sequence.until = std::move(text.until);
  if (!sequence.steps.empty() && CheckSteps(sequence.steps, reader))
    CheckAbsences(sequence.steps, reader);
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return sequence;
}

std::optional<Unordered> ReadUnordered(const yaml::Node& section, yaml::Span key_span,
                                       const TriggerContext& context) {
  text::NodeReader& reader = context.reader;
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(section, "'unordered'", kUnorderedKeys)) return std::nullopt;
  Unordered unordered;
  unordered.within = ReadWithin(section, "'unordered'", key_span, reader);
  unordered.steps = ReadSteps(section, "unordered", key_span, context).steps;
  if (!unordered.steps.empty()) CheckSteps(unordered.steps, reader);
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  return unordered;
}

}  // namespace riposte::rule
