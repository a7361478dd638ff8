// What is stored and read again by later versions: formats/*.hex, one file a format and version. A
// file there never changes. Another format is another version with a file of its own; this one is
// still read, or refused as what it is.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "engine/trigger/contribution.h"
#include "engine/trigger/count.h"
#include "engine/trigger/group_key.h"
#include "engine/trigger/scheduled.h"
#include "engine/trigger/sequence.h"
#include "engine/trigger/suppress.h"
#include "engine/trigger/unordered.h"
#include "tests/engine/trigger/step_timeline.h"
#include "tests/support/corpus.h"

namespace riposte::trigger {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// 2026-01-15T16:00:00Z.
constexpr Time kBegin = TimeFromMs(1'768'492'800'000);
constexpr Duration kLateness = minutes(10);

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr size_t kBytesInLine = 40;
  std::string hex;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i]);
    hex += {kDigits[byte >> 4u], kDigits[byte & 15u]};
    if (i + 1 == bytes.size() || (i + 1) % kBytesInLine == 0) hex += '\n';
  }
  return hex;
}

// The bytes of formats/<name>.hex.
std::string Fixture(const std::string& name) {
  const std::string hex = test::ReadFile(std::string(RIPOSTE_SOURCE_DIR) +
                                         "/tests/engine/trigger/formats/" + name + ".hex");
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (c != '\n') digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

// The fixture is what is written of `state`, and is read as it.
template <typename Criterion>
void ExpectState(const std::string& name, const Criterion& criterion,
                 const typename Criterion::State& state) {
  const std::string fixture = Fixture(name);
  EXPECT_EQ(Hex(Bytes(criterion, state)), Hex(fixture)) << name;
  typename Criterion::State read;
  EXPECT_TRUE(ReadAll(criterion, fixture, read)) << name;
  EXPECT_EQ(read, state) << name;
}

Place PlaceAt(Duration since_begin, uint64_t index) {
  return {.time = kBegin + since_begin, .order = OrderOf(index)};
}

// Of one group.
template <typename Criterion>
struct Group {
  Fate See(Duration since_begin, std::string_view value = {}, double number = 0) {
    const Place place = PlaceAt(since_begin, ++index);
    const std::string event = "event " + std::to_string(index);
    return criterion.OnOccurrence(
        state, {.place = place, .event = event, .value = value, .number = number}, outcome);
  }
  Fate See(Duration since_begin, StepSet steps, std::string_view value, bool until = false) {
    const Place place = PlaceAt(since_begin, ++index);
    const std::string event = "event " + std::to_string(index);
    const std::vector<std::string_view> values(4, value);
    return criterion.OnOccurrence(
        state, {.place = place, .event = event, .steps = steps, .until = until, .values = values},
        outcome);
  }

  Criterion criterion;
  typename Criterion::State state{};
  Outcome outcome{};
  uint64_t index = 0;
};

rule::Count ThreeOf(rule::Measure measure) {
  return {.measure = measure, .threshold = 3, .within = minutes(1), .cooldown = minutes(5)};
}

TEST(FormatsTest, Count) {
  Group<CountCriterion> group{.criterion = {ThreeOf(rule::Measure::kMatches), kLateness}};
  for (const int second : {0, 30, 60}) group.See(seconds(second));
  ASSERT_EQ(group.outcome.fired.size(), 1u);
  EXPECT_EQ(group.See(seconds(90)), Fate::kJoined);
  EXPECT_EQ(group.See(seconds(-5)), Fate::kJoined);
  ExpectState("count-open.v1", group.criterion, group.state);
  EXPECT_EQ(group.See(minutes(7)), Fate::kCounted);
  ASSERT_EQ(group.outcome.closed.size(), 1u);
  EXPECT_EQ(group.See(minutes(9)), Fate::kCounted);
  ExpectState("count.v1", group.criterion, group.state);
}

TEST(FormatsTest, CountOfDistinctValues) {
  Group<CountCriterion> group{
      .criterion = {ThreeOf(rule::Measure::kDistinct), kLateness, {.kept = 10, .fold_from = 3}}};
  for (const int second : {0, 10, 20, 30}) group.See(seconds(second), "same");
  group.See(seconds(40), "other");
  EXPECT_LT(group.state.window.size(), 5u) << "folded";
  ExpectState("count-distinct.v1", group.criterion, group.state);
}

TEST(FormatsTest, CountOfNumbers) {
  Group<CountCriterion> group{.criterion = {ThreeOf(rule::Measure::kSum), kLateness}};
  group.See(seconds(0), {}, 1.5);
  group.See(seconds(1), {}, -0.25);
  ExpectState("count-numbers.v1", group.criterion, group.state);
}

TEST(FormatsTest, Scheduled) {
  rule::Scheduled schedule;
  schedule.from = minutes(16 * 60);
  schedule.to = minutes(17 * 60);
  Result<ScheduledCriterion> criterion = ScheduledCriterion::Make(schedule, std::chrono::hours(48));
  ASSERT_TRUE(criterion.ok());
  Group<ScheduledCriterion> group{.criterion = std::move(criterion).value()};
  group.criterion.OnTime(group.state, kBegin, group.outcome);
  for (int i = 0; i < 45; ++i) EXPECT_EQ(group.See(minutes(i)), Fate::kCounted);
  EXPECT_EQ(group.See(std::chrono::hours(24)), Fate::kCounted);
  ExpectState("scheduled.v1", group.criterion, group.state);
}

TEST(FormatsTest, Sequence) {
  rule::Sequence sequence{.within = minutes(5),
                          .steps = {PresentStep(), PresentStep(2, true), AbsentStep()}};
  sequence.until.emplace();
  Group<SequenceCriterion> group{.criterion = {sequence, kLateness}};
  group.See(seconds(0), 0b001, "a");
  group.See(seconds(1), 0b010, "b");
  group.See(seconds(2), 0, "", true);
  group.See(seconds(3), 0b001, "c");
  group.See(seconds(4), 0b011, "d");
  group.See(seconds(5), 0b010, "e");
  ExpectState("sequence.v1", group.criterion, group.state);
}

TEST(FormatsTest, SequenceThatHasFired) {
  const rule::Sequence sequence{.within = minutes(5), .steps = {PresentStep(), PresentStep()}};
  Group<SequenceCriterion> group{.criterion = {sequence, kLateness}};
  group.See(seconds(0), 0b01, "");
  EXPECT_EQ(group.See(seconds(1), 0b10, ""), Fate::kFired);
  ExpectState("sequence-fired.v1", group.criterion, group.state);
}

TEST(FormatsTest, Unordered) {
  const rule::Unordered unordered{.within = minutes(5),
                                  .steps = {PresentStep(), PresentStep(2, true), AbsentStep()}};
  Group<UnorderedCriterion> group{.criterion = {unordered, kLateness}};
  group.See(seconds(0), 0b010, "a");
  group.See(seconds(1), 0b010, "b");
  group.See(seconds(2), 0b001, "");
  group.criterion.OnTime(group.state, kBegin + minutes(5) + Duration(1), group.outcome);
  ASSERT_EQ(group.outcome.fired.size(), 1u);
  group.See(minutes(6), 0b001, "");
  group.See(minutes(12), 0b100, "");
  group.See(minutes(13), 0b011, "c");
  ExpectState("unordered.v1", group.criterion, group.state);
}

TEST(FormatsTest, Suppress) {
  const Suppressor suppressor(minutes(30));
  SuppressState state;
  const std::vector<std::string_view> targets = {"first", "second"};
  suppressor.Judge(state, kBegin, targets);
  suppressor.Judge(state, kBegin, targets);
  ExpectState("suppress.v1", suppressor, state);
}

TEST(FormatsTest, Contribution) {
  const Contribution contribution{.rule = 300,
                                  .key = "key",
                                  .route = "asset",
                                  .parts = 0b101,
                                  .until = true,
                                  .place = PlaceAt(seconds(1), 5),
                                  .event = "event",
                                  .values = {"a", "b"},
                                  .number = 1.5};
  const std::string fixture = Fixture("contribution.v1");
  std::string written;
  ByteWriter writer(written);
  Write(contribution, writer);
  EXPECT_EQ(Hex(written), Hex(fixture));
  ByteReader reader(fixture);
  EXPECT_EQ(ReadContribution(reader), contribution);
  EXPECT_TRUE(reader.ok() && reader.at_end());
}

// By which a state is found again.
TEST(FormatsTest, Key) {
  KeyWriter writer;
  writer.AddText("a1");
  writer.AddText("");
  writer.AddText(std::string(kValueBytesMax + 1, 'x'));
  EXPECT_EQ(Hex(std::move(writer).Finish()), Hex(Fixture("key.v1")));
  KeyWriter large;
  for (int i = 0; i < 10; ++i) large.AddText(std::string(kValueBytesMax, 'x'));
  EXPECT_EQ(Hex(std::move(large).Finish()), Hex(Fixture("key-hash.v1")));
}

}  // namespace
}  // namespace riposte::trigger
