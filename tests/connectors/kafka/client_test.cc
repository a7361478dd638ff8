// Without a broker: what a client tells about itself.
#include "connectors/kafka/client.h"

#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

using testing::HasSubstr;

// A port where nobody listens.
constexpr const char* kNobody = "127.0.0.1:9";

struct LogLine {
  LogLevel level;
  std::string text;
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    options_.brokers = kNobody;
    options_.group = "g";
  }

  Result<std::unique_ptr<Client>> Make(Role role, const PropertyMap& more = {},
                                       ClientCallbacks callbacks = {}) {
    const Result<Settings> settings = Settings::Make(options_);
    EXPECT_TRUE(settings.ok()) << settings.status().message();
    const Log log = [this](LogLevel level, std::string_view code, std::string_view text) {
      const std::lock_guard<std::mutex> lock(mutex_);
      EXPECT_EQ(code, "kafka-client");
      lines_.push_back({level, std::string(text)});
    };
    return Client::Create(*settings, role, more, log, std::move(callbacks));
  }
  std::vector<LogLine> lines() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return lines_;
  }

  Options options_;

 private:
  std::mutex mutex_;
  std::vector<LogLine> lines_;
};

TEST_F(ClientTest, EachRoleMakesItsKindOfClient) {
  struct Case {
    Role role;
    rd_kafka_type_t type;
  };
  for (const Case& test :
       {Case{Role::kAdmin, RD_KAFKA_PRODUCER}, Case{Role::kGroup, RD_KAFKA_CONSUMER},
        Case{Role::kTask, RD_KAFKA_PRODUCER}, Case{Role::kControlReader, RD_KAFKA_CONSUMER},
        Case{Role::kControlWriter, RD_KAFKA_PRODUCER},
        Case{Role::kFlushingTask, RD_KAFKA_PRODUCER}}) {
    const PropertyMap more =
        test.role == Role::kTask ? PropertyMap{{"transactional.id", "t"}} : PropertyMap();
    const Result<std::unique_ptr<Client>> client = Make(test.role, more);
    ASSERT_TRUE(client.ok()) << client.status().message();
    EXPECT_EQ(rd_kafka_type((*client)->get()), test.type);
  }
}

TEST_F(ClientTest, PropertiesThatDoNotFitTogetherAreRefused) {
  options_.properties["session.timeout.ms"] = "3600000";  // max.poll.interval.ms is less
  const Result<std::unique_ptr<Client>> client = Make(Role::kGroup);
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(client.status().message(), HasSubstr("max.poll.interval.ms"));
}

TEST_F(ClientTest, AWrongPropertyOfOursIsNamed) {
  const Result<std::unique_ptr<Client>> client =
      Make(Role::kTask, {{"transactional.id", "t"}, {"message.max.bytes", "-1"}});
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(client.status().message(), HasSubstr("'message.max.bytes'"));
}

TEST_F(ClientTest, TellsWhenNoBrokerIsThere) {
  rd_kafka_resp_err_t last = RD_KAFKA_RESP_ERR_NO_ERROR;
  ClientCallbacks callbacks;
  callbacks.on_error = [&](rd_kafka_resp_err_t error, bool fatal, std::string_view) {
    EXPECT_FALSE(fatal);
    last = error;
  };
  const Result<std::unique_ptr<Client>> client = Make(Role::kAdmin, {}, std::move(callbacks));
  ASSERT_TRUE(client.ok()) << client.status().message();
  for (int i = 0; i < 100 && last != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN; ++i) {
    rd_kafka_poll((*client)->get(), 100);
  }
  EXPECT_EQ(last, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN);
  EXPECT_EQ((*client)->Refusal(), "");
  for (const LogLine& line : lines()) {
    EXPECT_LT(line.level, LogLevel::kWarning) << line.text;
  }
}

TEST_F(ClientTest, ARecordThatIsNeverWrittenIsTold) {
  std::vector<rd_kafka_resp_err_t> ends;
  ClientCallbacks callbacks;
  callbacks.on_delivery = [&](const rd_kafka_message_t& message) { ends.push_back(message.err); };
  const Result<std::unique_ptr<Client>> client =
      Make(Role::kControlWriter, {{"message.timeout.ms", "200"}}, std::move(callbacks));
  ASSERT_TRUE(client.ok()) << client.status().message();
  {
    const TopicPtr topic(rd_kafka_topic_new((*client)->get(), "t", nullptr));
    std::string value = "v";
    ASSERT_EQ(rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                               nullptr, 0, nullptr),
              0);
  }
  rd_kafka_flush((*client)->get(), 10000);
  EXPECT_THAT(ends, testing::ElementsAre(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT));
}

TEST_F(ClientTest, DestroyingAProducerDoesNotWaitForItsRecords) {
  bool told = false;
  {
    ClientCallbacks callbacks;
    callbacks.on_delivery = [&](const rd_kafka_message_t&) { told = true; };
    const Result<std::unique_ptr<Client>> client =
        Make(Role::kControlWriter, {}, std::move(callbacks));
    ASSERT_TRUE(client.ok()) << client.status().message();
    const TopicPtr topic(rd_kafka_topic_new((*client)->get(), "t", nullptr));
    std::string value = "v";
    ASSERT_EQ(rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(),
                               nullptr, 0, nullptr),
              0);
  }
  EXPECT_FALSE(told);
}

TEST_F(ClientTest, AnAbandonedClientSaysNothingMore) {
  bool told = false;
  ClientCallbacks callbacks;
  callbacks.on_error = [&](rd_kafka_resp_err_t, bool, std::string_view) { told = true; };
  Result<std::unique_ptr<Client>> client = Make(Role::kAdmin, {}, std::move(callbacks));
  ASSERT_TRUE(client.ok()) << client.status().message();
  rd_kafka_t* handle = (*client)->get();
  Client::Abandon(std::move(client).value());
  rd_kafka_poll(handle, 200);
  EXPECT_FALSE(told);
  // Still there: the process may end without waiting for it.
  EXPECT_NE(rd_kafka_name(handle), nullptr);
}

}  // namespace
}  // namespace riposte::kafka
