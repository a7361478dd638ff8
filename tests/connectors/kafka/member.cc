#include "tests/connectors/kafka/member.h"

#include <atomic>
#include <cstdio>

#include <fmt/format.h>

namespace riposte::test {

Member::Member(const kafka::Options& options) {
  Result<std::unique_ptr<kafka::KafkaConnector>> made = kafka::KafkaConnector::Create(options);
  RIPOSTE_CHECK(made.ok(), made.status().message());
  connector = std::move(made).value();
}

void Member::Join() {
  Start();
  EXPECT_TRUE(worker.Await([&] { return connector->Ready().ok() || worker.failure(); }));
  EXPECT_TRUE(connector->Ready().ok()) << connector->Ready().message();
}

Status Member::AwaitFailure() {
  EXPECT_TRUE(worker.Await([&] { return worker.failure().has_value(); }));
  return worker.failure().value_or(Status::Ok());
}

void KafkaTest::SetUp() {
  RIPOSTE_REQUIRE_BROKER();
  static std::atomic<int> number{0};
  name_ = fmt::format("t{}", ++number);
  topics_ = std::make_unique<TopicAccess>(Broker::Get().address());
}

kafka::Options KafkaTest::MakeOptions() const {
  kafka::Options options;
  options.brokers = Broker::Get().address();
  options.group = name_;
  options.topic_prefix = name_ + ".";
  options.inputs = {{.topic = input(), .profile = "test-profile"}};
  options.start = kafka::StartAt::kEarliest;
  options.properties = {{"session.timeout.ms", "6000"},
                        {"heartbeat.interval.ms", "500"},
                        {"topic.metadata.refresh.interval.ms", "500"}};
  options.log = [](kafka::LogLevel level, std::string_view code, std::string_view message) {
    if (level < kafka::LogLevel::kInfo) return;
    fmt::print("  {}: {}\n", code, message);
    std::fflush(stdout);
  };
  return options;
}

void KafkaTest::KillBrokerUnder(Member& member) const {
  member.worker.Hold();
  const int32_t partitions = static_cast<int32_t>(member.worker.running());
  const auto ended = [&] {
    size_t committed = 0;
    for (int64_t offset : topics_->Committed(name_, input(), partitions)) {
      if (offset > 0) committed += static_cast<size_t>(offset);
    }
    return committed == member.worker.copied() && Copied().size() == committed;
  };
  EXPECT_TRUE(member.worker.Await(ended));
  Broker::Get().Kill();
  member.worker.GoOn();
}

std::multiset<std::string> KafkaTest::ExpectedOf(const std::string& topic) const {
  std::multiset<std::string> expected;
  for (const Written& record : topics_->ReadAll(topic)) {
    expected.insert(
        fmt::format("{}/{}:{}", record.partition, record.offset, record.value.value_or("(none)")));
  }
  return expected;
}

std::multiset<std::string> KafkaTest::Values(const std::string& topic, Isolation isolation) const {
  std::multiset<std::string> values;
  for (const Written& record : topics_->ReadAll(topic, isolation)) {
    values.insert(record.value.value_or("(none)"));
  }
  return values;
}

}  // namespace riposte::test
