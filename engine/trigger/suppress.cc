#include "engine/trigger/suppress.h"

#include <algorithm>
#include <utility>

#include <xxhash.h>

#include "engine/trigger/kept_codec.h"

namespace riposte::trigger {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kTargetBytes = 8;

// True if one of them is new. What finds no room is new again the next time.
bool Remember(std::span<const std::string_view> targets, std::vector<uint64_t>& known) {
  bool any_new = false;
  for (const std::string_view target : targets) {
    const uint64_t hash = XXH3_64bits(target.data(), target.size());
    const auto at = std::lower_bound(known.begin(), known.end(), hash);
    if (at != known.end() && *at == hash) continue;
    any_new = true;
    if (known.size() < Suppressor::kTargetsMax) known.insert(at, hash);
  }
  return any_new;
}

std::optional<SilencedSpan> End(SuppressState& state) {
  const SuppressState ended = std::exchange(state, {});
  if (ended.silenced == 0) return std::nullopt;
  return SilencedSpan{.first = *ended.first, .silenced = ended.silenced};
}

void ReadParts(SuppressState& state, ByteReader& in) {
  state.silenced = static_cast<int64_t>(in.Unsigned());
  if (state.silenced < 0 || state.silenced > kCountMax) in.Fail();
  const size_t size = in.Count(kTargetBytes);
  if (size > Suppressor::kTargetsMax) in.Fail();
  while (state.targets.size() < size && in.ok()) {
    const uint64_t target = in.Fixed();
    if (!state.targets.empty() && target <= state.targets.back()) in.Fail();
    state.targets.push_back(target);
  }
}

}  // namespace

Suppressor::Suppressor(Duration span) : span_(std::min(span, kSpanMax)) {}

Judgement Suppressor::Judge(State& state, Time time,
                            std::span<const std::string_view> targets) const {
  Judgement judgement;
  if (state.first && time > *state.first + span_) judgement.ended = End(state);
  const bool begins = !state.first;
  if (begins) state.first = time;
  const bool any_new = Remember(targets, state.targets);
  judgement.silent = !begins && !any_new;
  if (judgement.silent) ++state.silenced;
  judgement.first = *state.first;
  judgement.silenced = state.silenced;
  return judgement;
}

std::optional<SilencedSpan> Suppressor::OnTime(State& state, Time watermark) const {
  if (!state.first || watermark <= *state.first + span_) return std::nullopt;
  return End(state);
}

std::optional<Time> Suppressor::NextDeadline(const State& state) const {
  if (!state.first) return std::nullopt;
  return *state.first + span_;
}

void Suppressor::Write(const State& state, ByteWriter& out) const {
  out.Byte(kVersion);
  out.Byte(state.first ? 1 : 0);
  if (!state.first) return;
  WriteTime(*state.first, Time{}, out);
  out.Unsigned(static_cast<uint64_t>(state.silenced));
  out.Unsigned(state.targets.size());
  for (const uint64_t target : state.targets) out.Fixed(target);
}

bool Suppressor::Read(ByteReader& in, State& state) const {
  State read;
  if (in.Byte() != kVersion) in.Fail();
  const uint8_t has_span = in.Byte();
  if (has_span > 1) in.Fail();
  if (has_span == 1) {
    read.first = ReadTime(Time{}, in);
    ReadParts(read, in);
  }
  if (!in.ok()) return false;
  state = std::move(read);
  return true;
}

}  // namespace riposte::trigger
