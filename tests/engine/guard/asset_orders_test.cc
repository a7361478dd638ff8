#include "engine/guard/asset_orders.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/digest.h"
#include "engine/remediate/ids.h"
#include "engine/trigger/kept_codec.h"

namespace riposte::guard {
namespace {

using remediate::Action;
using schema::EventType;

constexpr Time kNow = TimeFromMs(1'000'000'000);
constexpr Duration kMs{1};
constexpr Duration kSkew = std::chrono::minutes(15);
constexpr Duration kTtl = std::chrono::hours(1);

Uuid Id(uint8_t number) {
  Uuid id;
  id.bytes.fill(number);
  return id;
}

remediate::Command CommandOf(uint8_t id, Action action, std::string path = "C:\\x\\evil.exe") {
  remediate::Command command;
  command.id = Id(id);
  command.action = action;
  command.asset.id = "A1";
  if (action != Action::kIsolateAsset && action != Action::kReleaseAsset)
    command.file = remediate::FileTarget{.path = std::move(path), .sha256 = "ab"};
  command.event_time = kNow - kMs;
  command.not_after = kNow + kTtl;
  return command;
}

Known Find(const AssetOrders& orders, const remediate::Command& command, Time now = kNow,
           EventType type = EventType::kProcess) {
  return orders.Find(command, type, now, kSkew).known;
}

class AssetOrdersTest : public testing::Test {
 protected:
  void Add(uint8_t id, Action action) {
    EXPECT_FALSE(orders_.Add(OrderOf(CommandOf(id, action)), false));
  }
  bool Take(uint8_t id, Reported outcome, Time time = kNow) {
    return orders_.Take({.command_id = Id(id), .outcome = outcome, .time = time});
  }
  Known Find(Action action, Time now = kNow) const {
    return guard::Find(orders_, CommandOf(99, action), now);
  }
  AssetOrders orders_;
};

TEST(TargetIdTest, IsHalfTheHashOfTheTarget) {
  const remediate::Command command = CommandOf(1, Action::kQuarantineFile);
  const TargetId id = TargetIdOf(command);
  EXPECT_EQ(std::string(id.begin(), id.end()),
            Sha256(remediate::TargetIdentity(command)).substr(0, id.size()));
  EXPECT_EQ(TargetIdOf(CommandOf(2, Action::kKillProcess)), id) << "what it acts on, not how";
  EXPECT_NE(TargetIdOf(CommandOf(1, Action::kQuarantineFile, "C:\\x\\other.exe")), id);
}

TEST_F(AssetOrdersTest, NothingIsKnownAtFirst) {
  EXPECT_EQ(Find(Action::kKillProcess), Known::kNothing);
  EXPECT_EQ(orders_.NextToForget(kSkew), std::nullopt);
}

TEST_F(AssetOrdersTest, TheSameCommandIsKnownUntilTheSkewIsOver) {
  Add(1, Action::kQuarantineFile);
  const remediate::Command again = CommandOf(1, Action::kQuarantineFile);
  EXPECT_EQ(guard::Find(orders_, again, kNow + kTtl + kSkew), Known::kSameCommand);
  EXPECT_EQ(guard::Find(orders_, again, kNow + kTtl + kSkew + kMs), Known::kNothing);
  for (const Reported outcome : {Reported::kFailed, Reported::kUndone}) {
    Take(1, outcome);
    EXPECT_EQ(guard::Find(orders_, again), Known::kSameCommand) << "an id is one command for ever";
  }
}

TEST_F(AssetOrdersTest, ThatWithTheSameActionAndTargetIsInFlight) {
  Add(1, Action::kQuarantineFile);
  EXPECT_EQ(Find(Action::kQuarantineFile, kNow + kTtl + kSkew), Known::kInFlight);
  EXPECT_EQ(Find(Action::kQuarantineFile, kNow + kTtl + kSkew + kMs), Known::kNothing);
  EXPECT_EQ(Find(Action::kKillProcess), Known::kNothing) << "another action";
  EXPECT_EQ(guard::Find(orders_, CommandOf(9, Action::kQuarantineFile, "C:\\x\\other.exe")),
            Known::kNothing);
  const Finding found =
      orders_.Find(CommandOf(9, Action::kQuarantineFile), EventType::kFile, kNow, kSkew);
  ASSERT_NE(found.order, nullptr);
  EXPECT_EQ(found.order->id, Id(1));
}

TEST_F(AssetOrdersTest, WhatItsReportMakesOfAnOrder) {
  struct Row {
    Reported outcome;
    Known then;
  };
  for (const Row& row : {Row{Reported::kSucceeded, Known::kInForce},
                         {Reported::kAlreadyDone, Known::kInForce},
                         {Reported::kFailed, Known::kNothing},
                         {Reported::kUnknown, Known::kInFlight},
                         {Reported::kDenied, Known::kNothing},
                         {Reported::kExpired, Known::kNothing},
                         {Reported::kCancelled, Known::kNothing},
                         {Reported::kUndone, Known::kNothing},
                         {Reported::kReleased, Known::kInFlight}}) {
    orders_ = {};
    Add(1, Action::kQuarantineFile);
    EXPECT_EQ(Take(1, row.outcome), row.then != Known::kInFlight);
    EXPECT_EQ(Find(Action::kQuarantineFile), row.then) << static_cast<int>(row.outcome);
  }
}

TEST_F(AssetOrdersTest, WhatComesLateChangesNothing) {
  Add(1, Action::kKillProcess);
  EXPECT_FALSE(Take(2, Reported::kSucceeded)) << "another one's";
  EXPECT_TRUE(Take(1, Reported::kSucceeded));
  const AssetOrders succeeded = orders_;
  EXPECT_FALSE(Take(1, Reported::kAlreadyDone, kNow + kMs));
  EXPECT_FALSE(Take(1, Reported::kFailed));
  EXPECT_FALSE(Take(1, Reported::kExpired));
  EXPECT_EQ(orders_, succeeded);
  EXPECT_TRUE(Take(1, Reported::kUndone));
  EXPECT_FALSE(Take(1, Reported::kSucceeded));
  EXPECT_EQ(Find(Action::kKillProcess), Known::kNothing);
}

TEST_F(AssetOrdersTest, AFileEventLaterThanTheEffectIsANewTarget) {
  Add(1, Action::kQuarantineFile);
  remediate::Command later = CommandOf(2, Action::kQuarantineFile);
  later.event_time = kNow + kMs;
  EXPECT_EQ(guard::Find(orders_, later, kNow, EventType::kFile), Known::kInFlight);
  Take(1, Reported::kSucceeded, kNow);
  EXPECT_EQ(guard::Find(orders_, later, kNow, EventType::kFile), Known::kNothing);
  EXPECT_EQ(guard::Find(orders_, later, kNow, EventType::kProcess), Known::kInForce)
      << "that it runs does not say that it was written";
  later.event_time = kNow;
  EXPECT_EQ(guard::Find(orders_, later, kNow, EventType::kFile), Known::kInForce);
}

TEST_F(AssetOrdersTest, AnIsolationLastsUntilItIsEnded) {
  const Time years_later = kNow + std::chrono::hours(100'000);
  Add(1, Action::kIsolateAsset);
  Take(1, Reported::kSucceeded);
  EXPECT_EQ(Find(Action::kIsolateAsset, years_later), Known::kInForce);
  EXPECT_EQ(orders_.NextToForget(kSkew), std::nullopt);
  orders_.Forget(years_later, kSkew);
  EXPECT_EQ(Find(Action::kIsolateAsset, years_later), Known::kInForce);
  EXPECT_TRUE(Take(200, Reported::kReleased)) << "by whatever command";
  EXPECT_EQ(Find(Action::kIsolateAsset), Known::kNothing);
  EXPECT_FALSE(Take(200, Reported::kReleased));
}

TEST_F(AssetOrdersTest, TheReverseEndsWhatWasOrderedBefore) {
  Add(1, Action::kIsolateAsset);
  Take(1, Reported::kSucceeded);
  Add(2, Action::kReleaseAsset);
  EXPECT_EQ(Find(Action::kIsolateAsset), Known::kInForce) << "not yet";
  Take(2, Reported::kSucceeded);
  EXPECT_EQ(Find(Action::kIsolateAsset), Known::kNothing);
  EXPECT_EQ(Find(Action::kReleaseAsset), Known::kInForce);
  Add(3, Action::kIsolateAsset);
  EXPECT_EQ(Find(Action::kReleaseAsset), Known::kInForce);
  Take(3, Reported::kSucceeded);
  EXPECT_EQ(Find(Action::kReleaseAsset), Known::kNothing) << "it can be released again";

  Add(4, Action::kUnquarantineFile);
  Add(5, Action::kQuarantineFile);
  Take(4, Reported::kSucceeded);
  EXPECT_EQ(Find(Action::kQuarantineFile), Known::kInFlight) << "it was ordered after that";
}

TEST_F(AssetOrdersTest, WhatCountsNoMoreIsForgotten) {
  Add(1, Action::kKillProcess);
  Add(2, Action::kQuarantineFile);
  Take(2, Reported::kSucceeded);
  EXPECT_EQ(orders_.NextToForget(kSkew), kNow + kTtl + kSkew);
  orders_.Forget(kNow + kTtl + kSkew, kSkew);
  EXPECT_EQ(orders_.orders().size(), 2u);
  orders_.Forget(kNow + kTtl + kSkew + kMs, kSkew);
  EXPECT_TRUE(orders_.orders().empty());
}

TEST_F(AssetOrdersTest, AtTheBoundWhatCameToNothingGoesFirstThenTheOldest) {
  for (uint8_t id = 1; id <= AssetOrders::kOrdersMax; ++id) Add(id, Action::kKillProcess);
  Take(7, Reported::kFailed);
  EXPECT_TRUE(orders_.Add(OrderOf(CommandOf(100, Action::kKillProcess)), false));
  EXPECT_EQ(guard::Find(orders_, CommandOf(7, Action::kDeleteFile)), Known::kNothing);
  EXPECT_EQ(guard::Find(orders_, CommandOf(1, Action::kDeleteFile)), Known::kSameCommand);
  EXPECT_TRUE(orders_.Add(OrderOf(CommandOf(101, Action::kKillProcess)), false));
  EXPECT_EQ(guard::Find(orders_, CommandOf(1, Action::kDeleteFile)), Known::kNothing);
  EXPECT_EQ(orders_.orders().size(), AssetOrders::kOrdersMax);
  EXPECT_FALSE(orders_.Add(OrderOf(CommandOf(101, Action::kKillProcess)), true)) << "replaced";
  EXPECT_TRUE(orders_.Add(OrderOf(CommandOf(102, Action::kKillProcess)), true));
  EXPECT_EQ(orders_.orders().size(), AssetOrders::kOrdersMax);
}

std::string BytesOf(const AssetOrders& orders) {
  std::string bytes;
  ByteWriter out(bytes);
  orders.Write(out);
  return bytes;
}

AssetOrders Stored() {
  AssetOrders orders;
  orders.Add({.id = Id(1),
              .action = Action::kQuarantineFile,
              .target = {1, 2, 3},
              .event_time = TimeFromMs(1000),
              .not_after = TimeFromMs(3000)},
             false);
  orders.Add({.id = Id(2),
              .action = Action::kIsolateAsset,
              .target = {4, 5, 6},
              .event_time = TimeFromMs(2000),
              .not_after = TimeFromMs(2500),
              .effect = Effect::kInForce,
              .in_force_since = TimeFromMs(2600)},
             false);
  return orders;
}

// What was stored by this version is read by each later one.
TEST_F(AssetOrdersTest, TheStoredFormIsFixed) {
  const std::string zeros(13, '\0');
  const std::string stored = std::string("\x01\x02", 2) + std::string(16, '\x01') + "\x01" +
                             "\x01\x02\x03" + zeros + "\xf0\x2e" + "\x9f\x1f" +
                             std::string("\0", 1) +  //
                             std::string(16, '\x02') + "\x03" + "\x04\x05\x06" + zeros +
                             "\x88\x27" + "\xe7\x07" + "\x01" + "\xc8\x01";
  EXPECT_EQ(BytesOf(Stored()), stored);
  ByteReader in(stored);
  EXPECT_TRUE(orders_.Read(in));
  EXPECT_EQ(orders_, Stored());
}

TEST_F(AssetOrdersTest, IsReadWholeOrNotAtAll) {
  const std::string bytes = BytesOf(Stored());
  for (size_t size = 0; size <= bytes.size(); ++size) {
    ByteReader in(std::string_view(bytes).substr(0, size));
    AssetOrders read;
    EXPECT_EQ(read.Read(in), size == bytes.size());
    EXPECT_EQ(read, size == bytes.size() ? Stored() : AssetOrders());
  }
}

TEST_F(AssetOrdersTest, WhatWasNotWrittenIsNotRead) {
  const std::string good = BytesOf(Stored());
  const auto reads = [](std::string bytes, size_t at, char byte) {
    bytes[at] = byte;
    ByteReader in(bytes);
    return AssetOrders().Read(in);
  };
  EXPECT_FALSE(reads(good, 0, 2)) << "another version";
  EXPECT_TRUE(reads(good, 18, 5));
  EXPECT_FALSE(reads(good, 18, 6)) << "no action";
  EXPECT_TRUE(reads(good, 39, 2));
  EXPECT_FALSE(reads(good, 39, 3)) << "no effect";
  std::string twice = good;
  twice.replace(40, 16, 16, '\x01');
  EXPECT_FALSE(reads(twice, 0, 1)) << "one id twice";
}

TEST_F(AssetOrdersTest, AsManyAsThereMayBeAreRead) {
  for (uint8_t id = 1; id <= AssetOrders::kOrdersMax; ++id) Add(id, Action::kKillProcess);
  std::string bytes = BytesOf(orders_);
  EXPECT_LT(bytes.size(), size_t{16} << 10) << "one record of the changelog";
  AssetOrders read;
  ByteReader in(bytes);
  EXPECT_TRUE(read.Read(in));
  EXPECT_EQ(read, orders_);
  bytes[1] = static_cast<char>(AssetOrders::kOrdersMax + 1);
  const std::string first = bytes.substr(2, (bytes.size() - 2) / AssetOrders::kOrdersMax);
  bytes += std::string(16, '\x63') + first.substr(16);
  ByteReader more(bytes);
  EXPECT_FALSE(read.Read(more));
}

TEST_F(AssetOrdersTest, TimesThatCannotBeAreBounded) {
  remediate::Command command = CommandOf(1, Action::kIsolateAsset);
  command.event_time = Time::min();
  command.not_after = Time::max();
  orders_.Add(OrderOf(command), false);
  Take(1, Reported::kSucceeded, Time::max());
  EXPECT_EQ(orders_.orders().front().in_force_since, trigger::kTimeMax);
  const std::string bytes = BytesOf(orders_);
  AssetOrders read;
  ByteReader in(bytes);
  EXPECT_TRUE(read.Read(in));
  EXPECT_EQ(read, orders_);
}

}  // namespace
}  // namespace riposte::guard
