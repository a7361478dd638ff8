#include "engine/trigger/contribution.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace riposte::trigger {
namespace {

Contribution Full() {
  Contribution contribution;
  contribution.rule = 70'000;
  contribution.key = "k\x00y";
  contribution.route = "asset";
  contribution.parts = ~StepSet{0};
  contribution.until = true;
  contribution.place = {.time = kPlaceTimeMax, .order = OrderOf((uint64_t{1} << 40) - 1)};
  contribution.event = std::string(1000, '\xff');
  contribution.values = {"", "a", std::string(kContributionKeyMax, 'b')};
  contribution.number = -0.5;
  return contribution;
}

std::string BytesOf(const Contribution& contribution) {
  std::string bytes;
  ByteWriter out(bytes);
  Write(contribution, out);
  return bytes;
}

// Empty where it cannot be read, or something is left.
std::optional<Contribution> Read(std::string_view bytes) {
  ByteReader in(bytes);
  Contribution read = ReadContribution(in);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return read;
}

TEST(ContributionTest, IsReadAsItWasWritten) {
  EXPECT_EQ(Read(BytesOf(Full())), Full());
  Contribution least;
  least.place.time = kPlaceTimeMin;
  EXPECT_EQ(Read(BytesOf(least)), least);
}

TEST(ContributionTest, WhatFollowsIsTheCallers) {
  const std::string bytes = BytesOf(Full()) + "rest";
  ByteReader in(bytes);
  EXPECT_EQ(ReadContribution(in), Full());
  EXPECT_EQ(in.rest(), 4u);
}

TEST(ContributionTest, CutAnywhereItIsNone) {
  const std::string bytes = BytesOf(Full());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(Read(bytes.substr(0, size)), std::nullopt) << size;
}

TEST(ContributionTest, TheBoundsAreKept) {
  Contribution contribution = Full();
  contribution.key = std::string(kContributionKeyMax, 'k');
  contribution.route = contribution.key;
  contribution.event = std::string(kContributionEventMax, 'e');
  contribution.values.assign(kContributionPartsMax, "v");
  EXPECT_EQ(Read(BytesOf(contribution)), contribution);
  const auto refused = [&](const auto& change) {
    Contribution changed = contribution;
    change(changed);
    return !Read(BytesOf(changed));
  };
  EXPECT_TRUE(refused([](Contribution& c) { c.key += 'k'; }));
  EXPECT_TRUE(refused([](Contribution& c) { c.route += 'k'; }));
  EXPECT_TRUE(refused([](Contribution& c) { c.event += 'e'; }));
  EXPECT_TRUE(refused([](Contribution& c) { c.values.emplace_back(); }));
  EXPECT_TRUE(refused([](Contribution& c) { c.values[0].assign(kContributionKeyMax + 1, 'v'); }));
  EXPECT_TRUE(refused([](Contribution& c) { c.place.time = kPlaceTimeMax + Duration(1); }));
  EXPECT_TRUE(refused([](Contribution& c) { c.place.time = kPlaceTimeMin - Duration(1); }));
}

TEST(ContributionTest, AnotherVersionOrANumberThatCannotBeIsRefused) {
  std::string bytes = BytesOf(Full());
  bytes[0] = 2;
  EXPECT_EQ(Read(bytes), std::nullopt);
  std::string far;  // a rule beyond 32 bits
  ByteWriter out(far);
  out.Byte(1);
  out.Unsigned(uint64_t{1} << 32);
  ByteReader in(far);
  ReadContribution(in);
  EXPECT_FALSE(in.ok());
}

TEST(ContributionTest, DamagedBytesAreRefusedOrAnotherContribution) {
  std::mt19937_64 random(1);
  const std::string whole = BytesOf(Full());
  size_t read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = random() % 4 == 0 ? std::string(random() % 60, ' ') : whole;
    for (uint64_t n = 1 + random() % 3; n > 0 && !bytes.empty(); --n)
      bytes[random() % std::min<size_t>(bytes.size(), 40)] = static_cast<char>(random());
    if (const std::optional<Contribution> damaged = Read(bytes)) {
      ++read;
      EXPECT_EQ(Read(BytesOf(*damaged)), damaged);
    }
  }
  EXPECT_GT(read, 100u);
}

}  // namespace
}  // namespace riposte::trigger
