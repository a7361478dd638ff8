#include "engine/pipeline/ticks.h"

#include <algorithm>

namespace riposte::pipeline {

Ticks::Ticks(int32_t state_tasks, std::optional<int32_t> own, const Options& options)
    : own_(own), options_(options), told_(static_cast<size_t>(state_tasks)) {}

void Ticks::OnSent(int32_t to, Time watermark, Time now) {
  told_[static_cast<size_t>(to)] = {.watermark = watermark, .at = now};
}

void Ticks::AppendOwed(const Standing& standing, Time now, std::vector<int32_t>& owed) {
  if (standing.inputs_idle || !standing.has_windows) return;
  for (int32_t to = 0; to < static_cast<int32_t>(told_.size()); ++to) {
    if (to == own_ || !IsOwed(told_[static_cast<size_t>(to)], standing.watermark, now)) continue;
    OnSent(to, standing.watermark, now);
    owed.push_back(to);
  }
}

bool Ticks::IsOwed(std::optional<Told>& told, Time watermark, Time now) const {
  if (!told) return true;
  // A wall clock that is set back silences nobody.
  told->at = std::min(told->at, now);
  const Duration silent = now - told->at;
  return silent >= options_.alive || (silent >= options_.every && watermark > told->watermark);
}

void Ticks::OnAborted() { std::ranges::fill(told_, std::nullopt); }

}  // namespace riposte::pipeline
