// What is checked and created on a real broker before anything is read.
#include "connectors/kafka/topics.h"

#include <mutex>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/errors.h"
#include "tests/connectors/kafka/member.h"

namespace riposte::kafka {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class TopicsTest : public test::KafkaTest {
 protected:
  static std::unique_ptr<Client> Admin(const Options& options) {
    const Result<Settings> settings = Settings::Make(options);
    RIPOSTE_CHECK(settings.ok(), settings.status().message());
    Result<std::unique_ptr<Client>> admin = Client::Create(*settings, Role::kAdmin, {}, {}, {});
    RIPOSTE_CHECK(admin.ok(), admin.status().message());
    return std::move(admin).value();
  }
  // Again while a topic that was just made is not yet known everywhere.
  static Result<TopicFacts> Check(const Options& options) {
    const std::unique_ptr<Client> admin = Admin(options);
    Result<TopicFacts> facts = CheckTopics(*admin, options);
    for (int i = 0; i < 20 && facts.status().code() == ErrorCode::kUnavailable; ++i) {
      facts = CheckTopics(*admin, options);
    }
    return facts;
  }
  static Status WhyNot(const Options& options) {
    const Result<TopicFacts> facts = Check(options);
    EXPECT_FALSE(facts.ok());
    return facts.status();
  }
  int32_t Count(const std::string& topic) const {
    const Result<std::map<std::string, int32_t>> counts =
        PartitionCounts(Admin(MakeOptions())->get(), {topic}, 10000);
    EXPECT_TRUE(counts.ok()) << counts.status().message();
    return counts.ok() ? counts->at(topic) : -1;
  }
  std::string ours(std::string_view topic) const { return name_ + "." + std::string(topic); }

  // The codes of the messages are kept.
  Options Quiet() {
    Options options = MakeOptions();
    options.log = [this](LogLevel, std::string_view code, std::string_view text) {
      messages_.push_back(fmt::format("{}: {}", code, text));
    };
    return options;
  }
  std::vector<std::string> messages_;
};

TEST_F(TopicsTest, CreatesOursAndCountsTheInputs) {
  topics_->Create(input(), 3, {{"message.timestamp.type", "LogAppendTime"}});
  topics_->Create(ours("more"), 2, {{"message.timestamp.type", "CreateTime"}});
  Options options = Quiet();
  options.partitions = 5;
  options.inputs.push_back({.topic = ours("more"), .profile = "p"});
  const Result<TopicFacts> facts = Check(options);
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->read_partitions, 5u);
  EXPECT_THAT(facts->create_time_inputs, ElementsAre(ours("more")));
  EXPECT_EQ(facts->message_bytes_max, 1'048'588u);
  EXPECT_EQ(facts->changelog_delete_retention, std::chrono::hours(24));
  for (const std::string_view topic : {"requests", "commands", "status", "alerts", "audit",
                                       "dead-letter", "shuffle", "changelog"}) {
    EXPECT_EQ(Count(ours(topic)), 5) << topic;
  }
  EXPECT_EQ(Count(ours("control")), 1);
  EXPECT_EQ(topics_->Setting(ours("control"), "cleanup.policy"), "compact");
  EXPECT_EQ(topics_->Setting(ours("control"), "segment.ms"), "3600000") << "compacted soon";
  EXPECT_EQ(topics_->Setting(ours("control"), "message.timestamp.type"), "LogAppendTime");
  EXPECT_NE(topics_->Setting(ours("alerts"), "segment.ms"), "3600000");
  EXPECT_EQ(topics_->Setting(ours("changelog"), "cleanup.policy"), "compact");
  EXPECT_EQ(topics_->Setting(ours("changelog"), "segment.ms"), "3600000");
  EXPECT_EQ(topics_->Setting(ours("changelog"), "segment.bytes"), "67108864");
  EXPECT_EQ(topics_->Setting(ours("shuffle"), "cleanup.policy"), "delete");
  EXPECT_EQ(topics_->Setting(ours("shuffle"), "message.timestamp.type"), "LogAppendTime");
  // Nine topics made, one input with its producers' time.
  EXPECT_EQ(messages_.size(), 10u);
  EXPECT_THAT(messages_, testing::Contains(
                             HasSubstr("topic-created: created topic '" + ours("control") + "'")));
  EXPECT_THAT(messages_, testing::Contains(
                             HasSubstr("topic-create-time: input topic '" + ours("more") + "'")));
  // A second time there is nothing to do.
  messages_.clear();
  ASSERT_TRUE(Check(options).ok());
  EXPECT_EQ(messages_.size(), 1u);
  EXPECT_TRUE(CheckControlTopic(*Admin(options), options).ok());
}

TEST_F(TopicsTest, AMissingInputIsNotCreated) {
  const Status status = WhyNot(MakeOptions());
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("input topic '" + input() + "' does not exist"));
  EXPECT_EQ(Count(input()), 0);
  EXPECT_EQ(Count(commands()), 0);
}

TEST_F(TopicsTest, WhereNothingMayBeCreatedItSaysWhatToCreate) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  options.create_topics = false;
  const Status status = WhyNot(options);
  EXPECT_EQ(status.code(), ErrorCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("'" + ours("requests") + "' does not exist"));
  EXPECT_THAT(status.message(), HasSubstr("with 4 partitions and cleanup.policy=delete"));
  const Status control = CheckControlTopic(*Admin(options), options);
  EXPECT_EQ(control.code(), ErrorCode::kNotFound);
  EXPECT_THAT(control.message(), HasSubstr("with 1 partitions and cleanup.policy=compact"));
  EXPECT_EQ(Count(ours("requests")), 0);
}

TEST_F(TopicsTest, AWrongNumberOfPartitionsIsRefused) {
  topics_->Create(input(), 1);
  topics_->Create(ours("alerts"), 3);
  const Status status = WhyNot(MakeOptions());
  EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("'" + ours("alerts") + "' has 3 partitions, the configuration says 4"));
}

TEST_F(TopicsTest, AWrongCleanUpPolicyIsRefused) {
  topics_->Create(input(), 1);
  topics_->Create(ours("commands"), 4, {{"cleanup.policy", "compact,delete"}});
  const Status commands = WhyNot(MakeOptions());
  EXPECT_EQ(commands.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(commands.message(), HasSubstr("it must be delete"));
  topics_->Create(ours("elsewhere.control"), 1, {{"cleanup.policy", "delete"}});
  Options options = MakeOptions();
  options.topic_prefix = ours("elsewhere.");
  const Status control = CheckControlTopic(*Admin(options), options);
  EXPECT_EQ(control.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(control.message(), HasSubstr("it must be compact: settings would be forgotten"));
}

TEST_F(TopicsTest, AChangelogWhoseRecordsExpireIsRefusedAlsoIfItIsCompacted) {
  topics_->Create(input(), 1);
  for (const std::string policy : {"delete", "compact,delete"}) {
    Options options = MakeOptions();
    options.topic_prefix = ours(policy.substr(0, 1) + ".");
    topics_->Create(options.topic_prefix + "changelog", 4, {{"cleanup.policy", policy}});
    const Status status = WhyNot(options);
    EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("changelog' has cleanup.policy=" + policy +
                                            ", it must be compact: the state of tasks would be"));
  }
}

TEST_F(TopicsTest, ACompactedShuffleAndOneOfAnotherSizeAreRefused) {
  topics_->Create(input(), 1);
  Options options = MakeOptions();
  topics_->Create(ours("shuffle"), 4, {{"cleanup.policy", "compact"}});
  EXPECT_THAT(WhyNot(options).message(), HasSubstr("shuffle' has cleanup.policy=compact, it must"));
  options.topic_prefix = ours("other.");
  topics_->Create(ours("other.shuffle"), 5);
  EXPECT_THAT(WhyNot(options).message(), HasSubstr("shuffle' has 5 partitions, the configuration"));
  options.topic_prefix = ours("third.");
  topics_->Create(ours("third.changelog"), 3, {{"cleanup.policy", "compact"}});
  EXPECT_THAT(WhyNot(options).message(), HasSubstr("changelog' has 3 partitions, the config"));
}

TEST_F(TopicsTest, WithStateTasksTheShuffleIsReadTooAndTheChangelogSaysHowLongDeletionsStay) {
  topics_->Create(input(), 3);
  topics_->Create(ours("changelog"), 4,
                  {{"cleanup.policy", "compact"}, {"delete.retention.ms", "7200000"}});
  Options options = MakeOptions();
  options.state_tasks = true;
  const Result<TopicFacts> facts = Check(options);
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->read_partitions, 7u);
  EXPECT_EQ(facts->changelog_delete_retention, std::chrono::hours(2));
}

TEST_F(TopicsTest, OneOfOursIsNoInput) {
  Options options = MakeOptions();
  options.inputs = {{.topic = ours("status"), .profile = "p"}};
  const Status status = WhyNot(options);
  EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("'" + ours("status") + "' is one of ours"));
}

TEST_F(TopicsTest, TheSmallestLimitOfTheOutputsHoldsForAll) {
  topics_->Create(input(), 1, {{"max.message.bytes", "1000"}});
  topics_->Create(ours("commands"), 4, {{"max.message.bytes", "2000000"}});
  topics_->Create(ours("audit"), 4, {{"max.message.bytes", "70000"}});
  // Not written by tasks.
  topics_->Create(ours("status"), 4, {{"max.message.bytes", "500"}});
  const Result<TopicFacts> facts = Check(MakeOptions());
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->message_bytes_max, 70000u);
}

TEST_F(TopicsTest, AnImpossibleInputNameIsTheOperatorsMistake) {
  Options options = MakeOptions();
  options.inputs = {{.topic = "no such/topic", .profile = "p"}};
  const Status status = WhyNot(options);
  EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("'no such/topic'"));
}

TEST_F(TopicsTest, WithoutABrokerItSaysWhoDoesNotAnswer) {
  Options options = MakeOptions();
  options.brokers = fmt::format("127.0.0.1:{}", test::FreePorts(1));
  const Status status = CheckTopics(*Admin(options), options).status();
  EXPECT_FALSE(status.ok());
  EXPECT_FALSE(IsPermanent(status));
  EXPECT_THAT(status.message(), HasSubstr("Kafka at " + options.brokers));
}

TEST_F(TopicsTest, RefusedCredentialsAreNotTakenForSilence) {
  Options options = MakeOptions();
  options.brokers = test::Broker::Get().sasl_address();
  options.properties["security.protocol"] = "SASL_PLAINTEXT";
  options.properties["sasl.mechanism"] = "PLAIN";
  options.properties["sasl.username"] = "riposte";
  options.secrets["sasl.password"] = "wrong";
  const Status status = WhyNot(options);
  EXPECT_EQ(status.code(), ErrorCode::kPermission);
  EXPECT_THAT(status.message(), HasSubstr("refuses the connection"));
  EXPECT_EQ(CheckControlTopic(*Admin(options), options).code(), ErrorCode::kPermission);
}

TEST(OutTopicsTest, AreNamedByThePrefix) {
  Options options;
  options.topic_prefix = "edr.";
  EXPECT_THAT(OutTopics(options), ElementsAre("edr.commands", "edr.alerts", "edr.audit",
                                              "edr.dead-letter", "edr.changelog", "edr.shuffle"));
}

}  // namespace
}  // namespace riposte::kafka
