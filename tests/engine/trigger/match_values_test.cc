#include "engine/trigger/match_values.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rules/rule/definition.h"
#include "tests/engine/trigger/trigger_rules.h"

namespace riposte::trigger {
namespace {

using std::chrono::minutes;

constexpr Place kPlace{.time = TimeFromMs(5000), .order = OrderOf(7)};
constexpr MatchValues::EventPlace kEventPlace{.time = kPlace.time, .payload = "payload"};

class MatchValuesTest : public testing::Test {
 protected:
  void Load(std::vector<rule::Rule> rules) { values_ = ValuesOf(std::move(rules)); }
  void Load(rule::Trigger trigger) { Load({RuleOf("r", std::move(trigger))}); }

  std::vector<Contribution> OfEvent(const std::string& json, const std::vector<uint32_t>& parts) {
    std::vector<Contribution> out;
    next_index_ = 7;
    values_->OfEvent(decoder_.Decode(json), 0, parts, kEventPlace, next_index_, out, left_out_);
    EXPECT_EQ(next_index_, 7 + out.size());
    for (const Contribution& contribution : out) EXPECT_TRUE(values_->Accepts(contribution));
    return out;
  }
  std::vector<Contribution> OfFiring(const Firing& firing) {
    std::vector<Contribution> out;
    values_->OfFiring(firing, out, left_out_);
    for (const Contribution& contribution : out) EXPECT_TRUE(values_->Accepts(contribution));
    return out;
  }

  std::shared_ptr<const MatchValues> values_;
  TriggerDecoder decoder_;
  LeftOut left_out_;
  uint64_t next_index_ = 0;
};

TEST_F(MatchValuesTest, AnEventIsAllThatItIsToItsGroup) {
  Load(rule::Count{.group_by = FieldsOf({"user", "asset"})});
  const auto out = OfEvent(R"({"asset": "PC-1", "user": "Ann"})", {0});
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].rule, 0u);
  EXPECT_EQ(out[0].key, KeyWith({"ann", "pc-1"}));
  EXPECT_EQ(out[0].route, "pc-1") << "the asset owns it";
  EXPECT_EQ(out[0].parts, 1u);
  EXPECT_FALSE(out[0].until);
  EXPECT_EQ(out[0].place, kPlace);
  EXPECT_EQ(out[0].event, "payload");
  EXPECT_TRUE(out[0].values.empty());
  EXPECT_EQ(left_out_, LeftOut{});
}

TEST_F(MatchValuesTest, WithoutTheAssetTheKeyOwnsIt) {
  Load(rule::Scheduled{.group_by = FieldsOf({"user"})});
  EXPECT_EQ(OfEvent(R"({"asset": "pc", "user": "ann"})", {0})[0].route, KeyWith({"ann"}));
  Load(rule::Count{.group_by = {}});
  const auto all = OfEvent("{}", {0});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].key, "");
  EXPECT_EQ(all[0].route, "");
}

TEST_F(MatchValuesTest, WithoutAFieldOfTheGroupThereIsNone) {
  Load(rule::Count{.group_by = FieldsOf({"user", "bytes"})});
  EXPECT_TRUE(OfEvent(R"({"user": "ann"})", {0}).empty());
  EXPECT_TRUE(OfEvent(R"({"user": "ann", "bytes": "n/a"})", {0}).empty());
  EXPECT_EQ(left_out_, (LeftOut{.no_key = 2, .no_value = 0}));
}

TEST_F(MatchValuesTest, DistinctValuesOfSeveralFieldsAreOne) {
  Load(rule::Count{
      .measure = rule::Measure::kDistinct, .fields = FieldsOf({"path", "bytes"}), .group_by = {}});
  const auto value = [&](const char* json) { return OfEvent(json, {0}).at(0).values.at(0); };
  EXPECT_EQ(value(R"({"path": "A", "bytes": 1})"), value(R"({"path": "a", "bytes": 1.0})"));
  EXPECT_NE(value(R"({"path": "a", "bytes": 11})"), value(R"({"path": "a1", "bytes": 1})"));
  const std::string longer(1000, 'x');
  EXPECT_LE(value((R"({"bytes": 1, "path": ")" + longer + "\"}").c_str()).size(), 64u);
  EXPECT_TRUE(OfEvent(R"({"path": "a"})", {0}).empty());
  EXPECT_EQ(left_out_, (LeftOut{.no_key = 0, .no_value = 1}));
}

TEST_F(MatchValuesTest, ANumberIsWhatCanBeReadAsOne) {
  Load(rule::Count{.measure = rule::Measure::kSum, .fields = FieldsOf({"bytes"}), .group_by = {}});
  EXPECT_EQ(OfEvent(R"({"bytes": -1.5})", {0}).at(0).number, -1.5);
  EXPECT_EQ(OfEvent(R"({"bytes": ["n/a", "7"]})", {0}).at(0).number, 7);
  EXPECT_TRUE(OfEvent(R"({"bytes": "n/a"})", {0}).empty());
  Load(rule::Count{.measure = rule::Measure::kSum, .fields = FieldsOf({"path"}), .group_by = {}});
  EXPECT_EQ(OfEvent(R"({"path": "12"})", {0}).at(0).number, 12);
  EXPECT_TRUE(OfEvent(R"({"path": "twelve"})", {0}).empty());
  EXPECT_EQ(left_out_, (LeftOut{.no_key = 0, .no_value = 2}));
}

TEST_F(MatchValuesTest, PartsWithOneKeyAreOneContribution) {
  Load(rule::Sequence{.within = minutes(1),
                      .steps = {StepBy({"user"}), StepBy({"host"}, {"path"}), StepBy({"user"}),
                                StepBy({"user"}, {"bytes"})},
                      .until = StepBy({"user"})});
  const char* json = R"({"user": "a", "host": "b", "path": "p", "bytes": 3})";
  const auto apart = OfEvent(json, {0, 1, 2, 3, 4});
  ASSERT_EQ(apart.size(), 2u);
  EXPECT_EQ(apart[0].key, KeyWith({"a"}));
  EXPECT_EQ(apart[0].parts, 0b1101u);
  EXPECT_TRUE(apart[0].until);
  EXPECT_EQ(apart[0].values, std::vector<std::string>{KeyWith({"3"})});
  EXPECT_EQ(apart[1].key, KeyWith({"b"}));
  EXPECT_EQ(apart[1].parts, 0b0010u);
  EXPECT_FALSE(apart[1].until);
  EXPECT_EQ(apart[1].values, std::vector<std::string>{KeyWith({"p"})});
  EXPECT_EQ(apart[0].place.order, OrderOf(7));
  EXPECT_EQ(apart[1].place.order, OrderOf(8)) << "each is a call of its own";

  const auto joined = OfEvent(R"({"user": "A", "host": "a", "path": "p", "bytes": 3})", {1, 3});
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].parts, 0b1010u);
  EXPECT_EQ(joined[0].values, (std::vector<std::string>{KeyWith({"p"}), KeyWith({"3"})}));
  // Without the value of `distinct` it does not fit that step.
  const auto without = OfEvent(R"({"user": "a", "host": "a"})", {0, 1, 4});
  ASSERT_EQ(without.size(), 1u);
  EXPECT_EQ(without[0].parts, 1u);
  EXPECT_EQ(left_out_, (LeftOut{.no_key = 0, .no_value = 1}));
  const auto only_until = OfEvent(R"({"user": "a"})", {4});
  ASSERT_EQ(only_until.size(), 1u);
  EXPECT_EQ(only_until[0].parts, 0u);
  EXPECT_TRUE(only_until[0].until);
}

TEST_F(MatchValuesTest, AnEventThatFitsSeveralSourcesIsOneToTheirGroup) {
  Load(rule::Count{.measure = rule::Measure::kDistinct,
                   .fields = FieldsOf({"path"}),
                   .of = {StepBy({"user"}), StepBy({"host"}), StepBy({"user"})}});
  const auto out = OfEvent(R"({"user": "a", "host": "a", "path": "p"})", {0, 1, 2});
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].parts, 7u);
  EXPECT_EQ(out[0].values, std::vector<std::string>{KeyWith({"p"})});
}

TEST_F(MatchValuesTest, OneKeyHasOneOwnerWhicheverPartItIsFrom) {
  Load(rule::Unordered{.within = minutes(1),
                       .steps = {StepBy({"user", "host"}), StepBy({"host", "asset"})}});
  const auto out = OfEvent(R"({"asset": "y", "user": "x", "host": "x"})", {0, 1});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].route, "x");
  EXPECT_EQ(out[1].route, "y");
  EXPECT_EQ(values_->RouteOf(0, KeyWith({"x", "y"})), "y");
}

TEST_F(MatchValuesTest, ASingleMatchGoesToOtherRulesOnly) {
  Load({RuleOf("r", rule::SingleMatch{})});
  EXPECT_TRUE(OfEvent("{}", {0}).empty());
  Load({RuleOf("r", rule::SingleMatch{}),
        RuleOf("b", rule::Count{.of = {StepOfFirings("r", {}, {})}})});
  EXPECT_EQ(OfEvent("{}", {0}).size(), 1u);
}

TEST_F(MatchValuesTest, ADisabledRuleTakesNothing) {
  rule::Rule disabled = RuleOf("r", rule::Count{.group_by = {}});
  disabled.enabled = false;
  Load({disabled});
  EXPECT_TRUE(OfEvent("{}", {0}).empty());
  EXPECT_EQ(values_->IndexOf(IdOfRule("r")), std::nullopt);
  EXPECT_FALSE(values_->has_windows());
}

TEST_F(MatchValuesTest, RulesThatTakeSomethingAreFoundByTheirIds) {
  Load({RuleOf("alone", rule::SingleMatch{}), RuleOf("r", rule::SingleMatch{}),
        RuleOf("b", rule::Count{.of = {StepOfFirings("r", {}, {})}})});
  EXPECT_EQ(values_->IndexOf(IdOfRule("alone")), std::nullopt);
  EXPECT_EQ(values_->IndexOf(IdOfRule("r")), 1u);
  EXPECT_EQ(values_->IndexOf(IdOfRule("b")), 2u);
  EXPECT_EQ(values_->IndexOf(IdOfRule("other")), std::nullopt);
  EXPECT_TRUE(values_->has_windows());
  Load({RuleOf("alone", rule::SingleMatch{})});
  EXPECT_FALSE(values_->has_windows());
}

Firing FiringWith(std::string key) {
  Firing firing{.rule = 0, .key = std::move(key), .completion = {}, .order = OrderOf(3) + 1};
  firing.completion.time = TimeFromMs(9000);
  firing.completion.completed_by = {.time = TimeFromMs(8000), .order = 2};
  firing.completion.events = {{.place = {.time = TimeFromMs(7000), .order = 1}, .event = "first"},
                              {.place = firing.completion.completed_by, .event = "completing"},
                              {.place = {.time = TimeFromMs(9000), .order = 3}, .event = "last"}};
  return firing;
}

TEST_F(MatchValuesTest, AFiringIsToOthersWhatItsGroupIs) {
  rule::Step measured = StepOfFirings("a", {"asset"}, {2});
  measured.distinct = FieldsOf({"path", "user"});
  measured.firings_of->measured = {1, 0};
  Load({RuleOf("a", rule::Count{.group_by = FieldsOf({"user", "path", "asset"})}),
        RuleOf("b", rule::Sequence{.within = minutes(1),
                                   .steps = {StepBy({"user"}), StepOfFirings("a", {"asset"}, {2}),
                                             measured, StepOfFirings("a", {"user"}, {0})},
                                   .until = StepBy({"user"})}),
        RuleOf("c", rule::Count{.of = {StepOfFirings("b", {"user"}, {0})}}),
        RuleOf("d", rule::Count{.of = {StepOfFirings("a", {"user"}, {0})}})});
  const std::string path(300, 'p');
  const auto out = OfFiring(FiringWith(KeyWith({"ann", path, "pc"})));
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].rule, 1u);
  EXPECT_EQ(out[0].key, KeyWith({"pc"}));
  EXPECT_EQ(out[0].route, "pc");
  EXPECT_EQ(out[0].parts, 0b0110u);
  EXPECT_EQ(out[0].place, (Place{.time = TimeFromMs(9000), .order = OrderOf(3) + 1}));
  EXPECT_EQ(out[0].event, "completing");
  EXPECT_EQ(out[1].key, KeyWith({"ann"}));
  EXPECT_EQ(out[1].parts, 0b1000u);
  EXPECT_EQ(out[2].rule, 3u);

  // What an event has, a firing has too, although the value is a hash by then.
  Load({RuleOf("r",
               rule::Sequence{.within = minutes(1),
                              .steps = {StepBy({"asset"}, {"path", "user"}), StepBy({"asset"})}})});
  const auto of_event = OfEvent(R"({"asset": "pc", "user": "Ann", "path": ")" + path + "\"}", {0});
  EXPECT_EQ(of_event.at(0).values, out[0].values);
  EXPECT_EQ(of_event.at(0).key, out[0].key);
}

TEST_F(MatchValuesTest, NumbersOfAFiringAreRead) {
  rule::Step source = StepOfFirings("a", {"user"}, {0});
  source.firings_of->measured = {1};
  Load({RuleOf("a", rule::Count{.group_by = FieldsOf({"user", "bytes"})}),
        RuleOf("b", rule::Count{.measure = rule::Measure::kAverage,
                                .fields = FieldsOf({"bytes"}),
                                .of = {source}})});
  EXPECT_EQ(OfFiring(FiringWith(KeyWith({"ann", "-2.5"}))).at(0).number, -2.5);
  EXPECT_TRUE(OfFiring(FiringWith(KeyWith({"ann", "x"}))).empty());
  EXPECT_EQ(left_out_, (LeftOut{.no_key = 0, .no_value = 1}));
}

TEST_F(MatchValuesTest, AFiringWhoseKeyIsAHashTellsNothing) {
  const std::vector<std::string> fields = {"user", "path", "asset", "host", "bytes"};
  Load({RuleOf("a", rule::Count{.group_by = FieldsOf(fields)}),
        RuleOf("b", rule::Count{.of = {StepOfFirings("a", {"asset"}, {2})}})});
  EXPECT_TRUE(OfFiring(FiringWith(KeyWith(std::vector(9, std::string(120, 'x'))))).empty());
  EXPECT_EQ(left_out_, (LeftOut{.no_key = 1, .no_value = 0}));
}

TEST_F(MatchValuesTest, ADeadlineTellsTheLastOfItsEvents) {
  Load({RuleOf("a", rule::Count{.group_by = {}}),
        RuleOf("b", rule::Count{.of = {StepOfFirings("a", {}, {})}})});
  Firing firing = FiringWith("");
  firing.completion.by_deadline = true;
  EXPECT_EQ(OfFiring(firing).at(0).event, "last");
}

TEST_F(MatchValuesTest, ADeadlineBeyondTheYearsIsTheirEnd) {
  Load({RuleOf("a", rule::Count{.group_by = {}}),
        RuleOf("b", rule::Count{.of = {StepOfFirings("a", {}, {})}})});
  Firing firing = FiringWith("");
  firing.completion.time = kPlaceTimeMax + minutes(1);
  firing.completion.events.clear();
  const auto out = OfFiring(firing);
  EXPECT_EQ(out.at(0).place.time, kPlaceTimeMax);
  EXPECT_EQ(out.at(0).event, "");
}

TEST_F(MatchValuesTest, WhatIsForgedIsNotAccepted) {
  Load(rule::Sequence{.within = minutes(1),
                      .steps = {StepBy({"asset"}), StepBy({"asset"}, {"path"})}});
  const Contribution good = OfEvent(R"({"asset": "pc", "path": "p"})", {0, 1}).at(0);
  const auto accepts = [&](const auto& change) {
    Contribution changed = good;
    change(changed);
    return values_->Accepts(changed);
  };
  EXPECT_TRUE(accepts([](Contribution&) {}));
  EXPECT_FALSE(accepts([](Contribution& c) { c.rule = 1; }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.parts = 7; }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.parts = 0, c.values.clear(); }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.until = true; }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.values.clear(); }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.values.emplace_back(); }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.values[0] = std::string(65, 'v'); }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.route = "pd"; }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.key = c.route = "malformed"; }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.key = KeyWith({"pc", "pc"}); }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.place.time = kPlaceTimeMax + Duration(1); }));
  EXPECT_FALSE(accepts([](Contribution& c) { c.event.resize(kContributionEventMax + 1); }));
}

TEST_F(MatchValuesTest, TellsTheDefinitionOfARule) {
  Load(rule::Count{.group_by = {}});
  EXPECT_EQ(values_->definition(0),
            rule::DefinitionHash(values_->rules().rules[0], *TriggerSchema()));
}

}  // namespace
}  // namespace riposte::trigger
