#include "connectors/kafka/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using testing::HasSubstr;

class TopicsTest : public test::KafkaTest {
 protected:
  // The check, repeated while a topic that was just made is not yet known everywhere.
  Result<TopicFacts> Check(const Options& options) {
    const Result<Settings> settings = Settings::Make(options);
    Result<std::unique_ptr<Client>> admin =
        Client::Create(*settings, Role::kAdmin, {}, options.log, {});
    Result<TopicFacts> facts = CheckTopics(**admin, options);
    for (int i = 0; i < 20 && !facts.ok() && facts.status().code() == ErrorCode::kUnavailable;
         ++i) {
      facts = CheckTopics(**admin, options);
    }
    return facts;
  }

  void ExpectRefusal(const Options& options, ErrorCode code, const std::string& text) {
    const Result<TopicFacts> facts = Check(options);
    ASSERT_FALSE(facts.ok());
    EXPECT_EQ(facts.status().code(), code);
    EXPECT_THAT(facts.status().message(), HasSubstr(text));
  }
};

TEST_F(TopicsTest, CreatesOursAndTellsWhatIsThere) {
  topics_->Create(input(), 3);
  topics_->Create(name_ + ".alerts", 4, {{"max.message.bytes", "200000"}});
  const Result<TopicFacts> facts = Check(MakeOptions());
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->input_partitions, 3u);
  EXPECT_EQ(facts->message_bytes_max, 200000u);
  EXPECT_EQ(facts->create_time_inputs, (std::set<std::string>{input()}));
  for (const char* topic :
       {"requests", "commands", "status", "alerts", "audit", "dead-letter", "control"}) {
    EXPECT_EQ(topics_->End(name_ + "." + topic, 0), 0) << topic;
  }
  // The second time there is nothing to create.
  EXPECT_TRUE(Check(MakeOptions()).ok());
}

TEST_F(TopicsTest, NamesAnInputTopicThatIsMissing) {
  ExpectRefusal(MakeOptions(), ErrorCode::kNotFound,
                "input topic '" + input() + "' does not exist");
}

TEST_F(TopicsTest, NamesATopicOfOursThatIsMissingAndNotToBeCreated) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.create_topics = false;
  ExpectRefusal(options, ErrorCode::kNotFound, "topics are not to be created");
}

TEST_F(TopicsTest, NamesAWrongPartitionCount) {
  topics_->Create(input(), 1);
  topics_->Create(commands(), 5);
  ExpectRefusal(MakeOptions(), ErrorCode::kInvalidArgument,
                "'" + commands() + "' has 5 partitions, the configuration says 4");
}

TEST_F(TopicsTest, NamesAWrongCleanUpPolicy) {
  topics_->Create(input(), 1);
  topics_->Create(commands(), 4, {{"cleanup.policy", "compact"}});
  ExpectRefusal(MakeOptions(), ErrorCode::kInvalidArgument, "must be delete");
}

TEST_F(TopicsTest, NamesAControlTopicThatWouldForget) {
  topics_->Create(input(), 1);
  topics_->Create(name_ + ".control", 1);
  ExpectRefusal(MakeOptions(), ErrorCode::kInvalidArgument, "must be compact");
}

TEST_F(TopicsTest, RefusesOneOfOursAsInput) {
  Options options = MakeOptions();
  options.inputs = {{.topic = commands(), .profile = "p"}};
  ExpectRefusal(options, ErrorCode::kInvalidArgument, "is one of ours");
}

TEST_F(TopicsTest, SaysWhereNobodyAnswers) {
  Options options = MakeOptions();
  options.brokers = "127.0.0.1:1";
  const Result<Settings> settings = Settings::Make(options);
  Result<std::unique_ptr<Client>> admin = Client::Create(*settings, Role::kAdmin, {}, {}, {});
  const Result<TopicFacts> facts = CheckTopics(**admin, options);
  ASSERT_FALSE(facts.ok());
  EXPECT_THAT(facts.status().message(), HasSubstr("Kafka at 127.0.0.1:1: "));
}

}  // namespace
}  // namespace riposte::kafka
