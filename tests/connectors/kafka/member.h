// One engine of a consumer group, and a test with topics of its own on the real broker.
#pragma once

#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "connectors/kafka/connector.h"
#include "tests/connectors/kafka/broker.h"
#include "tests/connectors/kafka/copy_worker.h"
#include "tests/connectors/kafka/topic_access.h"

namespace riposte::test {

struct Member {
  explicit Member(const kafka::Options& options);

  void Start() { EXPECT_TRUE(connector->Start(worker).ok()); }
  void Stop() { connector->Stop(Duration(10000)); }
  // Start() and until the group is joined.
  void Join();
  bool AwaitCopied(size_t records) {
    return worker.Await([&] { return worker.copied() >= records; });
  }
  // Waits for the failure and returns it; ok if none came.
  Status AwaitFailure();

  CopyWorker worker;
  std::unique_ptr<kafka::KafkaConnector> connector;
};

class KafkaTest : public testing::Test {
 protected:
  void SetUp() override;

  std::string input() const { return name_ + ".events"; }
  std::string commands() const { return name_ + ".commands"; }
  std::string shuffle() const { return name_ + ".shuffle"; }
  kafka::Options MakeOptions() const;
  // Between two transactions of `member`, all of which have ended everywhere: what is decided but
  // not yet written does not survive the restart of Kafka's only node (docs/reliability.md). Its
  // next commit meets no broker. unavailable.sh kills the broker under open transactions.
  void KillBrokerUnder(Member& member) const;

  // "partition/offset:value" of each record of the topic, as the worker copies it.
  std::multiset<std::string> ExpectedOf(const std::string& topic) const;
  std::multiset<std::string> Expected() const { return ExpectedOf(input()); }
  // The copies of inputs, and those of the shuffle.
  std::multiset<std::string> Copied(Isolation isolation = Isolation::kCommitted) const {
    return Values(commands(), isolation);
  }
  std::multiset<std::string> CopiedOfShuffle() const {
    return Values(name_ + ".alerts", Isolation::kCommitted);
  }

  std::multiset<std::string> Values(const std::string& topic, Isolation isolation) const;

  std::string name_;  // prefix of all topics, and the group
  std::unique_ptr<TopicAccess> topics_;
};

}  // namespace riposte::test
