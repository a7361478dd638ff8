#include "connectors/kafka/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using pipeline::Control;
using pipeline::ControlRecord;
using test::Broker;
using testing::HasSubstr;

class ControlTest : public test::KafkaTest {
 protected:
  std::string control() const { return name_ + ".control"; }

  std::unique_ptr<KafkaControl> Open(const Options& options) const {
    Result<std::unique_ptr<KafkaControl>> made = KafkaControl::Create(options);
    EXPECT_TRUE(made.ok()) << made.status().message();
    return std::move(made).value();
  }
  std::unique_ptr<KafkaControl> Open() const { return Open(MakeOptions()); }

  // Waits until `key` reads as `value`; an empty one means that it is gone.
  static bool AwaitValue(const KafkaControl& control, const std::string& key,
                         const std::string& value) {
    test::CopyWorker clock;
    return clock.Await([&] {
      const std::shared_ptr<const Control::Snapshot> snapshot = control.Read();
      const ControlRecord* record = snapshot->Find(key);
      return snapshot->complete && (record == nullptr ? "" : record->value) == value;
    });
  }
};

TEST_F(ControlTest, CreatesTheCompactedTopicAndReadsItEmpty) {
  const std::unique_ptr<KafkaControl> control = Open();
  EXPECT_FALSE(control->Read()->complete);
  ASSERT_TRUE(control->WaitComplete(Duration(30000)).ok());
  EXPECT_TRUE(control->Read()->complete);
  EXPECT_TRUE(control->Read()->records.empty());
  EXPECT_TRUE(control->Ready().ok());
}

TEST_F(ControlTest, ReadsBackWhatItWroteAndWhatOthersWrite) {
  const std::unique_ptr<KafkaControl> control = Open();
  const std::unique_ptr<KafkaControl> other = Open();
  ASSERT_TRUE(control->WaitComplete(Duration(30000)).ok());
  ASSERT_TRUE(control->Write({.key = "enforcement", .value = R"({"on":false})"}).ok());
  ASSERT_TRUE(other->Write({.key = "arming/1", .value = R"({"hash":"a"})"}).ok());
  EXPECT_TRUE(AwaitValue(*control, "arming/1", R"({"hash":"a"})"));
  EXPECT_TRUE(AwaitValue(*other, "enforcement", R"({"on":false})"));
  EXPECT_GT(ToMs(control->Read()->Find("arming/1")->append_time), 1'000'000'000'000);
}

TEST_F(ControlTest, TheLastRecordOfAKeyHoldsAndAnEmptyOneDeletes) {
  const std::unique_ptr<KafkaControl> control = Open();
  ASSERT_TRUE(control->Write({.key = "a", .value = "1"}).ok());
  ASSERT_TRUE(control->Write({.key = "a", .value = "2"}).ok());
  ASSERT_TRUE(control->Write({.key = "b", .value = "3"}).ok());
  EXPECT_TRUE(AwaitValue(*control, "a", "2"));
  ASSERT_TRUE(control->Write({.key = "a", .value = ""}).ok());
  EXPECT_TRUE(AwaitValue(*control, "a", ""));
  EXPECT_TRUE(AwaitValue(*control, "b", "3"));
  EXPECT_EQ(topics_->ReadAll(this->control()).back().value, std::nullopt);
}

TEST_F(ControlTest, ALaterReaderSeesTheWholeTopicAtOnce) {
  const std::unique_ptr<KafkaControl> writer = Open();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(
        writer->Write({.key = "k" + std::to_string(i % 10), .value = std::to_string(i)}).ok());
  }
  const std::unique_ptr<KafkaControl> control = Open();
  ASSERT_TRUE(control->WaitComplete(Duration(30000)).ok());
  const std::shared_ptr<const Control::Snapshot> snapshot = control->Read();
  ASSERT_EQ(snapshot->records.size(), 10u);
  EXPECT_EQ(snapshot->records[0].key, "k0");
  EXPECT_EQ(snapshot->records[9].value, "49");
}

TEST_F(ControlTest, SaysWhyTheTopicIsNotRead) {
  Options options = MakeOptions();
  options.create_topics = false;
  const std::unique_ptr<KafkaControl> control = Open(options);
  const Status status = control->WaitComplete(Duration(30000));
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("'" + this->control() + "' does not exist"));
}

TEST_F(ControlTest, AWriteWithoutABrokerSaysSoAndIsNotMadeLater) {
  Options options = MakeOptions();
  options.brokers = "127.0.0.1:1";
  const std::unique_ptr<KafkaControl> control = Open(options);
  const Status written = control->Write({.key = "enforcement", .value = "{}"});
  EXPECT_EQ(written.code(), ErrorCode::kUnavailable) << written.message();
  EXPECT_THAT(written.message(), HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(control->WaitComplete(Duration(10)).code(), ErrorCode::kTimeout);
}

TEST_F(ControlTest, FollowsOverABrokersRestart) {
  const std::unique_ptr<KafkaControl> control = Open();
  ASSERT_TRUE(control->Write({.key = "a", .value = "1"}).ok());
  ASSERT_TRUE(AwaitValue(*control, "a", "1"));
  Broker::Get().Stop();
  Broker::Get().Start();
  ASSERT_TRUE(control->Write({.key = "a", .value = "2"}).ok());
  EXPECT_TRUE(AwaitValue(*control, "a", "2"));
}

}  // namespace
}  // namespace riposte::kafka
