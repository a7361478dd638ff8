#include "connectors/kafka/settings.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace riposte::kafka {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;

constexpr std::array kRoles = {Role::kAdmin,        Role::kGroup,         Role::kTask,
                               Role::kFlushingTask, Role::kControlReader, Role::kControlWriter};

Options Base() {
  Options options;
  options.brokers = "b1:9092,b2:9092";
  options.group = "g";
  options.inputs = {{.topic = "in", .profile = "p"}};
  return options;
}

Options WithProperty(const std::string& property, const std::string& value) {
  Options options = Base();
  options.properties[property] = value;
  return options;
}

PropertyMap For(const Options& options, Role role) {
  const Result<Settings> settings = Settings::Make(options);
  EXPECT_TRUE(settings.ok()) << settings.status().message();
  return settings.ok() ? settings->For(role) : PropertyMap();
}

Status WhyNot(const Options& options) {
  const Result<Settings> settings = Settings::Make(options);
  EXPECT_FALSE(settings.ok());
  return settings.ok() ? Status::Ok() : settings.status();
}

TEST(SettingsTest, EveryRoleHasTheBrokersAndMakesNoTopicByAccident) {
  for (const Role role : kRoles) {
    EXPECT_THAT(For(Base(), role), AllOf(Contains(Pair("bootstrap.servers", "b1:9092,b2:9092")),
                                         Contains(Pair("allow.auto.create.topics", "false")),
                                         Contains(Pair("client.id", "riposte"))));
  }
}

TEST(SettingsTest, TheGroupReadsCommittedRecordsAndCommitsNothingByItself) {
  EXPECT_THAT(
      For(Base(), Role::kGroup),
      AllOf(Contains(Pair("group.id", "g")), Contains(Pair("isolation.level", "read_committed")),
            Contains(Pair("enable.auto.commit", "false")),
            Contains(Pair("enable.auto.offset.store", "false")),
            Contains(Pair("auto.offset.reset", "error")),
            Contains(Pair("partition.assignment.strategy", "range")),
            Contains(Pair("check.crcs", "true")), Not(Contains(Key("group.instance.id")))));
  Options options = Base();
  options.instance_id = "i-1";
  EXPECT_THAT(For(options, Role::kGroup), Contains(Pair("group.instance.id", "i-1")));
  for (const Role other : {Role::kAdmin, Role::kTask, Role::kControlReader, Role::kControlWriter}) {
    EXPECT_THAT(For(options, other), Not(Contains(Key("group.instance.id"))));
    EXPECT_THAT(For(options, other), Not(Contains(Key("group.id"))));
  }
}

TEST(SettingsTest, ATaskHasItsTransactionTimeout) {
  Options options = Base();
  options.transaction_timeout = Duration(7000);
  EXPECT_THAT(For(options, Role::kTask), AllOf(Contains(Pair("transaction.timeout.ms", "7000")),
                                               Contains(Pair("message.timeout.ms", "7000"))));
  EXPECT_THAT(For(options, Role::kControlWriter), Not(Contains(Key("transaction.timeout.ms"))));
}

TEST(SettingsTest, ATaskWithoutTransactionsWritesOnceWhateverTheTimeItTakes) {
  EXPECT_THAT(
      For(Base(), Role::kFlushingTask),
      AllOf(Contains(Pair("enable.idempotence", "true")), Contains(Pair("acks", "all")),
            Contains(Pair("message.timeout.ms", "0")), Not(Contains(Key("transaction.timeout.ms"))),
            Not(Contains(Key("transactional.id")))));
}

TEST(SettingsTest, TheControlTopicIsReadFromItsBeginningAndWrittenOnce) {
  EXPECT_THAT(For(Base(), Role::kControlReader),
              AllOf(Contains(Pair("auto.offset.reset", "earliest")),
                    Contains(Pair("isolation.level", "read_committed"))));
  EXPECT_THAT(For(Base(), Role::kControlWriter), Contains(Pair("enable.idempotence", "true")));
}

TEST(SettingsTest, ReadersAreToldOfTheEndOfAPartition) {
  for (const Role role : {Role::kGroup, Role::kControlReader, Role::kChangelogReader})
    EXPECT_THAT(For(Base(), role), Contains(Pair("enable.partition.eof", "true")));
}

TEST(SettingsTest, ProducersAgreeWithJavaOnThePartitionOfAKey) {
  for (const Role role : {Role::kAdmin, Role::kTask, Role::kFlushingTask, Role::kControlWriter}) {
    EXPECT_THAT(For(Base(), role), Contains(Pair("partitioner", "murmur2_random")));
  }
}

TEST(SettingsTest, TheOperatorsValueReplacesOurDefault) {
  EXPECT_THAT(For(WithProperty("client.id", "edge-7"), Role::kTask),
              Contains(Pair("client.id", "edge-7")));
  EXPECT_THAT(For(WithProperty("fetch.max.bytes", "2097152"), Role::kGroup),
              Contains(Pair("fetch.max.bytes", "2097152")));
  EXPECT_THAT(
      For(WithProperty("compression.codec", "zstd"), Role::kTask),
      AllOf(Contains(Pair("compression.codec", "zstd")), Not(Contains(Key("compression.type")))));
  EXPECT_THAT(For(Base(), Role::kTask), Contains(Pair("compression.type", "lz4")));
}

TEST(SettingsTest, WhatDeliveryRestsOnIsNotTheOperatorsToSet) {
  for (const std::string property : {"bootstrap.servers",
                                     "group.id",
                                     "group.instance.id",
                                     "auto.offset.reset",
                                     "enable.auto.commit",
                                     "enable.auto.offset.store",
                                     "isolation.level",
                                     "transactional.id",
                                     "enable.idempotence",
                                     "acks",
                                     "retries",
                                     "message.timeout.ms",
                                     "transaction.timeout.ms",
                                     "partitioner",
                                     "partition.assignment.strategy",
                                     "check.crcs",
                                     "message.max.bytes",
                                     "allow.auto.create.topics",
                                     "queued.max.messages.kbytes",
                                     "enable.partition.eof"}) {
    SCOPED_TRACE(property);
    EXPECT_FALSE(WhyReserved(property).empty());
    const Status status = WhyNot(WithProperty(property, "1"));
    EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(
        status.message(),
        HasSubstr("'" + property + "' cannot be set: " + std::string(WhyReserved(property))));
    Options by_environment = Base();
    by_environment.secrets[property] = "1";
    EXPECT_EQ(WhyNot(by_environment).code(), ErrorCode::kInvalidArgument);
    EXPECT_EQ(WhyNot(WithProperty(property + "_file", "/dev/null")).code(),
              ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(WhyReserved("client.id").empty());
}

TEST(SettingsTest, WhatTheOperatorMaySetIsSetAndNothingOfOursGetsLost) {
  for (const std::string property : {"session.timeout.ms", "heartbeat.interval.ms", "linger.ms"}) {
    Options options = WithProperty(property, "100");
    for (const Role role : kRoles) EXPECT_THAT(For(options, role), Contains(Pair(property, "100")));
  }
}

TEST(SettingsTest, UnknownPropertiesAndWrongValuesAreNamed) {
  const Status unknown = WhyNot(WithProperty("sesion.timeout.ms", "1"));
  EXPECT_EQ(unknown.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.message(), HasSubstr("'sesion.timeout.ms' is not known to librdkafka"));
  const Status wrong = WhyNot(WithProperty("session.timeout.ms", "soon"));
  EXPECT_EQ(wrong.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(wrong.message(), HasSubstr("'session.timeout.ms'"));
  EXPECT_THAT(WhyNot(WithProperty("security.protocol", "carrier-pigeon")).message(),
              HasSubstr("'security.protocol'"));
}

TEST(SettingsTest, ASecretInTheOpenIsRefusedAndNotRepeated) {
  for (const std::string property :
       {"sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config"}) {
    EXPECT_TRUE(IsSecret(property));
    const Status status = WhyNot(WithProperty(property, "hunter2"));
    EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("'" + property + "_file'"));
    EXPECT_THAT(status.message(), Not(HasSubstr("hunter2")));
  }
  EXPECT_FALSE(IsSecret("sasl.username"));
}

TEST(SettingsTest, ASecretComesFromAFileWithoutItsLastNewline) {
  const test::TempDir folder;
  struct Case {
    std::string text, secret;
  };
  for (const Case& test : std::vector<Case>{{"hunter2", "hunter2"},
                                            {"hunter2\n", "hunter2"},
                                            {"hunter2\r\n", "hunter2"},
                                            {"hunter2\n\n", "hunter2\n"},
                                            {" hunter2 ", " hunter2 "}}) {
    const Options options = WithProperty("sasl.password_file", folder.Write("secret", test.text));
    EXPECT_THAT(For(options, Role::kTask), Contains(Pair("sasl.password", test.secret)));
  }
  const Status missing = WhyNot(WithProperty("sasl.password_file", folder.path() + "/absent"));
  EXPECT_EQ(missing.code(), ErrorCode::kIo);
  EXPECT_THAT(missing.message(), HasSubstr("/absent'"));
}

TEST(SettingsTest, ASecretComesFromTheEnvironmentAndGoesBeforeTheFile) {
  const test::TempDir folder;
  Options options = WithProperty("sasl.password_file", folder.Write("secret", "old"));
  options.secrets["sasl.password"] = "new";
  for (const Role role : kRoles) {
    EXPECT_THAT(For(options, role), Contains(Pair("sasl.password", "new")));
  }
}

TEST(SettingsTest, OptionsAreChecked) {
  struct Case {
    std::string_view message;
    void (*spoil)(Options&);
  };
  for (const Case& test : std::vector<Case>{
           {"no Kafka brokers", [](Options& o) { o.brokers.clear(); }},
           {"group has no name", [](Options& o) { o.group.clear(); }},
           {"application name is empty", [](Options& o) { o.application.clear(); }},
           {"0 partitions", [](Options& o) { o.partitions = 0; }},
           {"below 1 s", [](Options& o) { o.transaction_timeout = Duration(999); }},
           {"input topic has no name", [](Options& o) { o.inputs.push_back({}); }},
           {"windows need 'delivery: exactly_once'",
            [](Options& o) {
              o.state_tasks = true;
              o.delivery = DeliveryMode::kAtLeastOnce;
            }},
           {"'in' is listed twice", [](Options& o) { o.inputs.push_back(o.inputs[0]); }}}) {
    Options options = Base();
    test.spoil(options);
    const Status status = WhyNot(options);
    EXPECT_EQ(status.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr(std::string(test.message)));
  }
  Options least = Base();
  least.partitions = 1;
  least.transaction_timeout = Duration(1000);
  EXPECT_TRUE(Settings::Make(least).ok());
}

}  // namespace
}  // namespace riposte::kafka
