#include "engine/pipeline/shuffle_record.h"

#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "engine/pipeline/proposal.h"
#include "engine/trigger/watermark.h"
#include "tests/engine/pipeline/contribution_fixture.h"

namespace riposte::pipeline {
namespace {

using test::ContributionTo;
using test::kShuffleTime;

constexpr Time kWatermark = kShuffleTime - std::chrono::hours(1);

class ShuffleRecordTest : public testing::Test {
 protected:
  trigger::Contribution Pair() const {
    return ContributionTo(*values_, test::kPairRule, {"pc", "ann"}, kShuffleTime);
  }
  std::string Written(trigger::Contribution contribution, std::string_view sender = "edr/3") const {
    std::string bytes;
    WriteShuffleRecord(sender,
                       {.to = 0, .watermark = kWatermark, .contribution = std::move(contribution)},
                       *values_, bytes);
    return bytes;
  }
  static std::string Tick(std::string_view sender = "edr/3") {
    std::string bytes;
    WriteTick(sender, kWatermark, bytes);
    return bytes;
  }
  ShuffleReject Read(std::string_view bytes) { return ReadShuffleRecord(bytes, *values_, record_); }

  std::shared_ptr<const trigger::MatchValues> values_ = trigger::ValuesOf(test::ShuffleRules());
  ShuffleRecord record_;
};

TEST_F(ShuffleRecordTest, AContributionIsReadAsItWasWritten) {
  const std::string bytes = Written(Pair());
  ASSERT_EQ(Read(bytes), ShuffleReject::kNone);
  EXPECT_EQ(record_.sender, "edr/3");
  EXPECT_EQ(record_.watermark, kWatermark);
  EXPECT_EQ(record_.rule, trigger::IdOfRule("pair"));
  EXPECT_EQ(record_.definition, values_->definition(test::kPairRule));
  EXPECT_EQ(record_.contribution, Pair());
}

TEST_F(ShuffleRecordTest, ATickSaysHowFarTheSenderIs) {
  const std::string bytes = Tick();
  ASSERT_EQ(Read(bytes), ShuffleReject::kNone);
  EXPECT_EQ(record_.sender, "edr/3");
  EXPECT_EQ(record_.watermark, kWatermark);
  EXPECT_FALSE(record_.contribution);
}

TEST_F(ShuffleRecordTest, AProposalIsGivenAsItIs) {
  std::string bytes;
  WriteProposalRecord("edr/3", kWatermark, "any bytes", bytes);
  ASSERT_EQ(Read(bytes), ShuffleReject::kNone);
  EXPECT_EQ(record_.sender, "edr/3");
  EXPECT_EQ(record_.watermark, kWatermark);
  EXPECT_EQ(record_.proposal, "any bytes");
  EXPECT_FALSE(record_.contribution);
  EXPECT_EQ(Read(bytes.substr(0, bytes.size() - 1)), ShuffleReject::kMalformed);
  EXPECT_EQ(Read(bytes + "?"), ShuffleReject::kMalformed);
}

TEST_F(ShuffleRecordTest, TheLargestProposalOfTheLongestNameIsARecord) {
  const std::string proposal(kProposalBytesMax, 'p');
  std::string bytes;
  WriteProposalRecord(std::string(trigger::Watermark::kNameBytesMax, 's'), kWatermark, proposal,
                      bytes);
  EXPECT_EQ(Read(bytes), ShuffleReject::kNone);
  EXPECT_EQ(record_.proposal, proposal);
}

TEST_F(ShuffleRecordTest, WhatIsWrittenComesBehindWhatIsThere) {
  std::string bytes = "before";
  WriteTick("s", kWatermark, bytes);
  EXPECT_EQ(Read(bytes.substr(6)), ShuffleReject::kNone);
  const std::string tick = bytes;
  WriteShuffleRecord("s", {.to = 0, .watermark = kWatermark, .contribution = Pair()}, *values_,
                     bytes);
  EXPECT_EQ(bytes.substr(0, tick.size()), tick);
  EXPECT_EQ(Read(bytes.substr(tick.size())), ShuffleReject::kNone);
}

TEST_F(ShuffleRecordTest, ARuleIsFoundByItsIdWhereverItStands) {
  const std::string bytes = Written(Pair());
  std::vector<rule::Rule> rules = test::ShuffleRules();
  std::swap(rules.front(), rules.back());
  values_ = trigger::ValuesOf(rules);
  ASSERT_EQ(Read(bytes), ShuffleReject::kNone);
  EXPECT_EQ(record_.contribution->rule, 3u);
}

TEST_F(ShuffleRecordTest, AnUnknownRuleIsToldFromAnUnknownDefinition) {
  const std::string bytes = Written(Pair());
  const std::string definition = values_->definition(test::kPairRule);
  std::vector<rule::Rule> rules = test::ShuffleRules();
  rules[test::kPairRule].canonical_query = "another";
  values_ = trigger::ValuesOf(rules);
  EXPECT_EQ(Read(bytes), ShuffleReject::kUnknownDefinition);
  EXPECT_EQ(record_.sender, "edr/3");
  EXPECT_EQ(record_.watermark, kWatermark);
  EXPECT_EQ(record_.rule, trigger::IdOfRule("pair"));
  EXPECT_EQ(record_.definition, definition);
  EXPECT_FALSE(record_.contribution);
  values_ = trigger::ValuesOf({rules[test::kSingleRule]});
  EXPECT_EQ(Read(bytes), ShuffleReject::kUnknownRule);
  EXPECT_EQ(record_.rule, trigger::IdOfRule("pair"));
  rules = test::ShuffleRules();
  rules[test::kPairRule].enabled = false;
  values_ = trigger::ValuesOf(rules);
  EXPECT_EQ(Read(bytes), ShuffleReject::kUnknownRule) << "it may be enabled in a moment";
}

TEST_F(ShuffleRecordTest, WhatTheDefinitionCannotHaveFoundIsTold) {
  trigger::Contribution forged = Pair();
  forged.route = "another's";
  EXPECT_EQ(Read(Written(forged)), ShuffleReject::kNoContribution);
  forged = Pair();
  forged.parts = 2;
  EXPECT_EQ(Read(Written(forged)), ShuffleReject::kNoContribution);
  EXPECT_FALSE(record_.contribution);
}

TEST_F(ShuffleRecordTest, CutAnywhereItIsMalformed) {
  for (const std::string& bytes : {Written(Pair()), Tick()}) {
    for (size_t size = 0; size < bytes.size(); ++size)
      ASSERT_EQ(Read(bytes.substr(0, size)), ShuffleReject::kMalformed) << size;
    EXPECT_EQ(Read(bytes + "x"), ShuffleReject::kMalformed);
  }
}

TEST_F(ShuffleRecordTest, AnotherVersionIsToldAsThat) {
  std::string bytes = Written(Pair());
  bytes[0] = '\x01';
  EXPECT_EQ(Read(bytes), ShuffleReject::kVersion);
  EXPECT_EQ(Read("\x03 of which nothing is known"), ShuffleReject::kVersion);
}

TEST_F(ShuffleRecordTest, AContentThatIsNoneIsMalformed) {
  std::string bytes = Tick();
  bytes.back() = '\x03';
  EXPECT_EQ(Read(bytes), ShuffleReject::kMalformed);
}

TEST_F(ShuffleRecordTest, ADefinitionIsAHash) {
  const std::string bytes = Written(Pair());
  const std::string& definition = values_->definition(test::kPairRule);
  const size_t at = bytes.find(definition);
  ASSERT_NE(at, std::string::npos);
  std::string other = bytes;
  other[at] = 'G';
  EXPECT_EQ(Read(other), ShuffleReject::kMalformed);
  std::string shorter = bytes;
  shorter.replace(at - 1, definition.size() + 1, "\x3f" + definition.substr(1));
  EXPECT_EQ(Read(shorter), ShuffleReject::kMalformed);
}

TEST_F(ShuffleRecordTest, ASendersNameIsBounded) {
  const std::string longest(trigger::Watermark::kNameBytesMax, 'n');
  EXPECT_EQ(Read(Tick(longest)), ShuffleReject::kNone);
  std::string bytes("\x02", 1);
  ByteWriter writer(bytes);
  writer.Text(longest + "n");
  writer.Signed(0);
  writer.Byte(0);
  EXPECT_EQ(Read(bytes), ShuffleReject::kMalformed);
}

TEST_F(ShuffleRecordTest, MoreBytesThanAValueHasAreNotReadAtAll) {
  std::string bytes = Tick();
  bytes.resize(kShuffleBytesMax);
  EXPECT_EQ(Read(bytes), ShuffleReject::kMalformed);
  bytes.resize(kShuffleBytesMax + 1);
  EXPECT_EQ(Read(bytes), ShuffleReject::kTooLarge);
}

// The most that any rule can find of any event.
TEST_F(ShuffleRecordTest, TheLargestContributionFits) {
  rule::Unordered most{.within = std::chrono::minutes(1)};
  for (size_t i = 0; i < trigger::kContributionPartsMax; ++i)
    most.steps.push_back(trigger::StepBy({"user", "host"}, {"path"}));
  values_ = trigger::ValuesOf({trigger::RuleOf("most", most)});
  trigger::Contribution contribution =
      ContributionTo(*values_, 0, {std::string(500, 'u'), std::string(500, 'h')}, kShuffleTime);
  contribution.parts = ~trigger::StepSet{0};
  contribution.values.assign(trigger::kContributionPartsMax,
                             std::string(trigger::kDistinctBytesMax, 'v'));
  contribution.event.assign(trigger::kContributionEventMax, 'e');
  const std::string bytes =
      Written(contribution, std::string(trigger::Watermark::kNameBytesMax, 'n'));
  EXPECT_LE(bytes.size(), kShuffleBytesMax);
  ASSERT_EQ(Read(bytes), ShuffleReject::kNone);
  EXPECT_EQ(record_.contribution, contribution);
}

TEST_F(ShuffleRecordTest, WhatIsAcceptedOfDamagedRecordsFitsTheRules) {
  std::mt19937 random(1);
  size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = i % 4 == 0 ? Tick() : Written(Pair());
    for (size_t n = 1 + random() % 3; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (Read(bytes) != ShuffleReject::kNone) continue;
    ++accepted;
    if (record_.contribution) {
      ASSERT_TRUE(values_->Accepts(*record_.contribution));
    }
  }
  EXPECT_GT(accepted, 100u) << "the watermark and the event may be anything";
}

TEST(ShuffleRejectTest, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < static_cast<size_t>(ShuffleReject::kCount); ++i)
    names.insert(ShuffleRejectName(static_cast<ShuffleReject>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(ShuffleReject::kCount));
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace riposte::pipeline
