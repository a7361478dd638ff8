#include "rules/rule/trigger_print.h"

#include <map>
#include <random>

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"
#include "tests/support/environment.h"

namespace riposte::rule {
namespace {

// What is read of firings follows from the rule that fires.
bool Same(const std::optional<FiringsOf>& a, const std::optional<FiringsOf>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->rule == b->rule && a->by == b->by && a->measured == b->measured;
}
// Two triggers mean the same; of queries the canonical text is compared.
bool Same(const Step& a, const Step& b) {
  return a.name == b.name && a.canonical_query == b.canonical_query &&
         Same(a.firings_of, b.firings_of) && a.absent == b.absent && a.by == b.by &&
         a.at_least == b.at_least && a.distinct == b.distinct;
}
bool Same(const std::vector<Step>& a, const std::vector<Step>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Step& x, const Step& y) { return Same(x, y); });
}
bool Same(const Count& a, const Count& b) {
  // Only of a percentile it means anything.
  if (a.measure == Measure::kPercentile && a.percentile != b.percentile) return false;
  return a.measure == b.measure && a.fields == b.fields && a.comparison == b.comparison &&
         a.threshold == b.threshold && a.within == b.within && a.cooldown == b.cooldown &&
         a.group_by == b.group_by && Same(a.of, b.of);
}
bool Same(const Trigger& a, const Trigger& b) {
  if (a.index() != b.index()) return false;
  if (std::holds_alternative<SingleMatch>(a)) return true;
  if (const Count* count = std::get_if<Count>(&a)) return Same(*count, std::get<Count>(b));
  if (const Scheduled* scheduled = std::get_if<Scheduled>(&a))
    return *scheduled == std::get<Scheduled>(b);
  if (const Unordered* unordered = std::get_if<Unordered>(&a))
    return unordered->within == std::get<Unordered>(b).within &&
           Same(unordered->steps, std::get<Unordered>(b).steps);
  const Sequence& sequence = std::get<Sequence>(a);
  const Sequence& other = std::get<Sequence>(b);
  if (sequence.within != other.within || !Same(sequence.steps, other.steps)) return false;
  if (sequence.until.has_value() != other.until.has_value()) return false;
  return !sequence.until || Same(*sequence.until, *other.until);
}

// Few values of each kind, so that triggers that differ in one thing only are frequent, and texts
// that look like what is printed around them.
class RandomTriggers {
 public:
  explicit RandomTriggers(uint64_t seed) : random_(seed) {}

  Trigger Next() {
    switch (Below(5)) {
      case 0:
        return SingleMatch{};
      case 1:
        return AnyCount();
      case 2:
        return AnyScheduled();
      case 3:
        return AnySequence();
      default:
        return Unordered{.within = Span(), .steps = Steps()};
    }
  }

 private:
  uint64_t Below(uint64_t end) { return random_() % end; }
  Duration Span() { return Duration(1'000 * (1 + Below(2))); }
  std::vector<schema::FieldId> Fields() {
    std::vector<schema::FieldId> fields;
    for (uint64_t left = Below(3); left > 0; --left)
      fields.push_back(schema::FieldId{static_cast<uint16_t>(Below(2))});
    return fields;
  }
  std::string Text() {
    constexpr std::string_view kTexts[] = {"", "a", "b", "a query b", "b query a", "a by 0"};
    return std::string(kTexts[Below(std::size(kTexts))]);
  }

  Count AnyCount() {
    return {.measure = static_cast<Measure>(Below(5)),
            .fields = Fields(),
            .percentile = Below(2) == 0 ? 95.0 : 99.9,
            .comparison = static_cast<Comparison>(Below(6)),
            .threshold = Below(2) == 0 ? 3.0 : 3.5,
            .within = Span(),
            .cooldown = Span(),
            .group_by = Fields(),
            .of = Below(2) == 0 ? Steps() : std::vector<Step>{}};
  }

  Scheduled AnyScheduled() {
    Scheduled scheduled{.period = static_cast<Scheduled::Period>(Below(3)),
                        .days = {},
                        .from = std::chrono::minutes(Below(2)),
                        .to = std::chrono::minutes(Below(2)),
                        .timezone = Text(),
                        .at_least = static_cast<int64_t>(1 + Below(2)),
                        .group_by = Fields()};
    for (uint64_t left = Below(3); left > 0; --left)
      scheduled.days.push_back(static_cast<int>(1 + Below(12)));
    return scheduled;
  }

  Step AnyStep() {
    Step step;
    step.name = Text();
    step.canonical_query = Text();
    step.absent = Below(2) == 0;
    step.by = Fields();
    step.at_least = static_cast<int64_t>(1 + Below(2));
    step.distinct = Fields();
    if (Below(3) == 0)
      step.firings_of = {
          .rule = Below(2) == 0 ? Uuid{} : *Uuid::Parse("00000000-0000-4000-8000-000000000001"),
          .by = Places(),
          .measured = Places(),
          .reads = {}};
    return step;
  }
  std::vector<size_t> Places() {
    std::vector<size_t> places;
    for (uint64_t left = Below(3); left > 0; --left) places.push_back(Below(2));
    return places;
  }
  std::vector<Step> Steps() {
    std::vector<Step> steps;
    for (uint64_t left = Below(3); left > 0; --left) steps.push_back(AnyStep());
    return steps;
  }

  Sequence AnySequence() {
    Sequence sequence{.within = Span(), .steps = Steps(), .until = {}};
    if (Below(2) == 0) sequence.until = AnyStep();
    return sequence;
  }

  std::mt19937_64 random_;
};

schema::Catalogue TwoTokens() {
  schema::Catalogue catalogue;
  catalogue.Add({.name = "a"});
  catalogue.Add({.name = "a.b"});
  return catalogue;
}

TEST(PrintTrigger, DiffersWhereTheTriggerDoes) {
  const schema::Catalogue catalogue = TwoTokens();
  const uint64_t count = riposte::test::NumberFromEnvironment("RIPOSTE_PAIRS", 100'000);
  RandomTriggers random(7);
  std::map<std::string, Trigger> by_text;
  size_t again = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const Trigger trigger = random.Next();
    const auto [known, is_new] = by_text.try_emplace(PrintTrigger(trigger, catalogue), trigger);
    if (is_new) continue;
    ++again;
    ASSERT_TRUE(Same(known->second, trigger)) << known->first;
  }
  EXPECT_GT(again, count / 10);
  EXPECT_GT(by_text.size(), count / 10);
}

// A change of one thing changes the text; a place in the file does not.
TEST(PrintTrigger, OfOneChange) {
  const schema::Catalogue catalogue = TwoTokens();
  Step step;
  step.name = "a";
  const auto print = [&](const Step& one) {
    return PrintTrigger(Sequence{.within = Duration{1'000}, .steps = {one}, .until = {}},
                        catalogue);
  };
  const std::string before = print(step);
  step.span = {.begin = 1, .end = 2};
  step.query_text = "x";
  EXPECT_EQ(print(step), before);
  step.at_least = 2;
  EXPECT_NE(print(step), before);
}

// Hashes are made of it that outlive this program.
TEST(PrintTrigger, StaysWhatItIs) {
  const auto print = [](std::string_view section) {
    return PrintTrigger(test::LoadTrigger(section).rule().trigger,
                        test::ShippedSchema()->catalogue);
  };
  EXPECT_EQ(print("{single_match: }"), "single_match");
  EXPECT_EQ(print("{count: {at_least: 3, within: 15m, distinct: process.name}}"),
            "count measure distinct of 1 field 12:process.name compared >= threshold 3 within "
            "900000 cooldown 900000 group_by 1 field 8:asset.id");
  EXPECT_EQ(print("{scheduled: {weekly: [tue, mon], from: 16:00, to: 00:30, group_by: []}}"),
            "scheduled period weekly day 1 day 2 from 960 to 30 timezone 3:UTC at_least 1 "
            "group_by 0");
  EXPECT_EQ(print("{sequence: {within: 1s, by: [], steps: [{name: a, query: 'process.pid: 1', "
                  "at_least: 2}, {absent: 'process.pid: 2'}], until: 'process.pid: 3'}}"),
            "sequence within 1000 step 1:a query 14:process.pid: 1 by 0 at_least 2 distinct 0 "
            "step 6:step 2 absent 14:process.pid: 2 by 0 at_least 1 distinct 0 "
            "until 5:until query 14:process.pid: 3 by 0 at_least 1 distinct 0");
  EXPECT_EQ(print("{unordered: {within: 1s, by: [], steps: [{query: 'process.pid: 1', at_least: "
                  "2}]}}"),
            "unordered within 1000 step 6:step 1 query 14:process.pid: 1 by 0 at_least 2 "
            "distinct 0");
}

}  // namespace
}  // namespace riposte::rule
