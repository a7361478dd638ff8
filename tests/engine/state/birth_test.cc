#include "engine/state/birth.h"

#include <gtest/gtest.h>

#include "engine/state/state_key.h"
#include "tests/engine/state/listed_changelog.h"

namespace riposte::state {
namespace {

TEST(BirthTest, ABirthIsReadAsItWasMade) {
  const Uuid id = Uuid::Random();
  const Change birth = BirthOf(id);
  EXPECT_EQ(ReadBirth(birth.key, *birth.value), id);
  EXPECT_EQ(ParseRecordKey(birth.key)->key.kind, Kind::kBirth);
}

TEST(BirthTest, NothingElseIsABirth) {
  const Change birth = BirthOf(Uuid::Random());
  EXPECT_FALSE(ReadBirth(birth.key, std::nullopt));
  EXPECT_FALSE(ReadBirth(birth.key, ""));
  EXPECT_FALSE(ReadBirth(birth.key, birth.value->substr(1)));
  EXPECT_FALSE(ReadBirth(birth.key, *birth.value + "x"));
  EXPECT_FALSE(ReadBirth(birth.key + "x", *birth.value));
  EXPECT_FALSE(ReadBirth("", *birth.value));
  const std::string window = RecordKey({.kind = Kind::kWindow, .definition = {}, .group = {}}, 0);
  EXPECT_FALSE(ReadBirth(window, *birth.value));
}

TEST(BirthTest, AChangelogBeginsWithItsBirth) {
  const auto find = [](ListedChangelog& changelog) {
    return FindBirth(changelog, *changelog.Measure());
  };
  ListedChangelog changelog;
  EXPECT_EQ(*find(changelog), std::nullopt);
  const Uuid id = Uuid::Random();
  changelog.Append({BirthOf(id), {.key = "\x02k", .value = "v"}});
  EXPECT_EQ(*find(changelog), id);
  ListedChangelog other;
  other.Append({{.key = "\x02k", .value = "v"}, BirthOf(id)});
  EXPECT_EQ(find(other).status().code(), ErrorCode::kDamaged);
}

}  // namespace
}  // namespace riposte::state
