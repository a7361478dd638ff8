#include "engine/trigger/suppress_keys.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/trigger/group_key.h"
#include "tests/engine/trigger/trigger_rules.h"

namespace riposte::trigger {
namespace {

using std::chrono::hours;

class SuppressKeysTest : public testing::Test {
 protected:
  // One rule, whose alerts are told apart by these fields.
  void Load(rule::Trigger trigger, const std::vector<std::string>& by, Duration span = hours(1)) {
    rule::Rule rule = RuleOf("r", std::move(trigger));
    rule.suppress = rule::Suppress{.by = FieldsOf(by), .span = span};
    Load(std::move(rule));
  }
  void Load(rule::Rule rule) {
    rule::RuleSet set;
    set.schema = TriggerSchema();
    set.rules.push_back(std::move(rule));
    keys_.emplace(std::make_shared<const rule::RuleSet>(std::move(set)));
  }
  std::optional<std::string> OfMatch(const char* json) {
    return keys_->OfMatch(0, decoder_.Decode(json));
  }
  std::optional<std::string> OfWindow(const std::vector<std::string>& group,
                                      std::string_view asset_id) {
    return keys_->OfWindow(0, KeyWith(group), asset_id);
  }

  std::optional<SuppressKeys> keys_;
  TriggerDecoder decoder_;
};

TEST_F(SuppressKeysTest, AMatchIsToldByItsEvent) {
  Load(rule::SingleMatch{}, {"asset", "path"});
  const auto key = OfMatch(R"({"asset": "PC", "path": "C:\\A"})");
  EXPECT_EQ(key, KeyWith({"pc", "c:\\a"}));
  EXPECT_EQ(OfMatch(R"({"asset": "pc", "path": "c:\\a"})"), key) << "as comparisons see it";
  EXPECT_NE(OfMatch(R"({"asset": "pc", "path": "c:\\b"})"), key);
  EXPECT_EQ(OfMatch(R"({"asset": "PC"})"), std::nullopt);
}

TEST_F(SuppressKeysTest, AWindowIsToldByItsGroup) {
  Load(rule::Count{.group_by = FieldsOf({"user", "host", "asset"})}, {"host", "user"});
  EXPECT_EQ(OfWindow({"ann", "h", "pc"}, "PC"), KeyWith({"h", "ann"}));
  EXPECT_EQ(OfWindow({"ann", "h", "pc"}, ""), KeyWith({"h", "ann"}));
  EXPECT_EQ(OfWindow({"ann", "h"}, ""), std::nullopt) << "a key of another group";
}

TEST_F(SuppressKeysTest, AWindowIsToldByTheAssetOfItsAlert) {
  Load(rule::Count{.group_by = FieldsOf({"user"})}, {"asset"});
  EXPECT_EQ(OfWindow({"ann"}, "PC-Ä"), KeyWith({"pc-ä"})) << "folded as in a group";
  EXPECT_EQ(OfWindow({"ann"}, ""), std::nullopt);
}

TEST_F(SuppressKeysTest, WhatDiffersBetweenTheEventsOfAWindowTellsNothing) {
  Load(rule::Count{.group_by = FieldsOf({"user"})}, {"user", "path"});
  EXPECT_EQ(OfWindow({"ann"}, "pc"), std::nullopt);
  const rule::Sequence sequence{.steps = {StepBy({"user", "asset"}), StepBy({"host", "asset"})}};
  Load(sequence, {"user"});
  EXPECT_EQ(OfWindow({"ann", "pc"}, "pc"), std::nullopt) << "of the first step only";
  Load(sequence, {"asset"});
  EXPECT_EQ(OfWindow({"ann", "pc"}, ""), KeyWith({"pc"})) << "of each step";
}

TEST_F(SuppressKeysTest, AGroupThatIsAHashTellsNothingButItsAsset) {
  const std::string hashed = KeyWith(std::vector<std::string>(10, std::string(128, 'x')));
  ASSERT_TRUE(IsHash(hashed));
  const rule::Count count{.group_by = FieldsOf({"user", "asset"})};
  Load(count, {"user"});
  EXPECT_EQ(keys_->OfWindow(0, hashed, "pc"), std::nullopt);
  Load(count, {"asset"});
  EXPECT_EQ(keys_->OfWindow(0, hashed, "pc"), KeyWith({"pc"}));
}

TEST_F(SuppressKeysTest, AKeyIsSmall) {
  Load(rule::SingleMatch{}, {"path"});
  // A length stands before the value; a long value is a hash itself.
  for (const size_t size : {1u, 63u, 64u, 1000u}) {
    const std::string json = R"({"path": ")" + std::string(size, 'x') + R"("})";
    const auto key = OfMatch(json.c_str());
    ASSERT_TRUE(key);
    EXPECT_LE(key->size(), kSuppressKeyBytesMax);
    EXPECT_EQ(IsHash(*key), size == 64) << size;
    EXPECT_TRUE(keys_->IsKey(0, *key));
  }
  EXPECT_FALSE(keys_->IsKey(0, KeyWith({"a", "b"})));
  EXPECT_FALSE(keys_->IsKey(0, std::string(65, '\x01')));
}

TEST_F(SuppressKeysTest, WithoutFieldsAllAlertsAreOfOneKey) {
  Load(rule::Count{.group_by = FieldsOf({"user"})}, {});
  EXPECT_EQ(OfWindow({"ann"}, ""), OfWindow({"bob"}, "pc"));
  EXPECT_EQ(OfWindow({"ann"}, ""), "");
}

TEST_F(SuppressKeysTest, TheIdentityIsOfWhatIsKept) {
  const auto definition = [this](rule::Trigger trigger, const std::vector<std::string>& by,
                                 Duration span) {
    Load(std::move(trigger), by, span);
    return keys_->definition(0);
  };
  const std::string base = definition(rule::SingleMatch{}, {"asset"}, hours(1));
  EXPECT_EQ(definition(rule::Count{.group_by = {}}, {"asset"}, hours(1)), base);
  EXPECT_NE(definition(rule::SingleMatch{}, {"asset"}, hours(2)), base);
  EXPECT_NE(definition(rule::SingleMatch{}, {"user"}, hours(1)), base);
  EXPECT_NE(definition(rule::SingleMatch{}, {"asset", "user"}, hours(1)), base);
}

TEST_F(SuppressKeysTest, ARuleThatIsOffOrSilencesNothingHasNone) {
  rule::Rule rule = RuleOf("r", rule::SingleMatch{});
  Load(rule);
  EXPECT_FALSE(keys_->Has(0));
  rule.suppress = rule::Suppress{};
  Load(rule);
  EXPECT_TRUE(keys_->Has(0));
  rule.enabled = false;
  Load(rule);
  EXPECT_FALSE(keys_->Has(0));
}

}  // namespace
}  // namespace riposte::trigger
