#include "app/trigger_words.h"

#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/time.h"

namespace riposte::app {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};

std::string Compared(rule::Comparison comparison, double threshold) {
  switch (comparison) {
    case rule::Comparison::kAtLeast:
      return fmt::format("{} or more", threshold);
    case rule::Comparison::kMoreThan:
      return fmt::format("more than {}", threshold);
    case rule::Comparison::kAtMost:
      return fmt::format("{} or less", threshold);
    case rule::Comparison::kLessThan:
      return fmt::format("less than {}", threshold);
    case rule::Comparison::kEqual:
      return fmt::format("exactly {}", threshold);
    case rule::Comparison::kNotEqual:
      break;
  }
  return fmt::format("other than {}", threshold);
}

std::string OfTime(std::chrono::minutes since_midnight) {
  return fmt::format("{:02}:{:02}", since_midnight.count() / 60, since_midnight.count() % 60);
}

// Without the name of the criterion before it.
class Writer {
 public:
  explicit Writer(const schema::Catalogue& catalogue) : catalogue_(catalogue) {}

  std::string operator()(const rule::SingleMatch&) const { return "each match"; }

  std::string operator()(const rule::Count& count) const {
    const rule::GroupBy& by = count.of.empty() ? count.group_by : count.of.front().by;
    return fmt::format("{} within {}{}", Measured(count), FormatDuration(count.within),
                       ForEach(by));
  }

  std::string operator()(const rule::Scheduled& scheduled) const {
    return fmt::format("{} or more matches from {} to {} ({}), {}{}", scheduled.at_least,
                       OfTime(scheduled.from), OfTime(scheduled.to), scheduled.timezone,
                       Days(scheduled), ForEach(scheduled.group_by));
  }

  std::string operator()(const rule::Sequence& sequence) const {
    std::string out = fmt::format("{} within {}{}", Steps(sequence.steps, ", then "),
                                  FormatDuration(sequence.within), ForEach(sequence.steps[0].by));
    if (sequence.until) out += ", unless ended";
    return out;
  }

  std::string operator()(const rule::Unordered& unordered) const {
    return fmt::format("{} in any order within {}{}", Steps(unordered.steps, " and "),
                       FormatDuration(unordered.within), ForEach(unordered.steps[0].by));
  }

 private:
  std::string Names(const std::vector<schema::FieldId>& fields) const {
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const schema::FieldId field : fields)
      names.push_back(field == schema::kNoField ? "the key" : catalogue_.token(field).name);
    return fmt::format("{}", fmt::join(names, ", "));
  }

  std::string ForEach(const rule::GroupBy& by) const {
    return by.empty() ? std::string() : ", for each " + Names(by);
  }

  std::string Measured(const rule::Count& count) const {
    const std::string compared = Compared(count.comparison, count.threshold);
    switch (count.measure) {
      case rule::Measure::kMatches:
        return compared + " matches";
      case rule::Measure::kDistinct:
        return fmt::format("{} values of {}", compared, Names(count.fields));
      case rule::Measure::kSum:
        return fmt::format("a sum of {} of {}", Names(count.fields), compared);
      case rule::Measure::kAverage:
        return fmt::format("an average of {} of {}", Names(count.fields), compared);
      case rule::Measure::kPercentile:
        break;
    }
    return fmt::format("a percentile {} of {} of {}", count.percentile, Names(count.fields),
                       compared);
  }

  static std::string Days(const rule::Scheduled& scheduled) {
    std::vector<std::string> days;
    days.reserve(scheduled.days.size());
    const bool weekly = scheduled.period == rule::Scheduled::Period::kWeekly;
    for (const int day : scheduled.days)
      days.push_back(weekly ? std::string(kWeekdays.at(static_cast<size_t>(day - 1)))
                            : fmt::format("{}", day));
    switch (scheduled.period) {
      case rule::Scheduled::Period::kDaily:
        return "daily";
      case rule::Scheduled::Period::kWeekly:
        return fmt::format("{}", fmt::join(days, ", "));
      case rule::Scheduled::Period::kMonthly:
        break;
    }
    return fmt::format("day {} of the month", fmt::join(days, ", "));
  }

  std::string Steps(const std::vector<rule::Step>& steps, std::string_view between) const {
    std::string out;
    for (const rule::Step& step : steps) {
      if (!out.empty()) out += between;
      out += OneStep(step);
    }
    return out;
  }

  std::string OneStep(const rule::Step& step) const {
    if (step.absent) return fmt::format("no '{}'", step.name);
    if (!step.distinct.empty())
      return fmt::format("'{}' with {} values of {}", step.name, step.at_least,
                         Names(step.distinct));
    return step.at_least == 1 ? fmt::format("'{}'", step.name)
                              : fmt::format("'{}' {} times", step.name, step.at_least);
  }

  const schema::Catalogue& catalogue_;
};

// Of what more of the same completes: how many more.
std::string MoreWords(const trigger::Nearest& nearest, const rule::Trigger& trigger) {
  const auto* count = std::get_if<rule::Count>(&trigger);
  if (count == nullptr) return fmt::format("{} more", nearest.needed - nearest.reached);
  const bool adds_up =
      count->measure == rule::Measure::kMatches || count->measure == rule::Measure::kDistinct;
  if (adds_up && count->comparison == rule::Comparison::kAtLeast)
    return fmt::format("{} more", nearest.needed - nearest.reached);
  return Compared(count->comparison, count->threshold);
}

}  // namespace

std::string ReachedWords(const trigger::Nearest& nearest, const rule::Trigger& trigger) {
  std::string words = fmt::format("{} of {}", nearest.reached, nearest.needed);
  if (std::holds_alternative<rule::Unordered>(trigger)) words += " steps";
  return words;
}

std::string MissingWords(const trigger::Nearest& nearest, const rule::Trigger& trigger) {
  const std::string by = " by " + FormatTime(nearest.by);
  const std::vector<rule::Step>* steps = nullptr;
  if (const auto* sequence = std::get_if<rule::Sequence>(&trigger)) steps = &sequence->steps;
  if (const auto* unordered = std::get_if<rule::Unordered>(&trigger)) steps = &unordered->steps;
  if (steps == nullptr) return MoreWords(nearest, trigger) + by;
  if (nearest.missing.empty()) return "all are there; what must stay away decides" + by;
  std::vector<std::string> names;
  names.reserve(nearest.missing.size());
  for (const size_t step : nearest.missing) names.push_back('\'' + (*steps)[step].name + '\'');
  return fmt::format("{}{}", fmt::join(names, " and "), by);
}

std::string TriggerWords(const rule::Trigger& trigger, const schema::Catalogue& catalogue) {
  return fmt::format("{}: {}", rule::CriterionName(trigger),
                     std::visit(Writer(catalogue), trigger));
}

void WriteNearest(const trigger::Nearest& nearest, const rule::Trigger& trigger,
                  json::Writer& writer) {
  writer.Key("nearest")
      .BeginObject()
      .Field("reached", ReachedWords(nearest, trigger))
      .Field("missing", MissingWords(nearest, trigger))
      .Field("first", FormatTime(nearest.first))
      .Field("last", FormatTime(nearest.last))
      .Field("by", FormatTime(nearest.by))
      .EndObject();
}

}  // namespace riposte::app
