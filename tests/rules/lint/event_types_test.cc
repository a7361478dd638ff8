#include "rules/lint/event_types.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

using schema::EventType;

constexpr schema::FieldId kType{0}, kTruth{1};

schema::Condition Where(std::string key, std::vector<std::string> any_of) {
  return {.path = {.keys = {std::move(key)}}, .any_of = std::move(any_of)};
}

// The truth holds for these events; PROCESS is id 1, REGISTRY id 12 and 13, all else `otherwise`.
Types TypesOf(std::vector<schema::Condition> when,
              std::vector<schema::Alternative> otherwise = {{.constant = "OTHER"}}) {
  schema::Profile profile;
  profile.roles.fill(schema::kNoField);
  profile.roles[static_cast<size_t>(schema::Role::kEventType)] = kType;
  profile.fields.resize(2);
  schema::FieldSource& type = profile.fields[0].emplace();
  type.alternatives = {
      {.when = {Where("Channel", {"S"}), Where("Id", {"1"})}, .constant = "PROCESS"},
      {.when = {Where("Channel", {"S"}), Where("Id", {"12", "13"})}, .constant = "REGISTRY"}};
  type.alternatives.insert(type.alternatives.end(), otherwise.begin(), otherwise.end());
  profile.fields[1].emplace().alternatives = {{.when = std::move(when), .constant = "true"}};
  return TypesWhereTrue(profile, kTruth);
}

TEST(EventTypes, WhatMustHoldTells) {
  EXPECT_EQ(TypesOf({Where("Channel", {"s"}), Where("Id", {"1"})}), BitOf(EventType::kProcess));
  EXPECT_EQ(TypesOf({Where("Channel", {"S"}), Where("Id", {"13", "12"}), Where("E", {"x"})}),
            BitOf(EventType::kRegistry));
  EXPECT_EQ(TypesOf({Where("Channel", {"T"}), Where("Id", {"1"})}), BitOf(EventType::kOther));
}

TEST(EventTypes, WhatMayHoldLeavesSeveral) {
  EXPECT_EQ(TypesOf({Where("Channel", {"S"}), Where("Id", {"1", "13"})}),
            BitOf(EventType::kProcess) | BitOf(EventType::kRegistry) | BitOf(EventType::kOther));
  EXPECT_EQ(TypesOf({Where("Id", {"13"})}), BitOf(EventType::kRegistry) | BitOf(EventType::kOther));
}

// A format with two forms, of which an event has one.
TEST(EventTypes, WhatSurelyHoldsDecides) {
  EXPECT_EQ(TypesOf({Where("channel", {"S"}), Where("id", {"13"})},
                    {{.when = {Where("channel", {"S"}), Where("id", {"12", "13"})},
                      .constant = "REGISTRY"},
                     {.constant = "OTHER"}}),
            BitOf(EventType::kRegistry));
}

TEST(EventTypes, WhatIsNotKnownIsAny) {
  const schema::Alternative read{.paths = {{.keys = {"Type"}}}};
  EXPECT_EQ(TypesOf({Where("Channel", {"T"})}, {read}), kAllTypes);
  EXPECT_EQ(TypesOf({Where("Channel", {"S"}), Where("Id", {"1"})}, {read}),
            BitOf(EventType::kProcess));
  schema::Profile none;
  none.roles.fill(schema::kNoField);
  EXPECT_EQ(TypesWhereTrue(none, kTruth), 0);
}

}  // namespace
}  // namespace riposte::lint
