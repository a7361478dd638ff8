#include "rules/rule/trigger_print.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 5> kMeasures = {"matches", "distinct", "sum", "average",
                                                       "percentile"};  // as Measure
constexpr std::array<std::string_view, 6> kComparisons = {
    ">=", ">", "<=", "<", "==", "!="};  // as Comparison
constexpr std::array<std::string_view, 3> kPeriods = {"daily", "weekly", "monthly"};  // as Period

// Each value has its key before it, and texts have their length before them, so that no value runs
// into the next.
class Printer {
 public:
  explicit Printer(const schema::Catalogue& catalogue) : catalogue_(catalogue) {}

  void operator()(const SingleMatch&) {}

  void operator()(const Count& count) {
    Word("measure", kMeasures[static_cast<size_t>(count.measure)]);
    Fields("of", count.fields);
    if (count.measure == Measure::kPercentile) Real("at", count.percentile);
    Word("compared", kComparisons[static_cast<size_t>(count.comparison)]);
    Real("threshold", count.threshold);
    Number("within", count.within.count());
    Number("cooldown", count.cooldown.count());
    Fields("group_by", count.group_by);
    for (const Step& source : count.of) OneStep("source", source);
  }

  void operator()(const Scheduled& scheduled) {
    Word("period", kPeriods[static_cast<size_t>(scheduled.period)]);
    for (const int day : scheduled.days) Number("day", day);
    Number("from", scheduled.from.count());
    Number("to", scheduled.to.count());
    Text("timezone", scheduled.timezone);
    Number("at_least", scheduled.at_least);
    Fields("group_by", scheduled.group_by);
  }

  void operator()(const Sequence& sequence) {
    Number("within", sequence.within.count());
    for (const Step& step : sequence.steps) OneStep("step", step);
    if (sequence.until) OneStep("until", *sequence.until);
  }

  void operator()(const Unordered& unordered) {
    Number("within", unordered.within.count());
    for (const Step& step : unordered.steps) OneStep("step", step);
  }

  std::string Take() { return std::move(out_); }
  void Begin(std::string_view name) { out_ = name; }

 private:
  void OneStep(std::string_view key, const Step& step) {
    Text(key, step.name);
    Text(step.absent ? "absent" : "query", step.canonical_query);
    Fields("by", step.by);
    if (step.firings_of) Firings(*step.firings_of);
    Number("at_least", step.at_least);
    Fields("distinct", step.distinct);
  }

  void Firings(const FiringsOf& firings) {
    Text("firings_of", firings.rule.ToString());
    Places("key", firings.by);
    Places("measured", firings.measured);
  }

  void Places(std::string_view key, const std::vector<size_t>& places) {
    Number(key, static_cast<int64_t>(places.size()));
    for (const size_t place : places) Number("place", static_cast<int64_t>(place));
  }

  void Fields(std::string_view key, const std::vector<schema::FieldId>& fields) {
    Number(key, static_cast<int64_t>(fields.size()));
    for (const schema::FieldId field : fields) Text("field", catalogue_.token(field).name);
  }

  void Word(std::string_view key, std::string_view word) {
    out_ += fmt::format(" {} {}", key, word);
  }
  void Number(std::string_view key, int64_t number) { out_ += fmt::format(" {} {}", key, number); }
  // The shortest text that is read as the same number.
  void Real(std::string_view key, double number) { out_ += fmt::format(" {} {}", key, number); }
  void Text(std::string_view key, std::string_view text) {
    out_ += fmt::format(" {} {}:{}", key, text.size(), text);
  }

  const schema::Catalogue& catalogue_;
  std::string out_;
};

}  // namespace

std::string PrintTrigger(const Trigger& trigger, const schema::Catalogue& catalogue) {
  Printer printer(catalogue);
  printer.Begin(CriterionName(trigger));
  std::visit(printer, trigger);
  return printer.Take();
}

}  // namespace riposte::rule
