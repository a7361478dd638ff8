// From a firing to proposed commands: the action matrix and the choice of target. A case that may
// not be ordered is a refusal with a reason, never a silent nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/remediate/command.h"
#include "engine/remediate/firing.h"
#include "engine/remediate/subject.h"
#include "rules/rule/rule.h"

namespace riposte::remediate {

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
  kNoTargetEvent,  // of a window: it has no event whose process or file could be meant
  kNoSingleAsset,  // of a window that no event completed
  kTooLarge,       // another task decides about the target, and cannot be told
  kCount
};
std::string_view RefusalName(Refusal refusal);      // "registry_event", ...
std::string_view RefusalSentence(Refusal refusal);  // for people

// One action of a firing: a command, or why there is none.
struct Proposal {
  Action action = Action::kKillProcess;
  std::optional<Command> command;
  Refusal refusal = Refusal::kNone;
  size_t target = 0;  // which of the firing's targets it is for
};

struct TimeToLive {
  Duration kill = std::chrono::hours(1);
  Duration file = std::chrono::hours(24 * 7);
  Duration isolate =
      std::chrono::hours(24 * 365);  // pending until delivered, released or cancelled
};

// The actions of a firing of `rule`, kill before quarantine; none without a remediation or with
// `auto: off`.
std::vector<Action> ActionsOf(const rule::Rule& rule);

// Such an action for what `target` is about. `now` is wall time: issued_at.
Proposal Propose(Action action, const Firing& firing, const Subject& target, const TimeToLive& ttl,
                 Time now);

// What all actions of `rule` act on for `target`: equal where they are for the same, empty where
// each is refused.
std::string TargetKey(const rule::Rule& rule, const Subject& target);

}  // namespace riposte::remediate
