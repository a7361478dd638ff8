// Which of a profile's alternatives count for an event.
#include "engine/match/look_ups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/event/decode.h"
#include "tests/support/schema_builder.h"

namespace riposte::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LookUpsTest : public testing::Test {
 protected:
  LookUps Of(const std::string& json) {
    const std::shared_ptr<const event::Plan> plan =
        event::Plan::Compile(builder_.schema(), builder_.profile(), std::vector{field_});
    event::Decoder decoder;
    EXPECT_EQ(decoder.Decode(*plan, json), event::Reject::kNone);
    return LookUpsOf(decoder.event(), field_);
  }
  static schema::Alternative When(schema::Alternative alternative, const char* path,
                                  std::vector<std::string> any_of) {
    alternative.when.push_back({.path = test::PathOf(path), .any_of = std::move(any_of)});
    return alternative;
  }

  test::SchemaBuilder builder_;
  schema::FieldId field_{};
};

TEST_F(LookUpsTest, PlacesWithoutConditionsCountAlways) {
  schema::Alternative joined{.paths = {test::PathOf("c"), test::PathOf("d.e")}};
  field_ = builder_.Field("f", schema::FieldType::kText,
                          {test::At("a.b"), joined, {.constant = "none"}, test::At("a.b")});
  const LookUps look_ups = Of("{}");
  EXPECT_THAT(look_ups.places, ElementsAre("a.b", "c + d.e", "\"none\""));
  EXPECT_EQ(look_ups.for_others, 0u);
}

TEST_F(LookUpsTest, ConditionsAreThoseOfTheEvent) {
  field_ = builder_.Field("f", schema::FieldType::kNumber,
                          {When(test::At("process.pid"), "type", {"PROCESS"}),
                           When(test::At("actor.pid"), "type", {"FILE", "MUTEX"}),
                           When(When(test::At("other"), "type", {"FILE"}), "kind", {"x"})});
  EXPECT_THAT(Of(R"({"type":"process"})").places, ElementsAre("process.pid"));
  EXPECT_THAT(Of(R"({"type":"MUTEX"})").places, ElementsAre("actor.pid"));
  EXPECT_THAT(Of(R"({"type":"FILE","kind":"X"})").places, ElementsAre("actor.pid", "other"));
  EXPECT_EQ(Of(R"({"type":"FILE"})").for_others, 2u);
  EXPECT_THAT(Of("{}").places, IsEmpty());
  EXPECT_EQ(Of("{}").for_others, 3u);
}

}  // namespace
}  // namespace riposte::match
