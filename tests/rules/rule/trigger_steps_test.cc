#include "rules/rule/trigger_steps.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::UnexpectedOfTrigger;

constexpr char kOther[] = "{query: 'type: FILE'}";

// A sequence with `settings` besides its span.
std::string Wrong(const std::string& settings, std::string_view codes) {
  return UnexpectedOfTrigger("{sequence: {within: 5m, " + settings + "}}", codes);
}
// A sequence whose first step is `step`.
std::string WrongStep(const std::string& step, std::string_view codes) {
  return Wrong("steps: [" + step + ", " + kOther + "]", codes);
}

std::vector<schema::FieldId> Fields(const std::vector<std::string_view>& names) {
  std::vector<schema::FieldId> fields;
  fields.reserve(names.size());
  for (const std::string_view name : names)
    fields.push_back(test::ShippedSchema()->catalogue.Find(name));
  return fields;
}

TEST(ReadSteps, EverythingThatTheySay) {
  const test::Loaded loaded = test::LoadTrigger(
      "\n"
      "  sequence:\n"
      "    within: 5m\n"
      "    by: [asset.id, process.pid]\n"
      "    steps:\n"
      "    - name: drop\n"
      "      query: |\n"
      "        type: FILE\n"
      "          and file.name: `a.exe`\n"
      "      at_least: 3\n"
      "      distinct: file.fullPath\n"
      "    - absent: 'type: NETWORK'\n"
      "    - query: 'type: PROCESS'\n"
      "      by: [asset.id, parent.pid]\n"
      "    until:\n"
      "      query: 'type: REGISTRY'\n"
      "      by: [asset.id, parent.pid]\n");
  const Rule& rule = loaded.rule();
  const Sequence& sequence = std::get<Sequence>(rule.trigger);
  ASSERT_EQ(sequence.steps.size(), 3u);
  const Step& drop = sequence.steps[0];
  EXPECT_EQ(drop.name, "drop");
  EXPECT_EQ(drop.query_text, "type: FILE\n  and file.name: `a.exe`");
  EXPECT_FALSE(drop.canonical_query.empty());
  EXPECT_FALSE(drop.absent);
  EXPECT_EQ(drop.by, Fields({"asset.id", "process.pid"}));
  EXPECT_EQ(drop.at_least, 3);
  EXPECT_EQ(drop.distinct, Fields({"file.fullPath"}));
  EXPECT_EQ(rule.source->Locate(drop.span.begin).line, 11u);
  EXPECT_EQ(rule.source->bytes().substr(drop.query_span.begin, 10), "type: FILE");
  // A node of the query leads to its place in the file.
  const text::Span clause = drop.query_in_file->ToSource(drop.query.node(query::NodeId{1}).span);
  EXPECT_EQ(rule.source->bytes().substr(clause.begin, clause.end - clause.begin),
            "file.name: `a.exe`");
  EXPECT_EQ(sequence.steps[1].name, "step 2");
  EXPECT_TRUE(sequence.steps[1].absent);
  EXPECT_EQ(sequence.steps[1].by, Fields({"asset.id", "process.pid"}));
  EXPECT_EQ(sequence.steps[2].name, "step 3");
  EXPECT_EQ(sequence.steps[2].by, Fields({"asset.id", "parent.pid"}));
  EXPECT_EQ(sequence.steps[2].at_least, 1);
  ASSERT_TRUE(sequence.until.has_value());
  EXPECT_EQ(sequence.until->query_text, "type: REGISTRY");
  EXPECT_EQ(sequence.until->by, Fields({"asset.id", "parent.pid"}));
}

TEST(ReadSteps, UntilIsAQueryOrHasOne) {
  const std::string steps = "steps: [" + std::string(kOther) + ", " + kOther + "], ";
  EXPECT_EQ(Wrong(steps + "until: 'type: REGISTRY'", ""), "");
  EXPECT_EQ(Wrong(steps + "until: {query: 'type: REGISTRY'}", ""), "");
  EXPECT_EQ(Wrong(steps + "until: ^{^x: 1}", "missing-key unknown-key"), "");
  EXPECT_EQ(Wrong(steps + "until: ^[]", "wrong-type"), "");
  EXPECT_EQ(Wrong(steps + "until: '^typ: FILE'", "unknown-token"), "");
  EXPECT_EQ(Wrong(steps + "until: {query: 'type: FILE', by: ^[]}", "by-mismatch"), "");
}

TEST(ReadSteps, AStepHasOneQuery) {
  EXPECT_EQ(WrongStep("^{name: a}", "missing-key"), "");
  EXPECT_EQ(WrongStep("{query: 'type: FILE', ^absent: 'type: PROCESS'}", "two-queries"), "");
  EXPECT_EQ(WrongStep("{query: '^typ: FILE'}", "unknown-token"), "");
  EXPECT_EQ(WrongStep("{query: ^[]}", "wrong-type"), "");
  EXPECT_EQ(WrongStep("{query:^ }", "empty-value"), "");
  EXPECT_EQ(WrongStep("{query: ^'type: FILE\n\n    and type: PROCESS'}", "folded-query"), "");
  EXPECT_EQ(WrongStep("^x", "wrong-type"), "");
  EXPECT_EQ(WrongStep("{query: 'type: FILE', ^at_leats: 3}", "unknown-key"), "");
}

TEST(ReadSteps, Names) {
  const auto named = [](const std::string& name) {
    return "{query: 'type: FILE', name: " + name + "}";
  };
  EXPECT_EQ(WrongStep(named(std::string(200, 'x')), ""), "");
  EXPECT_EQ(WrongStep(named("^" + std::string(201, 'x')), "bad-name"), "");
  EXPECT_EQ(WrongStep(named("^\"a\\nb\""), "bad-name"), "");
  EXPECT_EQ(WrongStep(named("^' '"), "empty-value"), "");
  EXPECT_EQ(WrongStep("{query: 'type: FILE', name:^ }", "empty-value"), "");
  EXPECT_EQ(WrongStep(named("a") + ", " + named("^a"), "duplicate-step"), "");
  // The second one has a name without writing it.
  EXPECT_EQ(WrongStep(named("step 2") + ", ^" + kOther, "duplicate-step"), "");
}

TEST(ReadSteps, NumbersOfAStep) {
  const auto with = [](const std::string& setting) {
    return "{query: 'type: FILE', " + setting + "}";
  };
  EXPECT_EQ(WrongStep(with("at_least: 99"), ""), "");
  EXPECT_EQ(WrongStep(with("at_least: ^0"), "count-out-of-range"), "");
  EXPECT_EQ(WrongStep(with("at_least: ^101"), "count-out-of-range"), "");
  EXPECT_EQ(WrongStep(with("distinct: ^asset.tags"), "grouped-by-object"), "");
  EXPECT_EQ(Wrong("steps: [" + std::string(kOther) +
                      ", {absent: 'type: FILE', ^at_least: 2, ^distinct: type}]",
                  "absent-setting absent-setting"),
            "");
}

TEST(ReadSteps, AreNotTooMany) {
  const auto steps = [](size_t count, size_t mark, const std::string& at_least) {
    std::string text = "steps: ";
    text += mark == 0 ? "^[" : "[";
    for (size_t i = 1; i <= count; ++i) {
      text += (i == 1 ? "" : ", ");
      text += (i == mark ? "^{" : "{");
      text += "query: 'type: FILE', at_least: " + at_least + "}";
    }
    return text + "]";
  };
  constexpr size_t kNone = 99;
  EXPECT_EQ(Wrong(steps(16, kNone, "1"), ""), "");
  EXPECT_EQ(Wrong(steps(17, 17, "1"), "too-many-steps"), "");
  EXPECT_EQ(Wrong(steps(10, kNone, "10"), ""), "");
  EXPECT_EQ(Wrong(steps(11, 0, "10"), "too-many-steps"), "");
}

TEST(ReadSteps, ByOfAllStepsFits) {
  const auto steps = [](const std::string& first, const std::string& second) {
    return "steps: [{query: 'type: FILE'" + first + "}, {query: 'type: FILE'" + second + "}]";
  };
  // Each has its own, and the sequence none.
  EXPECT_EQ(Wrong(steps(", by: [asset.id, file.name]", ", by: [asset.id, process.name]"), ""), "");
  EXPECT_EQ(Wrong(steps(", by: [file.name]", ", by: ^[asset.id, process.name]"), "by-mismatch"),
            "");
  // The default has one.
  EXPECT_EQ(Wrong(steps("", ", by: ^[asset.id, process.name]"), "by-mismatch"), "");
  EXPECT_EQ(Wrong(steps(", by: [process.name]", ""), ""), "");
  EXPECT_EQ(Wrong("by: [], " + steps("", ""), ""), "");
  EXPECT_EQ(Wrong("by: [type, asset.id], " + steps("", ", by: ^[type]"), "by-mismatch"), "");
  EXPECT_EQ(Wrong("by: [^asset.idd], " + steps("", ", by: [type]"), "unknown-token"), "");
  EXPECT_EQ(Wrong(steps("", ", by: [^asset.idd, type]"), "unknown-token"), "");
  // A number and a text never equal; texts and keywords do.
  EXPECT_EQ(Wrong(steps(", by: [process.pid]", ", by: ^[process.name]"), "by-mismatch"), "");
  EXPECT_EQ(Wrong(steps(", by: [asset.id]", ", by: [asset.hostName]"), ""), "");
}

TEST(ReadSteps, AreAList) {
  EXPECT_EQ(UnexpectedOfTrigger("{^sequence: {within: 5m}}", "missing-key"), "");
  EXPECT_EQ(Wrong("steps: ^[]", "empty-value"), "");
  EXPECT_EQ(Wrong("steps: ^{}", "wrong-type"), "");
}

}  // namespace
}  // namespace riposte::rule
