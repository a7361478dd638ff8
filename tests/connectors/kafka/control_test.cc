// The control topic of a real broker.
#include "connectors/kafka/control.h"

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using test::Broker;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Duration kTimeout{30000};

class ControlTest : public test::KafkaTest {
 protected:
  static std::unique_ptr<KafkaControl> Make(const Options& options) {
    Result<std::unique_ptr<KafkaControl>> control = KafkaControl::Create(options);
    RIPOSTE_CHECK(control.ok(), control.status().message());
    return std::move(control).value();
  }
  std::unique_ptr<KafkaControl> Complete() const {
    std::unique_ptr<KafkaControl> control = Make(MakeOptions());
    const Status status = control->WaitComplete(kTimeout);
    EXPECT_TRUE(status.ok()) << status.message();
    return control;
  }
  static void Write(KafkaControl& control, const std::string& key, const std::string& value) {
    const Status status = control.Write({.key = key, .value = value});
    EXPECT_TRUE(status.ok()) << status.message();
  }
  static std::vector<std::string> Texts(const KafkaControl& control) {
    std::vector<std::string> texts;
    for (const pipeline::ControlRecord& record : control.Read()->records) {
      texts.push_back(record.key + "=" + record.value);
    }
    return texts;
  }
  // Follows until the records are these.
  static bool Await(const KafkaControl& control, const std::vector<std::string>& expected) {
    const std::chrono::steady_clock::time_point end =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (Texts(control) != expected) {
      if (std::chrono::steady_clock::now() >= end) return false;
      std::this_thread::yield();
    }
    return true;
  }
  static bool BecomesReady(const KafkaControl& control) {
    const std::chrono::steady_clock::time_point end =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!control.Ready().ok()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      std::this_thread::yield();
    }
    return true;
  }
  std::string topic() const { return name_ + ".control"; }
  Options WithPassword(const std::string& password) const {
    Options options = MakeOptions();
    options.brokers = Broker::Get().sasl_address();
    options.properties["security.protocol"] = "SASL_PLAINTEXT";
    options.properties["sasl.mechanism"] = "PLAIN";
    options.properties["sasl.username"] = "riposte";
    options.secrets["sasl.password"] = password;
    return options;
  }
};

TEST_F(ControlTest, AnEmptyTopicIsCreatedAndReadToItsEnd) {
  const std::unique_ptr<KafkaControl> control = Complete();
  EXPECT_TRUE(control->Read()->complete);
  EXPECT_THAT(control->Read()->records, IsEmpty());
  EXPECT_TRUE(control->Ready().ok()) << control->Ready().message();
  EXPECT_THAT(topics_->ReadAll(topic()), IsEmpty());
}

TEST_F(ControlTest, EveryReaderFollowsWhatOneWrites) {
  const std::unique_ptr<KafkaControl> writer = Complete();
  const std::unique_ptr<KafkaControl> reader = Complete();
  Write(*writer, "enforcement", "off");
  Write(*writer, "arming/r1", "1");
  ASSERT_TRUE(Await(*reader, {"arming/r1=1", "enforcement=off"}));
  ASSERT_TRUE(Await(*writer, {"arming/r1=1", "enforcement=off"}));
  Write(*writer, "enforcement", "on");
  ASSERT_TRUE(Await(*reader, {"arming/r1=1", "enforcement=on"}));
  // An empty value deletes.
  Write(*writer, "arming/r1", "");
  ASSERT_TRUE(Await(*reader, {"enforcement=on"}));
  EXPECT_EQ(topics_->ReadAll(topic()).back().value, std::nullopt);
  ASSERT_NE(reader->Read()->Find("enforcement"), nullptr);
  EXPECT_EQ(reader->Read()->Find("enforcement")->value, "on");
  EXPECT_EQ(reader->Read()->Find("arming/r1"), nullptr);
}

TEST_F(ControlTest, ALateReaderHasTheLastOfEachKeyFromItsFirstSnapshotOn) {
  {
    const std::unique_ptr<KafkaControl> writer = Complete();
    for (int i = 0; i < 30; ++i) Write(*writer, fmt::format("key/{}", i % 3), std::to_string(i));
    Write(*writer, "key/1", "");
  }
  const std::unique_ptr<KafkaControl> reader = Make(MakeOptions());
  EXPECT_FALSE(reader->Read()->complete && reader->Read()->records.empty());
  ASSERT_TRUE(reader->WaitComplete(kTimeout).ok());
  EXPECT_THAT(Texts(*reader), ElementsAre("key/0=27", "key/2=29"));
}

TEST_F(ControlTest, ASnapshotStaysAsItWas) {
  const std::unique_ptr<KafkaControl> control = Complete();
  Write(*control, "k", "1");
  ASSERT_TRUE(Await(*control, {"k=1"}));
  const std::shared_ptr<const pipeline::Control::Snapshot> before = control->Read();
  Write(*control, "k", "2");
  ASSERT_TRUE(Await(*control, {"k=2"}));
  EXPECT_EQ(before->Find("k")->value, "1");
}

TEST_F(ControlTest, RecordsCarryTheBrokersTime) {
  const std::unique_ptr<KafkaControl> control = Complete();
  const Time before = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  Write(*control, "k", "1");
  const Time after = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  ASSERT_TRUE(Await(*control, {"k=1"}));
  EXPECT_GE(control->Read()->Find("k")->append_time, before);
  EXPECT_LE(control->Read()->Find("k")->append_time, after);
}

TEST_F(ControlTest, AMissingTopicThatMayNotBeCreatedIsToldAtOnce) {
  Options options = MakeOptions();
  options.create_topics = false;
  const std::unique_ptr<KafkaControl> control = Make(options);
  const Status status = control->WaitComplete(std::chrono::hours(1));
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("'" + topic() + "' does not exist"));
  EXPECT_EQ(control->Ready().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(control->Read()->complete);
}

TEST_F(ControlTest, ATopicThatForgetsIsRefused) {
  topics_->Create(topic(), 1, {{"cleanup.policy", "delete"}});
  const std::unique_ptr<KafkaControl> control = Make(MakeOptions());
  EXPECT_EQ(control->WaitComplete(std::chrono::hours(1)).code(), ErrorCode::kInvalidArgument);
}

TEST_F(ControlTest, RefusedCredentialsAreToldToReadersAndWriters) {
  const std::unique_ptr<KafkaControl> refused = Make(WithPassword("wrong"));
  const Status status = refused->Write({.key = "k", .value = "v"});
  EXPECT_EQ(refused->WaitComplete(std::chrono::hours(1)).code(), ErrorCode::kPermission);
  EXPECT_EQ(status.code(), ErrorCode::kPermission);
  EXPECT_THAT(status.message(), HasSubstr("refuses the connection"));
  const std::unique_ptr<KafkaControl> accepted = Make(WithPassword("riposte-secret"));
  EXPECT_TRUE(accepted->WaitComplete(kTimeout).ok());
}

TEST_F(ControlTest, OutlivesABrokerThatGoesAndComesBack) {
  const std::unique_ptr<KafkaControl> control = Complete();
  Write(*control, "k", "1");
  Broker::Get().Kill();
  const std::unique_ptr<KafkaControl> late = Make(MakeOptions());
  const Status status = late->Write({.key = "k", .value = "never"});
  EXPECT_EQ(status.code(), ErrorCode::kUnavailable) << status.message();
  EXPECT_THAT(status.message(), HasSubstr(Broker::Get().address()));
  EXPECT_EQ(control->Ready().code(), ErrorCode::kUnavailable);
  const Status unread = late->WaitComplete(Duration(10));
  EXPECT_EQ(unread.code(), ErrorCode::kTimeout);
  EXPECT_THAT(unread.message(), HasSubstr("'" + topic() + "' could not be read within "));
  Broker::Get().Start();
  ASSERT_TRUE(late->WaitComplete(kTimeout).ok());
  // What was told not to be written is not written later.
  Write(*late, "k", "2");
  ASSERT_TRUE(Await(*late, {"k=2"}));
  ASSERT_TRUE(Await(*control, {"k=2"}));
  // It is told a moment after the first record.
  EXPECT_TRUE(BecomesReady(*control)) << control->Ready().message();
  EXPECT_EQ(topics_->ReadAll(topic()).size(), 2u);
}

class EndingTest : public ControlTest {
 protected:
  // How long a write under way goes on after EndWithin(), the broker having gone before it began.
  std::chrono::steady_clock::duration EndUnderWay(KafkaControl& control, Duration deadline) {
    using std::chrono::steady_clock;
    Write(control, "k", "1");
    Broker::Get().Kill();
    Status status;
    std::thread writer([&] { status = control.Write({.key = "k", .value = "2"}); });
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const steady_clock::time_point begin = steady_clock::now();
    control.EndWithin(deadline);
    control.EndWithin(Duration(600'000));  // does not put it off
    writer.join();
    const steady_clock::duration took = steady_clock::now() - begin;
    EXPECT_EQ(status.code(), ErrorCode::kUncertain) << status.message();
    Broker::Get().Start();
    return took;
  }
};

TEST_F(EndingTest, AWriteUnderWayEndsWithTheProcess) {
  const std::unique_ptr<KafkaControl> control = Complete();
  EXPECT_LT(EndUnderWay(*control, Duration(100)), std::chrono::seconds(5)) << "10 s without it";
  EXPECT_EQ(control->Write({.key = "k", .value = "3"}).code(), ErrorCode::kCancelled);
}

TEST_F(EndingTest, NoWriteWaitsForABrokerThatIsGoneOnceTheProcessEnds) {
  const std::unique_ptr<KafkaControl> control = Complete();
  EXPECT_LT(EndUnderWay(*control, Duration(60'000)), std::chrono::seconds(5)) << "10 s without it";
}

// The library tells of the outage when the next record is written, and not that it is over.
TEST_F(EndingTest, AnOutageThatIsOverKeepsNothingFromBeingWritten) {
  const std::unique_ptr<KafkaControl> control = Complete();
  Write(*control, "k", "1");
  Broker::Get().Kill();
  Broker::Get().Start();
  control->EndWithin(Duration(60'000));
  Write(*control, "k", "2");
}

TEST(ControlOptionsTest, WrongOptionsAreToldAtOnce) {
  const Result<std::unique_ptr<KafkaControl>> control = KafkaControl::Create({});
  ASSERT_FALSE(control.ok());
  EXPECT_EQ(control.status().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace riposte::kafka
