// From a firing to proposed commands: the action matrix and the choice of target. A case that may
// not be ordered is a refusal with a reason, never a silent nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/event/event.h"
#include "engine/remediate/command.h"
#include "rules/rule/rule.h"

namespace riposte::remediate {

// Where a record stands in Kafka; gives an event without an id its identity.
struct Origin {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  uint32_t index = 0;  // of the event within its record
  Time append_time{};
};

// A rule's trigger criterion was met. Ids are UUIDv5, so the same committed order gives the same
// ones.
struct Firing {
  Uuid id;
  const rule::Rule* rule = nullptr;
  std::string trigger_key;  // id and time of the completing event, or its origin and hash
  std::vector<std::string> event_ids;
  Time event_time{};
  Time append_time{};
};

Firing MakeFiring(const rule::Rule& rule, const event::Event& event, const Origin& origin);

// Why nothing can be proposed. Bounded: a metric label, a field of alert and audit.
enum class Refusal : uint8_t {
  kNone,
  kRegistryEvent,
  kUnsupportedEventType,
  kNoAsset,
  kNoProcess,
  kNoProcessIdentity,
  kNoFile,
  kNoFileHash,
  kSnapshot,
  kCount
};
std::string_view RefusalName(Refusal refusal);      // "registry_event", ...
std::string_view RefusalSentence(Refusal refusal);  // for people

// One action of a firing: a command, or why there is none.
struct Proposal {
  Action action = Action::kKillProcess;
  std::optional<Command> command;
  Refusal refusal = Refusal::kNone;
};

struct TimeToLive {
  Duration kill = std::chrono::hours(1);
  Duration file = std::chrono::hours(24 * 7);
  Duration isolate =
      std::chrono::hours(24 * 365);  // pending until delivered, released or cancelled
};

// The proposals of a firing of a rule that has a remediation; kill before quarantine. `now` is wall
// time: issued_at.
std::vector<Proposal> Propose(const Firing& firing, const event::Event& event,
                              const TimeToLive& ttl, Time now);

}  // namespace riposte::remediate
