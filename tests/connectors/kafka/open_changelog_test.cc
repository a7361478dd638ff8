#include "connectors/kafka/open_changelog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/state/birth.h"
#include "engine/state/compare.h"
#include "engine/state/memory_store.h"
#include "tests/connectors/kafka/broker.h"
#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OpenChangelogTest : public test::KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (IsSkipped()) return;
    options_ = MakeOptions();
    topics_->Create(topic(), 2, {{"cleanup.policy", "compact"}});
  }
  std::string topic() const { return options_.topic_prefix + "changelog"; }
  // One transaction.
  void Write(const std::vector<state::Change>& changes, bool commit = true) const {
    std::vector<test::TopicAccess::Out> records;
    for (const state::Change& change : changes)
      records.push_back({.key = change.key, .value = change.value});
    topics_->WriteInTransaction(topic(), 1, records, commit);
  }

  Options options_;
};

TEST_F(OpenChangelogTest, AStoreIsComparedWithWhatIsCommitted) {
  const Uuid birth = Uuid::Random();
  std::vector<state::Change> changes = {state::BirthOf(birth)};
  for (int i = 0; i < 500; ++i)
    changes.push_back({.key = "\x02key-" + std::to_string(i), .value = std::to_string(i)});
  Write(changes);
  Write({{.key = "\x02key-1", .value = "aborted"}}, /*commit=*/false);
  const int64_t mark = topics_->End(topic(), 1);
  Write({{.key = "\x02key-2", .value = "later"}});
  state::MemoryStore store;
  const auto apply = [&](const std::vector<state::Change>& wanted) {
    ASSERT_TRUE(store.Apply(wanted, {.changelog_birth = birth, .changelog_next = mark}).ok());
  };
  apply(changes);

  const Result<std::unique_ptr<state::Changelog>> changelog =
      OpenChangelog(options_, 1, Duration(20'000));
  ASSERT_TRUE(changelog.ok()) << changelog.status().message();
  Result<state::Comparison> compared = state::Compare(store, **changelog, 5);
  ASSERT_TRUE(compared.ok()) << compared.status().message();
  EXPECT_EQ(compared->same, 501u);
  EXPECT_EQ(compared->behind, 1u);
  EXPECT_EQ(compared->differences(), 0u);

  apply({{.key = "\x02key-1", .value = "aborted"}, {.key = "\x02key-3", .value = std::nullopt}});
  compared = state::Compare(store, **changelog, 5);
  ASSERT_TRUE(compared.ok()) << compared.status().message();
  using Kind = state::Difference::Kind;
  EXPECT_THAT(compared->examples,
              ElementsAre(state::Difference{.kind = Kind::kOther, .key = "\x02key-1"},
                          state::Difference{.kind = Kind::kMissing, .key = "\x02key-3"}));
}

TEST_F(OpenChangelogTest, WhatIsNotThereIsTold) {
  const Result<std::unique_ptr<state::Changelog>> changelog =
      OpenChangelog(options_, 7, Duration(2'000));
  ASSERT_TRUE(changelog.ok());
  EXPECT_THAT((*changelog)->Measure().status().message(), HasSubstr(topic() + "-7"));
  Options wrong = options_;
  wrong.properties["no.such.property"] = "1";
  EXPECT_EQ(OpenChangelog(wrong, 0, Duration(1)).status().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace riposte::kafka
