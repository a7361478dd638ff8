#include "engine/pipeline/record_parts.h"

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace riposte::pipeline {
namespace {

template <typename Write>
std::string Object(Write write) {
  std::string out;
  json::Writer writer(out);
  writer.BeginObject();
  write(writer);
  writer.EndObject();
  return out;
}

TEST(KeyTest, AnAssetsKeyIsItsIdOfABoundedLength) {
  EXPECT_EQ(AssetKey("A1"), "A1");
  EXPECT_EQ(AssetKey(std::string(512, 'x')).size(), 512u);
  EXPECT_EQ(AssetKey(std::string(513, 'x')).size(), 512u);
}

TEST(RecordPartsTest, WhatIsNoEventHasNoOrigin) {
  EXPECT_EQ(Object([](json::Writer& writer) { WriteOrigin({}, writer); }), "{}");
  EXPECT_EQ(Object([](json::Writer& writer) {
              WriteOrigin({.topic = "edr", .partition = 3, .offset = 42, .index = 1}, writer);
            }),
            R"({"origin":{"topic":"edr","partition":3,"offset":42,"index":1}})");
}

TEST(RecordPartsTest, TextsAreCutAndActionsLeftOut) {
  EXPECT_EQ(Object([](json::Writer& writer) {
              WriteAsset({.id = "A1", .name = "WIN7", .platform = "Windows"}, 3, writer);
              WriteTexts("ids", {"e", "event"}, 3, writer);
            }),
            R"({"asset":{"id":"A1","name":"WIN","platform":"Win"},"ids":["e","eve"]})");
  const std::vector<Action> actions(3);
  const auto shown = [&](size_t actions_max) {
    const Result<json::Value> value = json::Parse(
        Object([&](json::Writer& writer) { WriteActions(actions, {}, actions_max, writer); }));
    return value->Find("actions")->as_array()->size();
  };
  EXPECT_EQ(shown(2), 2u);
  EXPECT_EQ(shown(kNoLimit), 3u);
}

TEST(RecordPartsTest, TagsAndAuthorAreOfTheWholeRecord) {
  rule::Rule rule = test::RuleFor("evil");
  rule.tags = {"t"};
  rule.author = "a";
  EXPECT_EQ(Object([&](json::Writer& writer) { WriteAuthor(rule, {}, writer); }),
            R"({"tags":["t"],"author":"a"})");
  EXPECT_EQ(Object([&](json::Writer& writer) { WriteAuthor(rule, {.text_max = 5}, writer); }),
            "{}");
}

}  // namespace
}  // namespace riposte::pipeline
