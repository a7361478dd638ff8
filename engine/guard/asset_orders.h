// What was ordered on one asset, and what is known of its effect: pure state changes over a passed
// clock. What may not be ordered again is judged by it (duplicate.h).
//
// Only what went to riposte.commands is in it: dry runs, held and denied commands were never
// ordered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "base/uuid.h"
#include "engine/remediate/command.h"
#include "rules/schema/profile.h"

namespace riposte::guard {

// What a command acts on: the first half of the SHA-256 of its target identity
// (engine/remediate/ids.h). A hash that one can find collisions of would let an attacker name a
// file so that another one counts as dealt with.
using TargetId = std::array<uint8_t, 16>;
TargetId TargetIdOf(const remediate::Command& command);

// What is known of an order's effect. The numbers are stored.
enum class Effect : uint8_t {
  kInFlight = 0,  // nothing yet, or nothing certain
  kInForce = 1,   // it was reported, and nothing since then that ended it
  kNone = 2,      // it came to nothing, or was undone
};

struct Order {
  Uuid id;  // of the command
  remediate::Action action = remediate::Action::kKillProcess;
  TargetId target{};
  Time event_time{};  // of the event that the target is from
  Time not_after{};
  Effect effect = Effect::kInFlight;
  Time in_force_since{};  // by the asset's clock; zero unless kInForce
  bool operator==(const Order&) const = default;
};
// `command` was ordered just now.
Order OrderOf(const remediate::Command& command);

// What became of a command, in the words of its life cycle.
enum class Reported : uint8_t {
  kSucceeded,
  kAlreadyDone,  // what it asks for was so before
  kFailed,
  kUnknown,  // the agent crashed between intent and result
  kDenied,   // by the agent
  kExpired,
  kCancelled,
  kUndone,    // a file is back, an asset is free
  kReleased,  // the asset is, by whatever command or none: all isolations of it are over
};
struct Report {
  Uuid command_id;  // of kReleased none
  Reported outcome = Reported::kUnknown;
  Time time{};  // by the asset's clock
};

// Why a command is not ordered, the first that holds.
enum class Known : uint8_t {
  kNothing,      // it may be
  kSameCommand,  // it was ordered
  kInFlight,     // another one with the same action and target is
  kInForce,      // the effect of another one is
};
struct Finding {
  Known known = Known::kNothing;
  const Order* order = nullptr;  // that one, until the next change; null of kNothing
};

// In the order in which they were ordered. A value; `skew`: for how long after its not_after an
// order counts, since clocks differ.
class AssetOrders {
 public:
  static constexpr size_t kOrdersMax = 64;

  // What is known of `command`, whose target is from an event of `type`. A FILE event that is later
  // than an effect on the same file tells of the file anew: both times are of the asset's own
  // clock.
  Finding Find(const remediate::Command& command, schema::EventType type, Time now,
               Duration skew) const;

  // At the bound, or with `full`, another one goes: one that came to nothing, else the oldest.
  // Returns whether one did. One of the same id is replaced.
  bool Add(const Order& order, bool full);

  // False: it is about nothing that is known here, or is not news, and nothing changed. What comes
  // late, or again, changes nothing that was told before: what failed did not succeed before.
  bool Take(const Report& report);

  // Orders that count no more.
  void Forget(Time now, Duration skew);
  // Forget has something to do when `now` is beyond this.
  std::optional<Time> NextToForget(Duration skew) const;

  const std::vector<Order>& orders() const { return orders_; }
  bool operator==(const AssetOrders&) const = default;

  void Write(ByteWriter& out) const;
  // False if the bytes are none that Write gave; then it is as it was. What follows in the bytes is
  // left to the caller.
  bool Read(ByteReader& in);

 private:
  bool Succeed(size_t index, Time time);

  std::vector<Order> orders_;
};

}  // namespace riposte::guard
