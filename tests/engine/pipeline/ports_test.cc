#include "engine/pipeline/ports.h"

#include <gtest/gtest.h>

namespace riposte::pipeline {
namespace {

TEST(PortsTest, TopicsHaveTheNamesBehindThePrefix) {
  EXPECT_EQ(OutTopicName(OutTopic::kCommands), "commands");
  EXPECT_EQ(OutTopicName(OutTopic::kAlerts), "alerts");
  EXPECT_EQ(OutTopicName(OutTopic::kAudit), "audit");
  EXPECT_EQ(OutTopicName(OutTopic::kDeadLetter), "dead-letter");
  EXPECT_EQ(OutTopicName(OutTopic::kChangelog), "changelog");
  EXPECT_EQ(OutTopicName(OutTopic::kShuffle), "shuffle");
}

TEST(PortsTest, ASnapshotFindsByTheWholeKey) {
  Control::Snapshot snapshot;
  for (const char* key : {"arming/a", "arming/b", "enforcement"})
    snapshot.records.push_back({.key = key, .value = key, .append_time = {}});
  EXPECT_EQ(snapshot.Find("arming/b")->value, "arming/b");
  EXPECT_EQ(snapshot.Find("enforcement")->value, "enforcement");
  for (const char* key : {"", "arming", "arming/c", "z"})
    EXPECT_EQ(snapshot.Find(key), nullptr) << key;
}

}  // namespace
}  // namespace riposte::pipeline
