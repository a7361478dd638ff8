#include "connectors/kafka/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace riposte::kafka {
namespace {

using testing::HasSubstr;

Options MakeOptions(std::map<std::string, std::string> properties = {}) {
  Options options;
  options.brokers = "127.0.0.1:9092";
  options.properties = std::move(properties);
  return options;
}

void ExpectRefusal(const Options& options, ErrorCode code, const std::string& text) {
  const Result<Settings> settings = Settings::Make(options);
  ASSERT_FALSE(settings.ok()) << text;
  EXPECT_EQ(settings.status().code(), code);
  EXPECT_THAT(settings.status().message(), HasSubstr(text));
}

TEST(SettingsTest, RefusesWhatDeliveryRestsOn) {
  for (const char* property :
       {"enable.auto.commit", "isolation.level", "transactional.id", "enable.idempotence", "acks",
        "partitioner", "check.crcs", "group.id", "bootstrap.servers", "auto.offset.reset"}) {
    ExpectRefusal(MakeOptions({{property, "x"}}), ErrorCode::kInvalidArgument,
                  "'" + std::string(property) + "' cannot be set");
  }
}

TEST(SettingsTest, RefusesWhatTheLibraryDoesNotKnowOrTake) {
  ExpectRefusal(MakeOptions({{"no.such.property", "1"}}), ErrorCode::kInvalidArgument,
                "'no.such.property' is not known to librdkafka");
  ExpectRefusal(MakeOptions({{"session.timeout.ms", "soon"}}), ErrorCode::kInvalidArgument,
                "'session.timeout.ms'");
  ExpectRefusal(MakeOptions({{"security.protocol", "carrier-pigeon"}}), ErrorCode::kInvalidArgument,
                "'security.protocol'");
}

TEST(SettingsTest, TakesSecretsFromFilesAndTheEnvironmentOnly) {
  const test::TempDir folder;
  const std::string path = folder.Write("password", "s3cret with blank \n");
  ExpectRefusal(MakeOptions({{"sasl.password", "s3cret"}}), ErrorCode::kInvalidArgument,
                "'sasl.password_file'");
  ExpectRefusal(MakeOptions({{"sasl.password_file", folder.path() + "/none"}}), ErrorCode::kIo,
                "cannot read the file");
  const Result<Settings> from_file = Settings::Make(MakeOptions({{"sasl.password_file", path}}));
  ASSERT_TRUE(from_file.ok()) << from_file.status().message();
  EXPECT_EQ(from_file->For(Role::kGroup).at("sasl.password"), "s3cret with blank ");
  Options options = MakeOptions();
  options.secrets = {{"sasl.password", "from-env"}};
  const Result<Settings> from_environment = Settings::Make(options);
  ASSERT_TRUE(from_environment.ok());
  EXPECT_EQ(from_environment->For(Role::kTask).at("sasl.password"), "from-env");
}

TEST(SettingsTest, RefusesOptionsThatCannotWork) {
  Options options;
  ExpectRefusal(options, ErrorCode::kInvalidArgument, "no Kafka brokers");
  options = MakeOptions();
  options.partitions = 0;
  ExpectRefusal(options, ErrorCode::kInvalidArgument, "at least 1");
  options = MakeOptions();
  options.inputs = {{.topic = "a", .profile = "p"}, {.topic = "a", .profile = "q"}};
  ExpectRefusal(options, ErrorCode::kInvalidArgument, "'a' is listed twice");
}

TEST(SettingsTest, TheOperatorOverridesDefaultsButNotWhatIsFixed) {
  Options options = MakeOptions({{"compression.codec", "zstd"}, {"fetch.max.bytes", "2000000"}});
  options.instance_id = "one";
  const Result<Settings> settings = Settings::Make(options);
  ASSERT_TRUE(settings.ok());
  const PropertyMap task = settings->For(Role::kTask);
  EXPECT_FALSE(task.contains("compression.type"));
  EXPECT_EQ(task.at("compression.codec"), "zstd");
  EXPECT_EQ(task.at("partitioner"), "murmur2_random");
  const PropertyMap group = settings->For(Role::kGroup);
  EXPECT_EQ(group.at("fetch.max.bytes"), "2000000");
  EXPECT_EQ(group.at("enable.auto.commit"), "false");
  EXPECT_EQ(group.at("auto.offset.reset"), "error");
  EXPECT_EQ(group.at("isolation.level"), "read_committed");
  EXPECT_EQ(group.at("group.instance.id"), "one");
  EXPECT_FALSE(settings->For(Role::kControlReader).contains("group.id"));
}

}  // namespace
}  // namespace riposte::kafka
