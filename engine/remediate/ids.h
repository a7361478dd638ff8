// The ids of firings and commands: UUIDv5 (RFC 9562), so the same committed order gives the same
// ids, in any process and release. They are durable: agents and operators' systems recognise a
// repeated command by its id, so the byte layout below may never change. Golden tests pin it.
//
// Layout: namespace kIdNamespace; the name is a sequence of fields, each its length in bytes as 4
// bytes, most significant first, then the bytes. Lengths make the sequence unambiguous whatever the
// fields contain.
//   trigger key of an event with an id:
//     "event", event id, time of the event (ms since 1970, decimal)
//   trigger key of one without:
//     "record", topic, partition, offset, index (decimal each), SHA-256 (hex) of the record's bytes
//   trigger key of a window that an event completed:
//     the event's; where the rule has groups: "group", the event's trigger key, each value of the
//     group. With steps of different keys one event may complete windows of several groups, and
//     each of these firings has its own commands
//   trigger key of a firing that no event completes:
//     "deadline", each value of the group, the time (ms since 1970, decimal)
//   target, a process:
//     "process" or "tree", asset id, then what identifies it: "guid", guid
//     or "started_at" | "started_not_after", pid, that time (ms since 1970; decimal each)
//   target, a file or its processes:
//     "file", asset id, path, SHA-256 (hex, lower case)
//   target, an asset:
//     "asset", asset id
//   firing:
//     "firing", rule id (canonical text), asset id (may be empty), trigger key
//   command:
//     "command", rule id (canonical text), action name, target, trigger key
//
// An event that a window has kept (engine/remediate/subject.h) has the same key as when it was at
// hand, but one whose id was too long to be kept: that of an event without.
// The version of the rule is no part of it: an edit must not order again what was ordered before.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "engine/remediate/command.h"
#include "engine/remediate/origin.h"
#include "engine/remediate/subject.h"

namespace riposte::remediate {

// 6f1a2c9e-0d43-5b8e-9a57-3c1e8f20b7d4.
extern const Uuid kIdNamespace;

// The fields, joined as above.
std::string JoinFields(std::initializer_list<std::string_view> fields);

std::string TriggerKey(std::string_view event_id, Time event_time);
std::string TriggerKey(const Origin& origin, std::string_view record_bytes);
std::string TriggerKey(const Subject& subject);
// `group`: its values, as they name it, in the order of the rule's fields; empty without groups.
std::string TriggerKeyInGroup(std::string event_key, std::span<const std::string> group);
std::string DeadlineKey(std::span<const std::string> group, Time time);

// `command` has its asset and target; the target is the process if there is one, else the file,
// else the asset.
std::string TargetIdentity(const Command& command);

Uuid FiringId(const Uuid& rule_id, std::string_view asset_id, std::string_view trigger_key);
Uuid CommandId(const Command& command, std::string_view trigger_key);

}  // namespace riposte::remediate
