#include "rules/rule/correlation_trigger.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rules/rule/correlation_names.h"
#include "rules/rule/correlation_steps.h"
#include "rules/rule/trigger_values.h"

namespace riposte::rule {
namespace {

using sigma::CorrelationTerm;
using sigma::CorrelationType;
using Operator = sigma::MeasureCondition::Operator;

static_assert(sigma::kMostCorrelated <= Count::kSourcesMax);

Measure MeasureOf(CorrelationType type) {
  switch (type) {
    case CorrelationType::kValueCount:
      return Measure::kDistinct;
    case CorrelationType::kValueSum:
      return Measure::kSum;
    case CorrelationType::kValueAverage:
      return Measure::kAverage;
    case CorrelationType::kValuePercentile:
      return Measure::kPercentile;
    case CorrelationType::kEventCount:
    case CorrelationType::kTemporal:
    case CorrelationType::kTemporalOrdered:
      break;
  }
  return Measure::kMatches;
}

Comparison ComparisonOf(Operator compared) {
  switch (compared) {
    case Operator::kMoreThan:
      return Comparison::kMoreThan;
    case Operator::kAtLeast:
      return Comparison::kAtLeast;
    case Operator::kLessThan:
      return Comparison::kLessThan;
    case Operator::kAtMost:
      return Comparison::kAtMost;
    case Operator::kEqual:
      return Comparison::kEqual;
    case Operator::kNotEqual:
      return Comparison::kNotEqual;
  }
  return Comparison::kAtLeast;
}

class TriggerMaker {
 public:
  TriggerMaker(const SigmaCorrelation& correlation, const std::vector<ReferredRule>& referred,
               const text::SourcePtr& source, CorrelationContext& context)
      : text_(correlation.text),
        source_(source),
        diagnostics_(context.diagnostics),
        steps_(correlation, referred, source, context) {}

  std::optional<Trigger> Make() {
    const size_t errors_before = diagnostics_.error_count();
    text::NodeReader reader(source_, diagnostics_);
    CheckSpan(text_.timespan, "'timespan'", kSpanMin,
              {.begin = text_.timespan_span.begin, .end = text_.timespan_span.end}, reader);
    steps_.ResolveFields();
    Trigger trigger = MakeCriterion();
    if (diagnostics_.error_count() != errors_before || !steps_.complete()) return std::nullopt;
    return trigger;
  }

 private:
  Trigger MakeCriterion() {
    switch (text_.type) {
      case CorrelationType::kTemporal:
        return MakeUnordered();
      case CorrelationType::kTemporalOrdered:
        return MakeSequence();
      default:
        return MakeCount();
    }
  }

  void Error(text::Span span, std::string_view code, std::string message, std::string hint) {
    diagnostics_.Error(source_, span, code, std::move(message), std::move(hint));
  }

  Count MakeCount() {
    Count count;
    count.measure = MeasureOf(text_.type);
    count.fields = steps_.MeasuredFields();
    if (count.measure == Measure::kPercentile) count.percentile = text_.measured.percentile;
    Compare(count);
    count.within = text_.timespan;
    count.cooldown = text_.timespan;
    for (size_t i = 0; i < text_.rules.size(); ++i) count.of.push_back(steps_.StepOf(i));
    return count;
  }

  // Of whole numbers "more than 3" is "at least 4", so that to write it otherwise begins no window
  // anew.
  void Compare(Count& count) {
    const sigma::MeasureCondition& condition = text_.measured;
    count.comparison = ComparisonOf(condition.compared);
    count.threshold = condition.number;
    if (count.measure != Measure::kMatches && count.measure != Measure::kDistinct) return;
    if (count.comparison == Comparison::kMoreThan) {
      count.comparison = Comparison::kAtLeast;
      count.threshold += 1;
    } else if (count.comparison == Comparison::kLessThan) {
      count.comparison = Comparison::kAtMost;
      count.threshold -= 1;
    }
    if (count.threshold < 1) {
      Error(condition.number_span, "count-out-of-range",
            "a window has one match at least, so this holds always or never",
            "compare with a greater number");
    } else if (count.threshold > Count::kAtLeastMax) {
      Error(condition.number_span, "count-out-of-range",
            fmt::format("a window is compared with {} at most", Count::kAtLeastMax),
            "group by more, or find less");
    }
  }

  Unordered MakeUnordered() {
    Unordered unordered{.within = text_.timespan, .steps = WantedSteps()};
    std::set<size_t> absent;
    for (const CorrelationTerm& term : text_.terms)
      if (term.absent) absent.insert(term.rules.begin(), term.rules.end());
    if (unordered.steps.empty())
      Error(text_.condition_span, "only-absent", "the condition waits for no match",
            "name a rule without 'not'");
    for (const size_t reference : absent) {
      unordered.steps.push_back(steps_.StepOf(reference));
      unordered.steps.back().absent = true;
    }
    CheckNumber(unordered.steps, Unordered::kStepsMax);
    return unordered;
  }

  Sequence MakeSequence() {
    Sequence sequence{.within = text_.timespan, .steps = WantedSteps(), .until = {}};
    if (std::ranges::any_of(text_.terms, &CorrelationTerm::absent))
      Error(text_.condition_span, "correlation-condition",
            "'not' has no place in an order: between which matches would it be looked for?",
            "write 'type: temporal'");
    CheckNumber(sequence.steps, Sequence::kStepsMax);
    return sequence;
  }

  std::vector<Step> WantedSteps() {
    std::vector<Step> steps;
    for (const CorrelationTerm& term : text_.terms) {
      if (term.absent) continue;
      steps.push_back(term.rules.size() == 1 ? steps_.StepOf(term.rules.front())
                                             : steps_.StepOfAny(term.rules));
    }
    return steps;
  }

  void CheckNumber(const std::vector<Step>& steps, size_t most) {
    if (steps.size() > most)
      Error(text_.rules_span, "too-many-steps",
            fmt::format("'{}' has {} steps at most", sigma::CorrelationTypeName(text_.type), most),
            "split the correlation");
    if (steps.size() == 1 && !steps.front().absent)
      Error(text_.rules_span, "single-step", "one rule alone fires for each of its matches",
            "add a rule, or count with 'type: event_count'");
  }

  const sigma::Correlation& text_;
  const text::SourcePtr& source_;
  text::Diagnostics& diagnostics_;
  CorrelationSteps steps_;
};

}  // namespace

std::optional<Trigger> MakeCorrelationTrigger(const SigmaCorrelation& correlation,
                                              const std::vector<ReferredRule>& referred,
                                              const text::SourcePtr& source,
                                              CorrelationContext& context) {
  return TriggerMaker(correlation, referred, source, context).Make();
}

}  // namespace riposte::rule
