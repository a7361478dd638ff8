// What a state task leaves behind and later versions go on with: formats/*.v1.*, the rules, the
// changelog of a run of them, and what a scan of the store gave in its middle. A file there never
// changes. A version that writes another format has files of its own beside these; these are still
// read.
//
// Were made of this test's own run, with RIPOSTE_UPDATE_GOLDEN set; a version that writes the same
// writes the same bytes.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/pipeline/live_rules.h"
#include "engine/pipeline/task_state.h"
#include "engine/state/birth.h"
#include "engine/state/memory_store.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "rules/text/source.h"
#include "tests/engine/pipeline/kept_stores.h"
#include "tests/support/corpus.h"
#include "tests/support/manual_clock.h"

namespace riposte::pipeline {
namespace {

using state::Change;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// 2026-01-15T10:00:00Z.
constexpr Time kBegin = TimeFromMs(1'768'471'200'000);
const Uuid kBirth = Uuid::V5(Uuid{}, "changelog of the formats");
const std::string kProfile = "qualys-edr";
constexpr size_t kLargeEvents = 30;

std::string PathOf(const std::string& name) {
  return std::string(RIPOSTE_SOURCE_DIR) + "/tests/engine/pipeline/formats/" + name;
}

// Bytes in a line of text: what is not printable, and what divides, as \xx.
std::string Escaped(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    if (c > ' ' && c <= '~' && c != '\\') {
      text += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      text += {'\\', kDigits[byte >> 4u], kDigits[byte & 15u]};
    }
  }
  return text;
}

std::string Unescaped(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return bytes;
}

// Offset, key and value; "-" instead of the value: a deletion.
using Records = std::map<int64_t, Change>;

std::string TextOf(const Records& records) {
  std::string text;
  for (const auto& [offset, change] : records)
    text += std::to_string(offset) + " " + Escaped(change.key) +
            (change.value ? " =" + Escaped(*change.value) : " -") + "\n";
  return text;
}

Records RecordsFrom(const std::string& text) {
  Records records;
  std::istringstream lines(text);
  int64_t offset = 0;
  std::string key, value;
  while (lines >> offset >> key >> value) {
    Change change{.key = Unescaped(key), .value = {}};
    if (value.front() == '=') change.value = Unescaped(value.substr(1));
    records.emplace(offset, std::move(change));
  }
  return records;
}

// A partition with these records, behind each transaction a marker.
class ListedChangelog final : public state::Changelog {
 public:
  explicit ListedChangelog(Records& records) : records_(records) {}
  Result<Extent> Measure() override {
    return Extent{.first = 0, .end = End(records_), .delete_retention = hours(24)};
  }
  Status Read(int64_t from, int64_t until, const Each& each) override {
    for (const auto& [offset, change] : records_) {
      if (offset < from || offset >= until) continue;
      RIPOSTE_TRY(
          each(offset, change.key,
               change.value ? std::optional<std::string_view>(*change.value) : std::nullopt));
    }
    return Status::Ok();
  }
  static int64_t End(const Records& records) {
    return records.empty() ? 0 : records.rbegin()->first + 2;
  }

 private:
  Records& records_;
};

class IgnoringObserver final : public Observer {
 public:
  void OnCommit(const Report&) override {}
  void OnAbort(const PartitionId&, bool) override {}
  void OnTaskStopped(const PartitionId&, const Status&) override {}
  void OnWindowsStart(const WindowsStart& started) override { start = started; }

  WindowsStart start;
};

LiveRulesPtr LoadRules() {
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  rule::RuleSetPtr rules =
      rule::LoadRules({.paths = {PathOf("rules.v1.yaml")}}, schema, diagnostics);
  EXPECT_NE(rules, nullptr) << text::Render(diagnostics);
  return LiveRules::Compile(std::move(rules), {kProfile});
}

// A state task over a store and a changelog.
class Life {
 public:
  Life(test::KeptStores& stores, Records& records, Time now)
      : records_(records),
        clock_(now),
        state_({.number = 0, .name = "0", .changelog = std::make_unique<ListedChangelog>(records)},
               {"edr/0"}, {}, &stores, &clock_, &observer_) {
    const Status taken = state_.TakeOver(*live_);
    EXPECT_TRUE(taken.ok()) << taken.message();
  }

  const WindowsStart& start() const { return observer_.start; }

  // A process of that name was started on the asset; what that fired: "rule: matches".
  std::vector<std::string> See(std::string_view asset, std::string_view image,
                               const std::string& user = "ann",
                               const std::string& folder = "C:\\\\x") {
    clock_.Advance(seconds(1));
    const Time now = clock_.Now();
    std::string bytes = R"({"type":"PROCESS","id":"e)" + std::to_string(++seen_) +
                        R"(","dateTime":")" + FormatTime(now) + R"(","asset":{"agentId":")" +
                        std::string(asset) + R"(","hostName":"PC"},"process":{"processName":")" +
                        std::string(image) + R"(","pid":7,"userName":")" + user +
                        R"(","processFile":{"fullPath":")" + folder + R"(\\)" + std::string(image) +
                        R"("}}})";
    const match::Matcher& matcher = *live_->For(kProfile);
    EXPECT_EQ(decoder_.DecodeForRules(matcher.plan(), bytes), event::Reject::kNone) << bytes;
    std::vector<match::Match> found;
    matcher.FindMatches(decoder_.event(), {.now = now}, scratch_, found);
    EXPECT_EQ(found.size(), 1u) << bytes;
    decoder_.Complete();
    TaskWindows& windows = *state_.windows();
    windows.OnRecord(0, now, now, now);
    windows.OnMatches(
        decoder_.event(), found,
        remediate::SubjectOf(
            decoder_.event(),
            {.topic = "edr", .partition = 0, .offset = seen_, .index = 0, .append_time = now}));
    return TakeFirings();
  }
  // Time goes on without events.
  std::vector<std::string> Wait(Duration duration) {
    clock_.Advance(duration);
    state_.windows()->OnRecord(0, clock_.Now(), clock_.Now(), clock_.Now());
    state_.windows()->OnTime(clock_.Now());
    return TakeFirings();
  }
  void Commit() {
    int64_t next = ListedChangelog::End(records_);
    for (const OutRecord& record : state_.Seal()) {
      Change change{.key = record.key, .value = record.value};
      if (record.deletes) change.value.reset();
      records_.emplace(next++, std::move(change));
    }
    state_.OnCommitted(next);
  }

 private:
  std::vector<std::string> TakeFirings() {
    const trigger::Effects& effects = state_.windows()->effects();
    std::vector<std::string> fired;
    for (const trigger::Firing& firing : effects.firings)
      fired.push_back(live_->rules->rules[firing.rule].name + " " +
                      trigger::ValuesOfKey(firing.key).front() + ": " +
                      std::to_string(firing.completion.matches));
    for (const trigger::ClosedFiring& closed : effects.closed)
      fired.push_back(live_->rules->rules[closed.rule].name +
                      " joined: " + std::to_string(closed.summary.joined.count));
    state_.windows()->Forget();
    return fired;
  }

  Records& records_;
  const LiveRulesPtr live_ = LoadRules();
  test::ManualClock clock_;
  IgnoringObserver observer_;
  TaskState state_;
  event::Decoder decoder_;
  match::Matcher::Scratch scratch_;
  int64_t seen_ = 0;
};

// Where the transaction of that number ends; from 0, which has the birth alone.
int64_t EndOfTransaction(const Records& records, int number) {
  int64_t offset = -1;
  for (int i = 0; i <= number; ++i)
    for (++offset; records.contains(offset);) ++offset;
  return offset;
}
constexpr int kStored = 2;  // the transaction that the store was as of

// What the store had after transaction kStored, and the whole changelog.
struct Left {
  std::string store, changelog;
};

using Fired = std::vector<std::string>;

// Each group is one event short of firing, but for `open`, which has fired and is joined, `ended`,
// which only remembers that, and `gone`, which was deleted.
Left LeaveBehind() {
  const Change birth = state::BirthOf(kBirth);
  Records records = {{0, birth}};
  test::KeptStores stores;
  Life life(stores, records, kBegin - hours(3));
  life.See("gone", "drop.exe");
  life.Commit();
  EXPECT_EQ(life.Wait(hours(3)), Fired());
  const std::string folder(1'000, 'f');
  for (size_t i = 0; i < kLargeEvents; ++i)
    EXPECT_EQ(life.See("A", "large.exe", "ann", folder), Fired());
  life.See("A", "count.exe");
  life.See("A", "distinct.exe", "ann");
  life.See("A", "drop.exe");
  life.See("ended", "drop.exe");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(life.See("open", "count.exe"), Fired());
  EXPECT_EQ(life.See("open", "count.exe"), Fired({"count open: 3"}));
  life.Commit();
  Left left;
  {
    const Result<state::Stores::Opened> opened = stores.Open("0");
    Records stored;
    const auto add = [&stored](std::string_view key, std::string_view value) {
      stored.emplace(static_cast<int64_t>(stored.size()),
                     Change{.key = std::string(key), .value = std::string(value)});
      return true;
    };
    EXPECT_TRUE(opened->store->Scan("", add).ok());
    left.store = TextOf(stored);
    EXPECT_EQ(opened->store->mark()->changelog_next, EndOfTransaction(records, kStored));
  }
  life.See("A", "count.exe");
  life.See("A", "distinct.exe", "bob");
  life.See("A", "run.exe");
  life.See("A", "one.exe");
  life.See("A", "scheduled.exe");
  life.See("open", "count.exe");
  life.See("ended", "end.exe");
  life.Commit();
  left.changelog = TextOf(records);
  return left;
}

constexpr int64_t kGroupsLeft = 8;

// The next event of each completes what it should.
void ExpectGoesOn(Life& life) {
  EXPECT_EQ(life.start().restored, kGroupsLeft);
  EXPECT_EQ(life.start().refused, 0u);
  EXPECT_EQ(life.start().ended, 0u);
  EXPECT_EQ(life.start().wiped, "");
  EXPECT_EQ(life.See("A", "count.exe"), Fired({"count a: 3"}));
  EXPECT_EQ(life.See("A", "distinct.exe", "ann"), Fired()) << "one that was seen";
  EXPECT_EQ(life.See("A", "distinct.exe", "eve"), Fired({"distinct a: 4"}));
  EXPECT_EQ(life.See("A", "run.exe"), Fired({"sequence a: 3"}));
  EXPECT_EQ(life.See("A", "two.exe"), Fired({"unordered a: 2"}));
  EXPECT_EQ(life.See("A", "large.exe"), Fired({"large a: 31"}));
  EXPECT_EQ(life.See("A", "scheduled.exe"), Fired());
  for (const char* asset : {"ended", "gone"})
    for (int i = 0; i < 2; ++i) EXPECT_EQ(life.See(asset, "run.exe"), Fired()) << asset;
  EXPECT_EQ(life.Wait(minutes(6)), Fired({"count joined: 1"}));
  EXPECT_EQ(life.Wait(hours(3)), Fired({"scheduled a: 2"}));
}

void ExpectFile(const std::string& name, const std::string& text) {
  if (std::getenv("RIPOSTE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(PathOf(name), std::ios::binary) << text;
    return;
  }
  EXPECT_TRUE(test::ReadFile(PathOf(name)) == text) << name << ": another format is another file";
}

// The moment after the last event of the run.
Time AfterTheRun() { return kBegin + minutes(2); }

TEST(FormatsTest, WhatIsLeftBehindIsWrittenAsThen) {
  const Left left = LeaveBehind();
  ExpectFile("changelog.v1.txt", left.changelog);
  ExpectFile("store.v1.txt", left.store);
}

TEST(FormatsTest, TheChangelogAloneIsRead) {
  Records records = RecordsFrom(test::ReadFile(PathOf("changelog.v1.txt")));
  test::KeptStores stores;
  EXPECT_TRUE(std::ranges::any_of(
      records, [](const auto& record) { return !record.second.value.has_value(); }));
  Life life(stores, records, AfterTheRun());
  EXPECT_EQ(life.start().replayed, static_cast<int64_t>(records.size()));
  ExpectGoesOn(life);
}

TEST(FormatsTest, TheStoreAndWhatItLacksOfTheChangelogAreRead) {
  Records records = RecordsFrom(test::ReadFile(PathOf("changelog.v1.txt")));
  std::vector<Change> changes;
  for (auto& [number, change] : RecordsFrom(test::ReadFile(PathOf("store.v1.txt"))))
    changes.push_back(std::move(change));
  test::KeptStores stores;
  ASSERT_TRUE(stores.Open("0")
                  ->store
                  ->Apply(changes, {.changelog_birth = kBirth,
                                    .changelog_next = EndOfTransaction(records, kStored),
                                    .written_at = kBegin + minutes(1)})
                  .ok());
  Life life(stores, records, AfterTheRun());
  EXPECT_GT(life.start().replayed, 0);
  EXPECT_LT(life.start().replayed, static_cast<int64_t>(records.size()));
  ExpectGoesOn(life);
}

}  // namespace
}  // namespace riposte::pipeline
