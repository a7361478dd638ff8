// `riposte state verify` through the built program, on stores that the tests write and a changelog
// on a real broker.
#include <optional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/state/birth.h"
#include "engine/state/segments.h"
#include "engine/state/state_key.h"
#include "tests/app/program.h"
#include "tests/app/task_state.h"
#include "tests/connectors/kafka/broker.h"
#include "tests/connectors/kafka/topic_access.h"

namespace riposte {
namespace {

using test::Answer;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr Time kTime = TimeFromMs(1'767'225'600'000);  // 2026-01-01
constexpr int32_t kPartition = 1;

using Changes = std::vector<state::Change>;

Changes operator+(Changes left, const Changes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class CliStateVerify : public testing::Test {
 protected:
  void SetUp() override {
    RIPOSTE_REQUIRE_BROKER();
    static int number = 0;
    prefix_ = fmt::format("verify{}.", ++number);
    topics_.emplace(test::Broker::Get().address());
    topics_->Create(topic(), kPartition + 1, {{"cleanup.policy", "compact"}});
    program_.Write("rules/window.yaml", test::WindowRuleFile());
    rules_ = test::WindowRules(program_.path() + "/rules");
  }

  Changes Birth() const { return {state::BirthOf(birth_)}; }
  // A group's first event, of that many minutes after kTime.
  Changes Window(const std::string& asset, int minute = 0) const {
    return test::WindowChanges(*rules_, {asset, "bad.exe"}, {kTime + Duration(60'000) * minute});
  }
  // What was ordered on an asset.
  Changes Ordered(std::string_view asset) const {
    Changes changes;
    state::AppendChanges({.kind = state::Kind::kOrdered, .definition = {}, .group = asset}, "kill",
                         0, changes);
    return changes;
  }
  void Commit(const Changes& changes) const {
    std::vector<test::TopicAccess::Out> records;
    for (const state::Change& change : changes)
      records.push_back({.key = change.key, .value = change.value});
    topics_->WriteInTransaction(topic(), kPartition, records, /*commit=*/true);
  }
  // A store that has applied the changelog as long as it is now.
  void Store(const std::string& name, const Changes& changes) const {
    Store(name, changes, birth_);
  }
  void Store(const std::string& name, const Changes& changes, const Uuid& birth) const {
    test::WriteStore(program_.path() + "/state/tasks", name, changes,
                     {.changelog_birth = birth,
                      .changelog_next = topics_->End(topic(), kPartition),
                      .written_at = kTime});
  }
  Answer Verify(const std::string& arguments) const {
    return program_.Run(fmt::format("state verify {} --brokers {} --set kafka.topic_prefix={}",
                                    arguments, test::Broker::Get().address(), prefix_));
  }
  std::string topic() const { return prefix_ + "changelog"; }

  const Uuid birth_ = *Uuid::Parse("3f2a0c1d-6e0c-4c1e-9c51-2f5d6a9f3c10");
  test::Program program_;
  rule::RuleSetPtr rules_;
  std::string prefix_;
  std::optional<test::TopicAccess> topics_;
};

TEST_F(CliStateVerify, AStoreThatIsAsItsChangelogIsTheSame) {
  const Changes all = Birth() + test::ClockChanges(kTime) + Window("pc-1") + Window("pc-2");
  Commit(all);
  Store("riposte.lab-1", all);
  Commit(Window("pc-2", 1) + Window("pc-3"));

  const Answer answer = Verify("state --rules rules");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, EndsWith("/state/tasks/riposte.lab-1, changelog partition 1\n"
                                   "  4 records are the same\n"
                                   "  the store is behind by 2 records\n"));
}

TEST_F(CliStateVerify, WhatDiffersIsNamed) {
  Commit(Birth() + Window("pc-1") + Window("pc-2") + Window("pc-3") + Ordered("pc-5") +
         Ordered("\xff\x01"));
  Store("riposte.lab-1", Birth() + Window("pc-1") + Window("pc-3", 1) + Window("\x1b[31mpc-4"));

  Answer answer = Verify("state --rules rules");
  EXPECT_EQ(answer.exit, 1) << answer.err;
  EXPECT_THAT(
      answer.out,
      AllOf(HasSubstr("  2 records are the same\n"),
            HasSubstr("  DIFFERENT: 3 missing, 1 extra, 1 with another value\n"),
            HasSubstr("    missing  window 'pc-2, bad.exe' of 'Many starts', "
                      "segment 0\n"),
            HasSubstr("    other    window 'pc-3, bad.exe' of"), HasSubstr("    extra    window '"),
            HasSubstr("    missing  ordered 'pc-5', segment 0\n"),
            HasSubstr("    missing  ordered 'hex:ff01', segment 0\n"), Not(HasSubstr("\x1b"))));

  answer = Verify("state --rules rules --format json");
  EXPECT_EQ(answer.exit, 1) << answer.err;
  const Result<json::Value> report = json::Parse(answer.out);
  ASSERT_TRUE(report.ok()) << answer.out;
  const json::Value& store = report->Find("stores")->as_array()->front();
  EXPECT_EQ(*store.Find("same"), json::Value(false));
  EXPECT_EQ(*store.Find("partition"), json::Value(int64_t{1}));
  EXPECT_EQ(*store.Find("unusable"), json::Value("none"));
  EXPECT_EQ(*store.Find("without_rule"), json::Value(int64_t{0}));
  EXPECT_EQ(store.Find("differences")->as_array()->size(), 5u);
}

TEST_F(CliStateVerify, AStoreOfAnotherChangelogIsNotCompared) {
  Commit(Birth());
  const Uuid other = *Uuid::Parse("3f2a0c1d-6e0c-4c1e-9c51-2f5d6a9f3c11");
  Store("riposte.lab-1", {state::BirthOf(other)}, other);
  const Answer answer = Verify("state");
  EXPECT_EQ(answer.exit, 1) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("  NOT COMPARED: it mirrors another changelog, one that was "
                                    "deleted or made anew; the engine"));
}

TEST_F(CliStateVerify, ThePartitionCanBeSaidAndRecordsOfNoRuleAreCounted) {
  const Changes all = Birth() + Window("pc-1");
  Commit(all);
  Store("copy", all);
  program_.Write("rules/window.yaml",
                 "id: 7d1b0e6a-3c55-4f0e-9a86-0d1f5a3b9c02\nname: Another\nseverity: low\n"
                 "query: 'process.name: `bad.exe`'\ntrigger: {single_match: {}}\n");
  const Answer answer = Verify("state/tasks/copy --partition 1 --rules rules");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out,
              HasSubstr("  2 records are the same\n  1 records are of no rule of these\n"));
}

}  // namespace
}  // namespace riposte
