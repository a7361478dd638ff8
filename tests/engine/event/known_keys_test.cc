#include "engine/event/known_keys.h"

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

class KnownKeysTest : public testing::Test {
 protected:
  KnownKeysTest() {
    schema_.Field("a", FieldType::kText, "a");
    plan_ = MakePlan();
    keys_.Begin(*plan_);
  }

  std::unique_ptr<const CompiledPlan> MakePlan() const {
    return std::make_unique<const CompiledPlan>(schema_.schema(), schema_.profile(),
                                                UsedAlways(schema_.AllFields()));
  }
  KeyId Find(KnownKeys::Place place, std::string_view text, PathId path = kNoPath) {
    return keys_.Find(place, path, text, plan_->HashKey(text));
  }
  // From a buffer with nothing behind the key, and from one with other bytes there.
  KeyId Guess(KeyId last, bool is_first, KnownKeys::Place place, std::string_view text) {
    const std::string longer = std::string(text) + std::string(40, '"');
    const char* const at = longer.data();
    const KeyId guess = keys_.Guess(last, is_first, place, at, text.size(), at + longer.size());
    // A guess that was the second one has become the first.
    EXPECT_EQ(keys_.Guess(last, is_first, place, at, text.size(), at + text.size()), guess);
    return guess;
  }

  test::SchemaBuilder schema_;
  std::unique_ptr<const CompiledPlan> plan_;
  KnownKeys keys_;
};

constexpr KnownKeys::Place kRoot = 0;

TEST_F(KnownKeysTest, FindsWhatItWasGiven) {
  const KeyId a = Find(kRoot, "a", kRootPath);
  const KeyId b = Find(kRoot, "b", kRootPath);
  const KeyId deep = Find(KnownKeys::PlaceAtDepth(1), "a");
  EXPECT_NE(a, b);
  EXPECT_NE(a, deep);
  EXPECT_EQ(Find(kRoot, "a", kRootPath), a);
  EXPECT_EQ(Find(KnownKeys::PlaceAtDepth(1), "a"), deep);
  EXPECT_EQ(keys_[a].path, plan_->Child(kRootPath, "a", plan_->HashKey("a")));
  EXPECT_EQ(keys_[b].path, kNoPath);
  EXPECT_EQ(keys_[deep].path, kNoPath);
  // Of the same plan nothing is forgotten.
  keys_.Begin(*plan_);
  EXPECT_EQ(Find(kRoot, "a", kRootPath), a);
}

TEST_F(KnownKeysTest, LongKeysAndBackslashesAreNeverKnown) {
  EXPECT_NE(Find(kRoot, ""), kNoKey);
  EXPECT_NE(Find(kRoot, std::string(KnownKeys::kLongest, 'x')), kNoKey);
  EXPECT_EQ(Find(kRoot, std::string(KnownKeys::kLongest + 1, 'x')), kNoKey);
  EXPECT_EQ(Find(kRoot, "a\\b"), kNoKey);
}

TEST_F(KnownKeysTest, GuessesWhatCameAfter) {
  const KeyId a = Find(kRoot, "a");
  EXPECT_EQ(Guess(kNoKey, true, kRoot, "a"), kNoKey);
  keys_.Learn(kNoKey, true, a);
  EXPECT_EQ(Guess(kNoKey, true, kRoot, "a"), a);
  for (const std::string& text :
       {std::string(""), std::string("b"), std::string(16, 'x'), std::string(17, 'x'),
        std::string(31, 'x'), std::string(KnownKeys::kLongest, 'x')}) {
    const KeyId id = Find(kRoot, text);
    EXPECT_EQ(Guess(a, false, kRoot, text), kNoKey);
    keys_.Learn(a, false, id);
    EXPECT_EQ(Guess(a, false, kRoot, text), id) << text;
    EXPECT_EQ(Guess(a, false, KnownKeys::PlaceAtDepth(3), text), kNoKey);
    EXPECT_EQ(Guess(a, true, kRoot, text), kNoKey);
    if (text.empty()) continue;
    // Any other byte is another key.
    for (size_t i = 0; i < text.size(); ++i) {
      std::string other = text;
      other[i] = 'y';
      EXPECT_EQ(Guess(a, false, kRoot, other), kNoKey);
    }
    EXPECT_EQ(Guess(a, false, kRoot, text + "z"), kNoKey);
  }
}

TEST_F(KnownKeysTest, TwoGuesses) {
  const KeyId a = Find(kRoot, "a"), b = Find(kRoot, "b"), c = Find(kRoot, "c");
  keys_.Learn(a, false, b);
  keys_.Learn(a, false, c);
  EXPECT_EQ(Guess(a, false, kRoot, "b"), b);
  EXPECT_EQ(Guess(a, false, kRoot, "c"), c);
  EXPECT_EQ(Guess(a, false, kRoot, "b"), b);
  keys_.Learn(a, false, a);
  EXPECT_EQ(Guess(a, false, kRoot, "c"), kNoKey);
}

TEST_F(KnownKeysTest, ABound) {
  size_t known = 0;
  for (size_t i = 0; i < KnownKeys::kMost + 10; ++i)
    known += Find(kRoot, std::to_string(i)) != kNoKey;
  EXPECT_EQ(known, KnownKeys::kMost);
  EXPECT_NE(Find(kRoot, "0"), kNoKey);
  EXPECT_EQ(Find(kRoot, "new"), kNoKey);
  // The few that were refused do not pay for forgetting the others.
  keys_.Begin(*plan_);
  EXPECT_EQ(Find(kRoot, "new"), kNoKey);
  for (size_t i = 0; i < 4 * KnownKeys::kMost; ++i) Find(kRoot, "new");
  EXPECT_EQ(Find(kRoot, "new"), kNoKey);
  keys_.Begin(*plan_);
  EXPECT_NE(Find(kRoot, "new"), kNoKey);
}

TEST_F(KnownKeysTest, AnotherPlanForgets) {
  Find(kRoot, "a");
  keys_.Learn(kNoKey, true, 1);
  plan_.reset();
  // Perhaps at the same address.
  plan_ = MakePlan();
  keys_.Begin(*plan_);
  EXPECT_EQ(Guess(kNoKey, true, kRoot, "a"), kNoKey);
}

}  // namespace
}  // namespace riposte::event
