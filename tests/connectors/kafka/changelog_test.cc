#include "connectors/kafka/changelog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/state/birth.h"
#include "engine/state/memory_store.h"
#include "engine/state/task_store.h"
#include "tests/connectors/kafka/broker.h"
#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;

class ChangelogTest : public test::KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (IsSkipped()) return;
    topics_->Create(topic(), 2, {{"cleanup.policy", "compact"}});
    Result<Settings> made = Settings::Make(MakeOptions());
    ASSERT_TRUE(made.ok());
    settings_ = std::make_unique<Settings>(std::move(made).value());
  }
  std::string topic() const { return name_ + ".changelog"; }
  std::unique_ptr<KafkaChangelog> Make(Duration patience = Duration(20'000)) const {
    return std::make_unique<KafkaChangelog>(
        *settings_, KafkaChangelog::Options{.topic = topic(),
                                            .partition = 1,
                                            .delete_retention = Duration(86'400'000),
                                            .patience = patience,
                                            .log = {}});
  }
  static std::string ReadFrom(KafkaChangelog& changelog, int64_t from, int64_t end) {
    std::string read;
    const Status status = changelog.Read(
        from, end,
        [&read](int64_t offset, std::string_view key, std::optional<std::string_view> value) {
          read += std::to_string(offset) + ":" + std::string(key) + "=";
          read += value ? "'" + std::string(*value) + "' " : "deleted ";
          return Status::Ok();
        });
    return status.ok() ? read : status.message();
  }

  std::unique_ptr<Settings> settings_;
};

TEST_F(ChangelogTest, WhatIsCommittedIsReadAndNothingElse) {
  const std::unique_ptr<KafkaChangelog> changelog = Make();
  Result<state::Changelog::Extent> extent = changelog->Measure();
  ASSERT_TRUE(extent.ok()) << extent.status().message();
  EXPECT_EQ(extent->first, 0);
  EXPECT_EQ(extent->end, 0);
  EXPECT_EQ(extent->delete_retention, std::chrono::hours(24));
  EXPECT_EQ(ReadFrom(*changelog, 0, 0), "");

  topics_->WriteInTransaction(topic(), 0, {{.key = "other", .value = "partition"}}, true);
  topics_->WriteInTransaction(topic(), 1, {{.key = "a", .value = "1"}, {.key = "b", .value = ""}},
                              true);
  topics_->WriteInTransaction(topic(), 1, {{.key = "a", .value = "9"}}, false);
  topics_->WriteInTransaction(topic(), 1, {{.key = "a", .value = std::nullopt}}, true);
  topics_->WriteInTransaction(topic(), 1, {{.key = "c", .value = "9"}}, false);
  extent = changelog->Measure();
  ASSERT_TRUE(extent.ok()) << extent.status().message();
  EXPECT_EQ(extent->end, 9);  // five records, four markers
  // The end is told although there is no record at it.
  const steady_clock::time_point begin = steady_clock::now();
  EXPECT_EQ(ReadFrom(*changelog, 0, 9), "0:a='1' 1:b='' 5:a=deleted ");
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_EQ(ReadFrom(*changelog, 1, 5), "1:b='' ");
  EXPECT_EQ(ReadFrom(*changelog, 6, 9), "");
}

TEST_F(ChangelogTest, WhoeverReadsMayEndIt) {
  topics_->WriteInTransaction(topic(), 1, {{.key = "a", .value = "1"}, {.key = "b", .value = "2"}},
                              true);
  int read = 0;
  const Status status =
      Make()->Read(0, 3, [&read](int64_t, std::string_view, std::optional<std::string_view>) {
        ++read;
        return Status(ErrorCode::kDamaged, "not mine");
      });
  EXPECT_EQ(status.message(), "not mine");
  EXPECT_EQ(read, 1);
}

TEST_F(ChangelogTest, BringsATaskStoreUpToDate) {
  const state::Change birth = state::BirthOf(Uuid::Random());
  std::vector<test::TopicAccess::Out> records = {{.key = birth.key, .value = birth.value}};
  for (int i = 0; i < 2000; ++i)
    records.push_back({.key = "\x02key-" + std::to_string(i % 700), .value = std::to_string(i)});
  topics_->WriteInTransaction(topic(), 1, records, true);
  state::MemoryStores stores;
  const SystemClock clock;
  const std::unique_ptr<KafkaChangelog> changelog = Make();
  const Result<std::unique_ptr<state::TaskStore>> taken =
      state::TaskStore::TakeOver("1", stores, *changelog, clock);
  ASSERT_TRUE(taken.ok()) << taken.status().message();
  EXPECT_EQ((*taken)->start().replayed, 2001);
  EXPECT_FALSE((*taken)->birth());
  EXPECT_EQ(*(*taken)->store().Get("\x02key-1"), "1401");
  EXPECT_EQ((*taken)->store().mark()->changelog_next, 2002);
}

TEST_F(ChangelogTest, WithoutATopicOrABrokerItSaysSo) {
  KafkaChangelog missing(*settings_, {.topic = "nowhere",
                                      .partition = 0,
                                      .delete_retention = {},
                                      .patience = Duration(1),
                                      .log = {}});
  EXPECT_THAT(missing.Measure().status().message(), HasSubstr("nowhere-0 cannot be asked"));
  Options options = MakeOptions();
  options.brokers = "127.0.0.1:9";
  const Result<Settings> settings = Settings::Make(options);
  ASSERT_TRUE(settings.ok());
  KafkaChangelog silent(
      *settings,
      {.topic = "t", .partition = 0, .delete_retention = {}, .patience = Duration(300), .log = {}});
  EXPECT_FALSE(silent.Measure().ok());
  const Status read = silent.Read(
      0, 5,
      [](int64_t, std::string_view, std::optional<std::string_view>) { return Status::Ok(); });
  EXPECT_FALSE(read.ok());
  EXPECT_THAT(read.message(), HasSubstr("t-0"));
}

}  // namespace
}  // namespace riposte::kafka
