#include "app/config.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;
using Variables = std::vector<std::pair<std::string, std::string>>;

// Resolves the layers; `errors` is what people would read.
struct Outcome {
  std::optional<Resolved> resolved;
  std::string errors;
};

Outcome ResolveText(const std::string& file, const Variables& environment = {},
                    const Variables& flags = {}) {
  const test::TempDir folder;
  Layers layers{.file = {}, .environment = environment, .flags = flags};
  if (!file.empty()) layers.file = folder.Write("riposte.yaml", file);
  text::Diagnostics diagnostics;
  Outcome outcome;
  outcome.resolved = Resolve(layers, diagnostics);
  outcome.errors = text::Render(diagnostics);
  for (size_t at; (at = outcome.errors.find(folder.path() + "/")) != std::string::npos;) {
    outcome.errors.erase(at, folder.path().size() + 1);
  }
  return outcome;
}

const Setting& SettingOf(const Resolved& resolved, std::string_view name) {
  for (const Setting& setting : resolved.settings) {
    if (setting.key->name == name) return setting;
  }
  RIPOSTE_CHECK(false, "no such key");
}

TEST(Config, TheLayersInTheirOrder) {
  const std::string file = "kafka:\n  group: from-file\n";
  const Variables environment = {{"RIPOSTE_KAFKA__GROUP", "from-environment"}};
  const Variables flags = {{"kafka.group", "first"}, {"kafka.group", "from-flag"}};
  struct Case {
    std::string file;
    Variables environment, flags;
    std::string value;
    Origin origin;
    std::string place;
  };
  const std::vector<Case> cases = {
      {"", {}, {}, "riposte", Origin::kDefault, ""},
      {file, {}, {}, "from-file", Origin::kFile, "riposte.yaml:2"},
      {"", environment, {}, "from-environment", Origin::kEnvironment, "RIPOSTE_KAFKA__GROUP"},
      {file, environment, {}, "from-environment", Origin::kEnvironment, "RIPOSTE_KAFKA__GROUP"},
      {"", {}, flags, "from-flag", Origin::kFlag, ""},
      {file, {}, flags, "from-flag", Origin::kFlag, ""},
      {"", environment, flags, "from-flag", Origin::kFlag, ""},
      {file, environment, flags, "from-flag", Origin::kFlag, ""},
  };
  for (const Case& test : cases) {
    const Outcome outcome = ResolveText(test.file, test.environment, test.flags);
    ASSERT_TRUE(outcome.resolved) << outcome.errors;
    const Setting& setting = SettingOf(*outcome.resolved, "kafka.group");
    EXPECT_EQ(outcome.resolved->config.kafka.group, test.value);
    EXPECT_EQ(setting.text, test.value);
    EXPECT_EQ(setting.origin, test.origin);
    EXPECT_THAT(setting.place, testing::EndsWith(test.place));
  }
}

TEST(Config, EveryTypeInTheFileAndInTheEnvironment) {
  const std::string file =
      "rules: {paths: [/a, /b], rescan_interval: 1m}\n"
      "inputs: {topics: {edr: qualys-edr, win.log: windows-nxlog}, start: earliest}\n"
      "kafka: {partitions: 12, create_topics: false}\n";
  const Variables environment = {{"RIPOSTE_RULES__PATHS", "/a,/b"},
                                 {"RIPOSTE_RULES__RESCAN_INTERVAL", "1m"},
                                 {"RIPOSTE_INPUTS__TOPICS", "edr=qualys-edr,win.log=windows-nxlog"},
                                 {"RIPOSTE_INPUTS__START", "earliest"},
                                 {"RIPOSTE_KAFKA__PARTITIONS", "12"},
                                 {"RIPOSTE_KAFKA__CREATE_TOPICS", "false"}};
  for (const Outcome& outcome : {ResolveText(file), ResolveText("", environment)}) {
    ASSERT_TRUE(outcome.resolved) << outcome.errors;
    const Config& config = outcome.resolved->config;
    EXPECT_THAT(config.rules.paths, testing::ElementsAre("/a", "/b"));
    EXPECT_EQ(config.rules.rescan_interval, std::chrono::minutes(1));
    EXPECT_EQ(config.inputs.topics, (Map{{"edr", "qualys-edr"}, {"win.log", "windows-nxlog"}}));
    EXPECT_EQ(config.inputs.start, "earliest");
    EXPECT_EQ(config.kafka.partitions, 12);
    EXPECT_FALSE(config.kafka.create_topics);
    EXPECT_EQ(config.kafka.brokers, "localhost:9092");
    EXPECT_EQ(SettingOf(*outcome.resolved, "inputs.topics").text,
              "edr=qualys-edr,win.log=windows-nxlog");
  }
}

TEST(Config, AValueOfAMapMayHoldCommas) {
  const Outcome outcome = ResolveText(
      "", {},
      {{"kafka.properties", "ssl.cipher.suites=A,B,client.rack=r1,broker.address.family=v4"}});
  ASSERT_TRUE(outcome.resolved) << outcome.errors;
  EXPECT_EQ(
      outcome.resolved->config.kafka.properties,
      (Map{{"ssl.cipher.suites", "A,B"}, {"client.rack", "r1"}, {"broker.address.family", "v4"}}));
  EXPECT_THAT(ResolveText("", {}, {{"kafka.properties", "A,B"}}).errors,
              HasSubstr("must be pairs name=value"));
}

TEST(Config, WhatIsWrongIsSaidWithItsPlace) {
  struct Case {
    std::string file;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"kafka:\n  brokrs: x\n",
       "riposte.yaml:2:3: error[config-unknown-key]: unknown key 'kafka.brokrs'\n"
       "    2 |   brokrs: x\n"
       "      |   ^^^^^^ did you mean 'kafka.brokers'?\n"},
      {"kafak: {group: a}\n",
       "riposte.yaml:1:1: error[config-unknown-key]: unknown section 'kafak'"},
      {"kafka: {partitions: 0}\n",
       "riposte.yaml:1:21: error[config-value]: kafka.partitions must be at least 1"},
      {"kafka: {partitions: many}\n", "kafka.partitions must be a whole number"},
      {"kafka: {partitions: 4x}\n", "kafka.partitions must be a whole number"},
      {"kafka: {partitions: 99999999999999999999}\n", "kafka.partitions must be a whole number"},
      {"kafka: {create_topics: yes}\n", "kafka.create_topics must be true or false"},
      {"engine: {commit_interval: 100}\n", "engine.commit_interval must be a time span"},
      {"rules: {rescan_interval: 999ms}\n", "rules.rescan_interval must be at least 1s"},
      {"inputs: {start: middle}\n", "inputs.start must be earliest or latest"},
      {"inputs: {topics: [a]}\n", "inputs.topics must be a map"},
      {"inputs: {topics: {a: [b]}}\n", "inputs.topics must be a map"},
      {"rules: {paths: /a}\n", "rules.paths must be a list"},
      {"rules: {paths: [[a]]}\n", "rules.paths must be a list"},
      {"kafka: {group: [a]}\n", "kafka.group must be a text"},
      {"kafka: a\n", "section 'kafka' must be a mapping"},
      {"- a\n", "a configuration is a mapping of sections"},
      {"kafka: {group: a}\n---\nkafka: {group: b}\n", "a configuration is one document"},
      {"kafka: {group: a, group: b}\n", "error[config-yaml]"},
      {"kafka: {group: \n", "error[config-yaml]"},
      {"kafka:\n  properties: {sasl.password: hunter2}\n", "error[config-secret]"},
      {"kafka:\n  properties: {ssl.key.pem: hunter2}\n", "error[config-secret]"},
  };
  for (const Case& test : cases) {
    const Outcome outcome = ResolveText(test.file);
    EXPECT_FALSE(outcome.resolved) << test.file;
    EXPECT_THAT(outcome.errors, HasSubstr(test.expected)) << test.file;
  }
}

TEST(Config, AllErrorsAtOnce) {
  const Outcome outcome =
      ResolveText("kafka: {brokrs: x, partitions: 0}\n", {{"RIPOSTE_KAFKA__GRUOP", "secret"}},
                  {{"log.level", "loud"}, {"log.lvl", "info"}});
  for (const char* const part :
       {"kafka.brokrs", "at least 1", "did you mean 'RIPOSTE_KAFKA__GROUP'",
        "log.level must be debug or info or warn or error", "did you mean 'log.level'"}) {
    EXPECT_THAT(outcome.errors, HasSubstr(part));
  }
  EXPECT_THAT(outcome.errors, testing::Not(HasSubstr("secret")));
}

TEST(Config, EmptyFilesAndSectionsAreFine) {
  for (const char* const file :
       {"# nothing\n", "kafka:\n", "kafka: {instance_id: }\n", "kafka: {instance_id: ''}\n"}) {
    EXPECT_TRUE(ResolveText(file).resolved) << file;
  }
  EXPECT_THAT(ResolveText("", {{"RIPOSTE_CORPUS", "/x"}, {"PATH", "/bin"}}).errors, "");
}

TEST(Config, AFileThatIsNotThereIsAnError) {
  text::Diagnostics diagnostics;
  EXPECT_FALSE(
      Resolve({.file = "/nowhere/riposte.yaml", .environment = {}, .flags = {}}, diagnostics));
  EXPECT_THAT(text::Render(diagnostics), HasSubstr("error[config-unreadable]"));
}

TEST(Config, SecretsComeFromFilesOrTheEnvironmentAndAreNotShown) {
  EXPECT_THAT(ResolveText("", {}, {{"kafka.properties", "sasl.password=hunter2"}}).errors,
              HasSubstr("a secret may not stand in the command line"));
  const Outcome outcome =
      ResolveText("", {{"RIPOSTE_KAFKA__PROPERTIES", "sasl.username=me,sasl.password=hunter2"}});
  ASSERT_TRUE(outcome.resolved) << outcome.errors;
  EXPECT_EQ(Redacted(SettingOf(*outcome.resolved, "kafka.properties")),
            "sasl.username=me,sasl.password=(redacted)");
  EXPECT_EQ(outcome.resolved->config.kafka.properties.at("sasl.password"), "hunter2");
}

TEST(Config, SecretsAreKeptApart) {
  Config config;
  config.kafka.properties = {{"sasl.password_file", "/run/password"},
                             {"sasl.password", "hunter2"},
                             {"ssl.key.location", "/etc/key.pem"},
                             {"ssl.keystore.password", "hunter3"},
                             {"sasl.username", "me"}};
  const KafkaSettings settings = SplitSecrets(config);
  EXPECT_EQ(settings.secrets,
            (Map{{"sasl.password", "hunter2"}, {"ssl.keystore.password", "hunter3"}}));
  EXPECT_EQ(settings.properties, (Map{{"sasl.password_file", "/run/password"},
                                      {"ssl.key.location", "/etc/key.pem"},
                                      {"sasl.username", "me"}}));
}

}  // namespace
}  // namespace riposte::app
