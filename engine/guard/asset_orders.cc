#include "engine/guard/asset_orders.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/digest.h"
#include "engine/remediate/ids.h"
#include "engine/trigger/kept_codec.h"

namespace riposte::guard {
namespace {

using remediate::Action;

constexpr uint8_t kVersion = 1;
// Id, action, target, two times and the effect.
constexpr size_t kOrderBytesMin = 16 + 1 + 16 + 1 + 1 + 1;

// An isolation lasts until it is ended, however long ago it was ordered. Of other effects nothing
// is asked after that: an event that tells of them anew comes later, or is too old for the guard
// `expiry`.
std::optional<Time> EndOf(const Order& order, Duration skew) {
  if (order.action == Action::kIsolateAsset && order.effect == Effect::kInForce)
    return std::nullopt;
  return order.not_after + skew;
}

// What takes back what `action` does; empty if nothing does.
std::optional<Action> ReverseOf(Action action) {
  switch (action) {
    case Action::kIsolateAsset:
      return Action::kReleaseAsset;
    case Action::kReleaseAsset:
      return Action::kIsolateAsset;
    case Action::kQuarantineFile:
      return Action::kUnquarantineFile;
    case Action::kUnquarantineFile:
      return Action::kQuarantineFile;
    case Action::kKillProcess:
    case Action::kDeleteFile:
      return std::nullopt;
  }
  return std::nullopt;
}

bool End(Order& order) {
  if (order.effect == Effect::kNone) return false;
  order.effect = Effect::kNone;
  order.in_force_since = {};
  return true;
}

Time Bounded(Time time) {
  return std::clamp(time, TimeFromMs(-ToMs(trigger::kTimeMax)), trigger::kTimeMax);
}

template <size_t kSize>
void WriteBytes(const std::array<uint8_t, kSize>& bytes, ByteWriter& out) {
  for (const uint8_t byte : bytes) out.Byte(byte);
}

template <size_t kSize>
void ReadBytes(ByteReader& in, std::array<uint8_t, kSize>& bytes) {
  for (uint8_t& byte : bytes) byte = in.Byte();
}

void WriteOrder(const Order& order, ByteWriter& out) {
  WriteBytes(order.id.bytes, out);
  out.Byte(static_cast<uint8_t>(order.action));
  WriteBytes(order.target, out);
  trigger::WriteTime(order.not_after, Time{}, out);
  trigger::WriteTime(order.event_time, order.not_after, out);
  out.Byte(static_cast<uint8_t>(order.effect));
  if (order.effect == Effect::kInForce)
    trigger::WriteTime(order.in_force_since, order.not_after, out);
}

Order ReadOrder(ByteReader& in) {
  Order order;
  ReadBytes(in, order.id.bytes);
  const uint8_t action = in.Byte();
  if (action > static_cast<uint8_t>(Action::kReleaseAsset)) in.Fail();
  order.action = static_cast<Action>(action);
  ReadBytes(in, order.target);
  order.not_after = trigger::ReadTime(Time{}, in);
  order.event_time = trigger::ReadTime(order.not_after, in);
  const uint8_t effect = in.Byte();
  if (effect > static_cast<uint8_t>(Effect::kNone)) in.Fail();
  order.effect = static_cast<Effect>(effect);
  if (order.effect == Effect::kInForce)
    order.in_force_since = trigger::ReadTime(order.not_after, in);
  return order;
}

}  // namespace

TargetId TargetIdOf(const remediate::Command& command) {
  const std::string hash = Sha256(remediate::TargetIdentity(command));
  TargetId id;
  std::memcpy(id.data(), hash.data(), id.size());
  return id;
}

Order OrderOf(const remediate::Command& command) {
  return {.id = command.id,
          .action = command.action,
          .target = TargetIdOf(command),
          .event_time = Bounded(command.event_time),
          .not_after = Bounded(command.not_after)};
}

Finding AssetOrders::Find(const remediate::Command& command, schema::EventType type, Time now,
                          Duration skew) const {
  if (orders_.empty()) return {};
  const TargetId target = TargetIdOf(command);
  Finding found;
  for (const Order& order : orders_) {
    const bool is_current = now <= order.not_after + skew;
    if (is_current && order.id == command.id)
      return {.known = Known::kSameCommand, .order = &order};
    if (order.action != command.action || order.target != target) continue;
    if (is_current && order.effect == Effect::kInFlight)
      found = {.known = Known::kInFlight, .order = &order};
    const std::optional<Time> end = EndOf(order, skew);
    const bool is_anew = type == schema::EventType::kFile && command.file &&
                         command.event_time > order.in_force_since;
    if (order.effect == Effect::kInForce && (!end || now <= *end) && !is_anew &&
        found.known == Known::kNothing)
      found = {.known = Known::kInForce, .order = &order};
  }
  return found;
}

bool AssetOrders::Add(const Order& order, bool full) {
  const auto is_same = [&](const Order& other) { return other.id == order.id; };
  const bool replaces = std::erase_if(orders_, is_same) > 0;
  const bool evicts = !replaces && !orders_.empty() && (full || orders_.size() >= kOrdersMax);
  if (evicts) {
    const auto useless = std::ranges::find(orders_, Effect::kNone, &Order::effect);
    orders_.erase(useless == orders_.end() ? orders_.begin() : useless);
  }
  orders_.push_back(order);
  return evicts;
}

bool AssetOrders::Take(const Report& report) {
  if (report.outcome == Reported::kReleased) {
    bool changed = false;
    for (Order& order : orders_)
      if (order.action == Action::kIsolateAsset) changed |= End(order);
    return changed;
  }
  const auto found = std::ranges::find(orders_, report.command_id, &Order::id);
  if (found == orders_.end()) return false;
  switch (report.outcome) {
    case Reported::kSucceeded:
    case Reported::kAlreadyDone:
      return Succeed(static_cast<size_t>(found - orders_.begin()), Bounded(report.time));
    case Reported::kFailed:
    case Reported::kDenied:
    case Reported::kExpired:
    case Reported::kCancelled:
      return found->effect == Effect::kInFlight && End(*found);
    case Reported::kUndone:
      return End(*found);
    case Reported::kUnknown:
    case Reported::kReleased:
      return false;
  }
  return false;
}

// What was ordered before it and does the reverse is over.
bool AssetOrders::Succeed(size_t index, Time time) {
  Order& order = orders_[index];
  if (order.effect != Effect::kInFlight) return false;
  order.effect = Effect::kInForce;
  order.in_force_since = time;
  const std::optional<Action> reverse = ReverseOf(order.action);
  for (size_t i = 0; reverse && i < index; ++i)
    if (orders_[i].action == *reverse && orders_[i].target == order.target) End(orders_[i]);
  return true;
}

void AssetOrders::Forget(Time now, Duration skew) {
  std::erase_if(orders_, [&](const Order& order) {
    const std::optional<Time> end = EndOf(order, skew);
    return end && now > *end;
  });
}

std::optional<Time> AssetOrders::NextToForget(Duration skew) const {
  std::optional<Time> next;
  for (const Order& order : orders_)
    if (const std::optional<Time> end = EndOf(order, skew))
      next = std::min(next.value_or(*end), *end);
  return next;
}

void AssetOrders::Write(ByteWriter& out) const {
  out.Byte(kVersion);
  out.Unsigned(orders_.size());
  for (const Order& order : orders_) WriteOrder(order, out);
}

bool AssetOrders::Read(ByteReader& in) {
  std::vector<Order> read;
  if (in.Byte() != kVersion) in.Fail();
  const size_t size = in.Count(kOrderBytesMin);
  if (size > kOrdersMax) in.Fail();
  while (read.size() < size && in.ok()) {
    const Order order = ReadOrder(in);
    if (std::ranges::find(read, order.id, &Order::id) != read.end()) in.Fail();
    read.push_back(order);
  }
  if (!in.ok()) return false;
  orders_ = std::move(read);
  return true;
}

}  // namespace riposte::guard
