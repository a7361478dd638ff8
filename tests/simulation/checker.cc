#include "tests/simulation/checker.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/json.h"
#include "engine/pipeline/ports.h"
#include "tests/simulation/layout.h"

namespace riposte::sim {
namespace {

using pipeline::OutTopic;

// Of a difference, so many entries are named.
constexpr size_t kNamedMax = 3;

std::string TopicOf(OutTopic topic) {
  return "riposte." + std::string(pipeline::OutTopicName(topic));
}

int64_t IntOf(const json::Value& value, std::string_view key) {
  const json::Value* found = value.Find(key);
  return found != nullptr && found->as_int() != nullptr ? *found->as_int() : -1;
}

std::string TextOf(const json::Value& value, std::string_view object, std::string_view key) {
  const json::Value* found = value.Find(object);
  return found == nullptr ? std::string() : std::string(found->StringOr(key, ""));
}

// What says where a record came from: "topic", "partition", "offset".
std::string PlaceIn(const json::Value& origin) {
  return PlaceOf({.topic = std::string(origin.StringOr("topic", "")),
                  .partition = static_cast<int32_t>(IntOf(origin, "partition"))},
                 IntOf(origin, "offset"));
}

struct Counts {
  PartitionId id;
  int64_t first = 0, last = 0;
  Tally tally;
};

std::optional<Counts> CountsIn(const json::Value& audit) {
  if (audit.StringOr("kind", "") != "counts") return std::nullopt;
  const auto number = [&audit](std::string_view key) {
    return static_cast<uint64_t>(IntOf(audit, key));
  };
  return Counts{.id = {.topic = std::string(audit.StringOr("topic", "")),
                       .partition = static_cast<int32_t>(IntOf(audit, "partition"))},
                .first = IntOf(audit, "first_offset"),
                .last = IntOf(audit, "last_offset"),
                .tally = {.consumed = number("consumed"),
                          .matched = number("matched"),
                          .unmatched = number("unmatched"),
                          .dead_lettered = number("dead_lettered"),
                          .empty = number("empty")}};
}

// Reads a topic as a read_committed reader that shares no code with the engine's would.
void ForEachCommitted(const KafkaModel& kafka, OutTopic topic,
                      const std::function<void(const LogRecord&, const json::Value&)>& each) {
  for (const auto& [id, log] : kafka.logs()) {
    if (id.topic != TopicOf(topic)) continue;
    for (int64_t offset = log.NextVisible(0); offset >= 0; offset = log.NextVisible(offset + 1)) {
      const LogRecord& record = log.at(offset);
      const Result<json::Value> value = json::Parse(record.value.value_or(""));
      RIPOSTE_CHECK(value.ok(), "outputs are JSON");
      each(record, *value);
    }
  }
}

class RunCheck {
 public:
  RunCheck(KafkaModel& kafka, const std::vector<PartitionId>& inputs, Violations& violations)
      : kafka_(kafka), inputs_(inputs), violations_(violations) {}

  void Read();
  void Compare(const Outputs& expected);
  void CheckCounts(const Outputs& expected);
  void CheckIds(const Outputs& expected);
  void CheckNothingHangs();

 private:
  void Fail(std::string_view invariant, std::string text) {
    violations_.push_back({.invariant = invariant, .text = std::move(text)});
  }
  void CompareSets(std::string_view what, const std::multiset<std::string>& expected,
                   const std::multiset<std::string>& found);
  void CheckCover(const PartitionId& id, std::vector<Counts> counts);
  uint64_t Visible(const PartitionId& id, int64_t first, int64_t last);

  KafkaModel& kafka_;
  const std::vector<PartitionId>& inputs_;
  Violations& violations_;
  Outputs found_;
  std::map<PartitionId, std::vector<Counts>> counts_;
  std::map<std::string, size_t> firings_, summaries_;  // how often, by the firing's id
};

void RunCheck::Read() {
  ForEachCommitted(kafka_, OutTopic::kAlerts, [this](const LogRecord&, const json::Value& alert) {
    if (alert.StringOr("kind", "") == "summary") {
      ++summaries_[std::string(alert.StringOr("firing_id", ""))];
      return;
    }
    ++firings_[std::string(alert.StringOr("firing_id", ""))];
    const json::Value* origin = alert.Find("origin");
    RIPOSTE_CHECK(origin != nullptr, "an alert says where its event came from");
    found_.alerts.insert(PlaceIn(*origin) + " " + TextOf(alert, "rule", "id") + " " +
                         std::string(alert.StringOr("firing_id", "")));
  });
  ForEachCommitted(kafka_, OutTopic::kAudit, [this](const LogRecord&, const json::Value& audit) {
    if (const std::optional<Counts> counts = CountsIn(audit)) {
      counts_[counts->id].push_back(*counts);
    } else {
      const json::Value* origin = audit.Find("origin");
      RIPOSTE_CHECK(origin != nullptr, "the audit holds counts and decisions");
      found_.decisions.insert(PlaceIn(*origin) + " " + TextOf(audit, "rule", "id") + " " +
                              std::string(audit.StringOr("action", "")) + " " +
                              std::string(audit.StringOr("outcome", "")));
    }
  });
  ForEachCommitted(kafka_, OutTopic::kDeadLetter,
                   [this](const LogRecord&, const json::Value& letter) {
                     found_.dead_letters.insert(PlaceIn(letter) + " " +
                                                std::string(letter.StringOr("reason", "")));
                   });
  ForEachCommitted(
      kafka_, OutTopic::kCommands, [this](const LogRecord& record, const json::Value& command) {
        found_.commands[record.key].push_back(std::string(command.StringOr("action", "")) + " " +
                                              std::string(command.StringOr("id", "")));
      });
}

void RunCheck::CompareSets(std::string_view what, const std::multiset<std::string>& expected,
                           const std::multiset<std::string>& found) {
  std::vector<std::string> missing, extra;
  std::ranges::set_difference(expected, found, std::back_inserter(missing));
  std::ranges::set_difference(found, expected, std::back_inserter(extra));
  const auto tell = [&](std::string_view how, const std::vector<std::string>& entries) {
    if (entries.empty()) return;
    std::string text =
        std::to_string(entries.size()) + " " + std::string(what) + " " + std::string(how) + ":";
    for (size_t i = 0; i < std::min(kNamedMax, entries.size()); ++i)
      text += " [" + entries[i] + "]";
    Fail("I1", text);
  };
  tell("missing", missing);
  tell("too many", extra);
}

void RunCheck::Compare(const Outputs& expected) {
  CompareSets("alerts", expected.alerts, found_.alerts);
  CompareSets("decisions", expected.decisions, found_.decisions);
  CompareSets("dead letters", expected.dead_letters, found_.dead_letters);
  const auto as_set = [](const Outputs& outputs) {
    std::multiset<std::string> all;
    for (const auto& [asset, commands] : outputs.commands)
      for (const std::string& command : commands) all.insert(asset + " " + command);
    return all;
  };
  const std::multiset<std::string> wanted = as_set(expected), found = as_set(found_);
  CompareSets("commands", wanted, found);
  if (wanted != found) return;
  for (const auto& [asset, commands] : expected.commands)
    if (found_.commands[asset] != commands)
      Fail("I3", "the commands of " + asset + " are in another order than its events");
}

void RunCheck::CheckIds(const Outputs& expected) {
  const auto times = [](const Outputs& outputs) {
    std::map<std::string, size_t> by_id;
    for (const auto& [asset, commands] : outputs.commands)
      for (const std::string& command : commands) ++by_id[command];
    return by_id;
  };
  const std::map<std::string, size_t> allowed = times(expected);
  for (const auto& [command, count] : times(found_)) {
    const auto known = allowed.find(command);
    if (count > std::max<size_t>(1, known == allowed.end() ? 1 : known->second))
      Fail("I2", "the command " + command + " is there " + std::to_string(count) + " times");
  }
  for (const auto& [id, count] : summaries_)
    if (count > firings_[id])
      Fail("I2", "the firing " + id + " has " + std::to_string(count) +
                     " summaries, and is there " + std::to_string(firings_[id]) + " times");
}

void RunCheck::CheckCounts(const Outputs& expected) {
  for (const PartitionId& id : inputs_) {
    Tally sum;
    for (const Counts& one : counts_[id]) {
      sum.consumed += one.tally.consumed;
      sum.matched += one.tally.matched;
      sum.unmatched += one.tally.unmatched;
      sum.dead_lettered += one.tally.dead_lettered;
      sum.empty += one.tally.empty;
    }
    if (sum != expected.tallies.at(id))
      Fail("I4", PlaceOf(id, 0) + ": the audit counts " + std::to_string(sum.consumed) + " = " +
                     std::to_string(sum.matched) + " + " + std::to_string(sum.unmatched) + " + " +
                     std::to_string(sum.dead_lettered) + " + " + std::to_string(sum.empty) +
                     ", there are " + std::to_string(expected.tallies.at(id).consumed) +
                     " records");
    CheckCover(id, counts_[id]);
  }
}

void RunCheck::CheckCover(const PartitionId& id, std::vector<Counts> counts) {
  std::ranges::sort(counts, {}, &Counts::first);
  int64_t next = 0;
  for (const Counts& one : counts) {
    const Tally& tally = one.tally;
    if (tally.consumed != tally.matched + tally.unmatched + tally.dead_lettered + tally.empty)
      Fail("I4", PlaceOf(id, one.first) + ": the counts do not add up");
    if (one.first < next) Fail("I4", PlaceOf(id, one.first) + ": counted twice");
    if (one.first > next && Visible(id, next, one.first - 1) > 0)
      Fail("I4", PlaceOf(id, next) + ": not counted");
    if (Visible(id, one.first, one.last) != tally.consumed)
      Fail("I4", PlaceOf(id, one.first) + ": not as many records as are counted");
    next = std::max(next, one.last + 1);
  }
}

uint64_t RunCheck::Visible(const PartitionId& id, int64_t first, int64_t last) {
  const PartitionLog& log = kafka_.log(id);
  uint64_t count = 0;
  for (int64_t offset = log.NextVisible(first); offset >= 0 && offset <= last;
       offset = log.NextVisible(offset + 1))
    ++count;
  return count;
}

void RunCheck::CheckNothingHangs() {
  for (const auto& [id, log] : kafka_.logs())
    if (log.last_stable() != log.end())
      Fail("I8", PlaceOf(id, log.last_stable()) + ": a transaction is open for ever");
}

}  // namespace

void CommitWatch::Fail(std::string_view invariant, std::string text) {
  violations_.push_back({.invariant = invariant, .text = std::move(text)});
}

void CommitWatch::OnCommitted(const CommittedTransaction& transaction) {
  state_->OnCommitted(transaction);
  std::map<PartitionId, Counts> counts;
  for (const CommittedTransaction::Place& place : transaction.records) {
    if (place.id.topic != TopicOf(OutTopic::kAudit)) continue;
    const Result<json::Value> audit = json::Parse(place.message.value.value_or(""));
    RIPOSTE_CHECK(audit.ok(), "outputs are JSON");
    if (const std::optional<Counts> found = CountsIn(*audit)) counts[found->id] = *found;
  }
  for (const auto& [id, one] : counts)
    if (!transaction.offsets.contains(id))
      Fail("whole", PlaceOf(id, one.first) + ": outputs are committed without their offset");
  for (const auto& [id, move] : transaction.offsets) {
    if (move.to.offset < move.from)
      Fail("I5", PlaceOf(id, move.from) + ": the committed offset went back to " +
                     std::to_string(move.to.offset));
    const auto found = counts.find(id);
    if (IsShuffle(id)) continue;  // its records are not counted
    // What time alone decided, or a reload began, moves no offset.
    if (found == counts.end() && move.to.offset == std::max<int64_t>(0, move.from)) continue;
    if (found == counts.end() || found->second.last + 1 != move.to.offset)
      Fail("whole", PlaceOf(id, move.to.offset) + ": an offset is committed without its outputs");
    if (found != counts.end() && found->second.first < move.from)
      Fail("zombie", PlaceOf(id, found->second.first) + ": done by another owner before");
  }
}

Outputs CheckRun(KafkaModel& kafka, const std::vector<PartitionId>& inputs,
                 const rule::RuleSet& rules, std::optional<Duration> allowed_lateness,
                 Violations& violations) {
  Outputs expected = Expect(kafka, inputs, rules, allowed_lateness);
  RunCheck check(kafka, inputs, violations);
  check.Read();
  check.Compare(expected);
  check.CheckIds(expected);
  check.CheckCounts(expected);
  check.CheckNothingHangs();
  return expected;
}

}  // namespace riposte::sim
