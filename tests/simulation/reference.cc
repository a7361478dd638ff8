#include "tests/simulation/reference.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <variant>

#include "base/check.h"
#include "base/digest.h"
#include "base/uuid.h"
#include "engine/event/decode.h"
#include "engine/match/naive.h"
#include "tests/simulation/orders.h"
#include "tests/simulation/windows.h"

namespace riposte::sim {
namespace {

using event::Event;
using schema::EventType;
using schema::Role;

// An event is not believed to be further ahead of its record.
constexpr Duration kAheadMax = std::chrono::minutes(5);

// The id's layout as documented in engine/remediate/ids.h, written a second time.
std::string Fields(std::initializer_list<std::string> fields) {
  std::string joined;
  for (const std::string& field : fields) {
    const size_t size = field.size();
    joined += {static_cast<char>(size >> 24), static_cast<char>(size >> 16),
               static_cast<char>(size >> 8), static_cast<char>(size)};
    joined += field;
  }
  return joined;
}

std::string IdOf(const std::string& name) {
  static const Uuid space = *Uuid::Parse("6f1a2c9e-0d43-5b8e-9a57-3c1e8f20b7d4");
  return Uuid::V5(space, name).ToString();
}

std::string Ms(Time time) { return std::to_string(ToMs(time)); }

std::string Text(const Event& event, Role role) { return std::string(event.TextOf(role)); }

// One record that was decoded.
struct Subject {
  const PartitionId& id;
  int64_t offset = 0;
  Time append_time{};
  const Event& event;

  std::string Trigger() const {
    const event::Value* time = event.First(Role::kEventTime);
    const std::string event_id = Text(event, Role::kEventId);
    if (!event_id.empty())
      return Fields({"event", event_id, Ms(time == nullptr ? append_time : time->date)});
    return Fields({"record", id.topic, std::to_string(id.partition), std::to_string(offset), "0",
                   Sha256Hex(event.bytes())});
  }
};

// What identifies the target of an action, or nothing where there is none.
std::optional<std::string> FileIdentity(const std::string& asset, const std::string& path,
                                        const std::string& sha) {
  if (path.empty() || sha.empty()) return std::nullopt;
  return Fields({"file", asset, path, sha});
}

std::optional<std::string> ProcessIdentity(const Event& event, const std::string& asset) {
  const event::Value* pid = event.First(Role::kProcessPid);
  const event::Value* start = event.First(Role::kProcessStartedAt);
  const std::string guid = Text(event, Role::kProcessGuid);
  if (pid == nullptr || (start == nullptr && guid.empty())) return std::nullopt;
  if (!guid.empty()) return Fields({"process", asset, "guid", guid});
  return Fields({"process", asset, "started_at", pid->number.ToString(), Ms(start->date)});
}

std::optional<std::string> TargetOf(std::string_view action, const Event& event) {
  const std::string asset = Text(event, Role::kAssetId);
  const event::Value* snapshot = event.First(Role::kSnapshot);
  if (asset.empty() || (snapshot != nullptr && snapshot->boolean)) return std::nullopt;
  if (action == "quarantine_asset") return Fields({"asset", asset});
  switch (event.type()) {
    case EventType::kFile:
      return FileIdentity(asset, Text(event, Role::kFilePath), Text(event, Role::kFileSha256));
    case EventType::kProcess:
    case EventType::kNetwork:
    case EventType::kMutex:
      if (action == "kill_process") return ProcessIdentity(event, asset);
      return FileIdentity(asset, Text(event, Role::kProcessImage),
                          Text(event, Role::kProcessSha256));
    case EventType::kOther:
    case EventType::kRegistry:
      break;
  }
  return std::nullopt;
}

// The system's own process must not be killed; that of a file event is named by its file.
bool IsProtected(std::string_view action, const Event& event) {
  if (action != "kill_process" || event.type() == EventType::kFile) return false;
  return event.First(Role::kProcessPid)->number.ToString() == "4";
}

std::vector<std::string> ActionsOf(const rule::Rule& rule) {
  if (!rule.remediation) return {};
  if (rule.remediation->action == rule::RuleAction::kQuarantineAsset) return {"quarantine_asset"};
  return {"kill_process", "quarantine_file"};
}

// What is decided about one action of a firing, if nothing was ordered before.
std::string_view OutcomeOf(const rule::Rule& rule, const Event& event,
                           const ExpectedOrders::Order& order) {
  if (order.target.empty()) return "refused";
  if (IsProtected(order.action, event)) return "denied";
  return rule.remediation->mode == rule::AutoMode::kEnforce ? "ordered" : "dry_run";
}

// `trigger`: what the firing is named after. `orders`: null, nobody remembers what was ordered.
void ExpectFiring(const rule::Rule& rule, const Subject& subject, const std::string& trigger,
                  ExpectedOrders* orders, Outputs& expected) {
  const Event& event = subject.event;
  const std::string place = PlaceOf(subject.id, subject.offset);
  const std::string rule_id = rule.id.ToString();
  const std::string asset = Text(event, Role::kAssetId);
  expected.alerts.insert(place + " " + rule_id + " " +
                         IdOf(Fields({"firing", rule_id, asset, trigger})));
  for (const std::string& action : ActionsOf(rule)) {
    const std::string target = TargetOf(action, event).value_or("");
    const ExpectedOrders::Order order{
        .action = action,
        .target = target,
        .id = IdOf(Fields({"command", rule_id, action, target, trigger}))};
    std::string outcome(OutcomeOf(rule, event, order));
    if (outcome == "ordered" && orders != nullptr && !orders->Take(asset, order)) {
      outcome = "denied";
      ++expected.not_ordered_again;
    }
    expected.decisions.insert(place + " " + rule_id + " " + action + " " + outcome);
    if (outcome == "ordered") expected.commands[asset].push_back(action + " " + order.id);
  }
}

struct RecordPlace {
  const PartitionId& id;
  int64_t offset = 0;
};

// The visible records of one partition.
class Walk {
 public:
  Walk(const rule::RuleSet& rules, std::optional<Duration> allowed_lateness, Outputs& expected)
      : rules_(rules), matcher_(rules, rules.schema->profiles.front()), expected_(expected) {
    if (!allowed_lateness) return;
    windows_.emplace(*allowed_lateness);
    orders_.emplace();
  }

  void Partition(const PartitionId& id, const PartitionLog& log) {
    expected_.tallies[id];
    for (int64_t offset = log.NextVisible(0); offset >= 0; offset = log.NextVisible(offset + 1))
      Record(id, offset, log);
  }

 private:
  void Record(const PartitionId& id, int64_t offset, const PartitionLog& log) {
    const LogRecord& record = log.at(offset);
    Tally& tally = expected_.tallies[id];
    ++tally.consumed;
    if (!record.value || record.value->empty()) {
      ++tally.empty;
      return;
    }
    const event::Reject reject = decoder_.Decode(matcher_.plan(), *record.value);
    if (reject != event::Reject::kNone) {
      ++tally.dead_lettered;
      expected_.dead_letters.insert(PlaceOf(id, offset) + " " +
                                    std::string(event::RejectName(reject)));
      return;
    }
    const std::vector<match::Match> matches =
        matcher_.FindMatches(decoder_.event(), {.now = record.append_time});
    ++(matches.empty() ? tally.unmatched : tally.matched);
    const Subject subject{
        .id = id, .offset = offset, .append_time = record.append_time, .event = decoder_.event()};
    for (const match::Match& match : matches) {
      const rule::Rule& rule = rules_.rules[match.rule];
      if (std::holds_alternative<rule::SingleMatch>(rule.trigger))
        Fires(rule, subject, subject.Trigger());
    }
    for (const match::Match& match : matches)
      if (windows_) Count(match.rule, subject, log);
  }

  // The record to the windows of a rule that has some.
  void Count(uint32_t index, const Subject& subject, const PartitionLog& log) {
    const rule::Rule& rule = rules_.rules[index];
    const rule::Count* count = std::get_if<rule::Count>(&rule.trigger);
    if (count == nullptr) return;
    const std::string group = GroupOf(*count, subject.event);
    if (group.empty()) return;
    const event::Value* time = subject.event.First(Role::kEventTime);
    const event::Value* pid = subject.event.First(Role::kProcessPid);
    const ExpectedWindows::Match match{
        .rule = index,
        .group = group,
        .time = std::min(time == nullptr ? subject.append_time : time->date,
                         subject.append_time + kAheadMax),
        .offset = subject.offset,
        .value = pid == nullptr ? "" : pid->number.ToString(),
        .has_value = pid != nullptr};
    for (const int64_t completed_by : windows_->Take(*count, match))
      ExpectWindow(rule, {.id = subject.id, .offset = completed_by}, group, log);
  }

  // Empty: it has none. All are such that their names need no folding.
  std::string GroupOf(const rule::Count& count, const Event& event) const {
    const schema::Profile& profile = rules_.schema->profiles.front();
    for (const Role role : {Role::kAssetId, Role::kAssetName, Role::kEventId})
      if (profile.role(role) == count.group_by.front()) return Text(event, role);
    RIPOSTE_CHECK(false, "the rules of a run group by what the reference knows");
    return {};
  }

  void ExpectWindow(const rule::Rule& rule, const RecordPlace& place, const std::string& group,
                    const PartitionLog& log) {
    const LogRecord& record = log.at(place.offset);
    const event::Reject reject = again_.Decode(matcher_.plan(), *record.value);
    RIPOSTE_CHECK(reject == event::Reject::kNone, "it was decoded before");
    const Subject subject{.id = place.id,
                          .offset = place.offset,
                          .append_time = record.append_time,
                          .event = again_.event()};
    ++expected_.window_firings;
    Fires(rule, subject, Fields({"group", subject.Trigger(), group}));
  }

  void Fires(const rule::Rule& rule, const Subject& subject, const std::string& trigger) {
    ExpectFiring(rule, subject, trigger, orders_ ? &*orders_ : nullptr, expected_);
  }

  const rule::RuleSet& rules_;
  match::PlainMatcher matcher_;
  event::DomDecoder decoder_;
  event::DomDecoder again_;  // for events that come back as those that completed a window
  std::optional<ExpectedWindows> windows_;
  std::optional<ExpectedOrders> orders_;
  Outputs& expected_;
};

}  // namespace

std::string PlaceOf(const PartitionId& id, int64_t offset) {
  return id.topic + "-" + std::to_string(id.partition) + "@" + std::to_string(offset);
}

Outputs Expect(KafkaModel& kafka, const std::vector<PartitionId>& inputs,
               const rule::RuleSet& rules, std::optional<Duration> allowed_lateness) {
  Outputs expected;
  Walk walk(rules, allowed_lateness, expected);
  for (const PartitionId& id : inputs) walk.Partition(id, kafka.log(id));
  return expected;
}

}  // namespace riposte::sim
