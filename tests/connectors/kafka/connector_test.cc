#include "connectors/kafka/connector.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/broker.h"
#include "tests/connectors/kafka/copy_worker.h"
#include "tests/connectors/kafka/topic_access.h"

namespace riposte::kafka {
namespace {

using test::Broker;
using test::CopyWorker;
using test::Isolation;
using test::TopicAccess;
using test::Written;
using testing::HasSubstr;

// One engine of the group: a connector and its worker.
struct Member {
  explicit Member(const Options& options) {
    Result<std::unique_ptr<KafkaConnector>> made = KafkaConnector::Create(options);
    EXPECT_TRUE(made.ok()) << made.status().message();
    if (made.ok()) connector = std::move(made).value();
  }
  void Start() { EXPECT_TRUE(connector->Start(worker).ok()); }
  void Stop() { connector->Stop(Duration(10000)); }
  bool AwaitReady() {
    return worker.Await([&] { return connector->Ready().ok() || worker.failure(); }) &&
           connector->Ready().ok();
  }

  CopyWorker worker;
  std::unique_ptr<KafkaConnector> connector;
};

class KafkaTest : public testing::Test {
 protected:
  void SetUp() override {
    RIPOSTE_REQUIRE_BROKER();
    static std::atomic<int> number{0};
    name_ = fmt::format("t{}", ++number);
    topics_ = std::make_unique<TopicAccess>(Broker::Get().address());
  }

  std::string input() const { return name_ + ".events"; }
  std::string commands() const { return name_ + ".commands"; }

  Options MakeOptions() const {
    Options options;
    options.brokers = Broker::Get().address();
    options.group = name_;
    options.topic_prefix = name_ + ".";
    options.inputs = {{.topic = input(), .profile = "test-profile"}};
    options.start = StartAt::kEarliest;
    options.properties = {{"session.timeout.ms", "6000"},
                          {"heartbeat.interval.ms", "500"},
                          {"topic.metadata.refresh.interval.ms", "500"}};
    options.log = [name = name_](LogLevel level, std::string_view code, std::string_view message) {
      if (level >= LogLevel::kInfo) fmt::print("[{}] {} {}\n", name, code, message);
    };
    return options;
  }

  // "partition/offset:value" of each record of the input, as the worker copies it.
  std::multiset<std::string> Expected() const {
    std::multiset<std::string> expected;
    for (const Written& record : topics_->ReadAll(input())) {
      expected.insert(fmt::format("{}/{}:{}", record.partition, record.offset,
                                  record.value.value_or("(none)")));
    }
    return expected;
  }
  std::multiset<std::string> Copied(Isolation isolation = Isolation::kCommitted) const {
    std::multiset<std::string> copied;
    for (const Written& record : topics_->ReadAll(commands(), isolation)) {
      copied.insert(record.value.value_or("(none)"));
    }
    return copied;
  }

  std::string name_;
  std::unique_ptr<TopicAccess> topics_;
};

TEST_F(KafkaTest, CopiesEachRecordOnceAndCommitsTheOffsetsWithThem) {
  topics_->Create(input(), 3);
  for (int partition = 0; partition < 3; ++partition) {
    topics_->WriteNumbers(input(), partition, partition * 1000, 500);
  }
  Member member(MakeOptions());
  member.Start();
  ASSERT_TRUE(member.worker.Await([&] { return member.worker.copied() == 1500; }));
  EXPECT_TRUE(member.AwaitReady());
  member.Stop();
  EXPECT_EQ(Copied(), Expected());
  EXPECT_EQ(topics_->Committed(name_, input(), 3), (std::vector<int64_t>{500, 500, 500}));
  EXPECT_FALSE(member.worker.failure());
  EXPECT_EQ(member.worker.seen().at(0).profile, "test-profile");
}

}  // namespace
}  // namespace riposte::kafka
