// What a task sends by the shuffle, as part of its transactions: what other tasks own of what it
// found, what they decide of what fired, and how far it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/pipeline/contributions.h"
#include "engine/pipeline/owner.h"
#include "engine/pipeline/proposal.h"
#include "engine/pipeline/ticks.h"
#include "engine/pipeline/transaction.h"
#include "engine/trigger/match_values.h"

namespace riposte::pipeline {

// One thread. `open`, everywhere, is begun if something is put into it.
class ShuffleSender {
 public:
  struct Options {
    std::string name;  // no other task's; at most trigger::Watermark::kNameBytesMax bytes
    int32_t state_tasks = 1;
    std::optional<int32_t> own{};  // the task's number, if it is a state task
    Ticks::Options ticks{};
  };
  explicit ShuffleSender(Options options);

  // `values`: by which it was found.
  void Send(const std::vector<Outgoing>& outgoing, const trigger::MatchValues& values, Time now,
            Transaction& open);
  // To who owns the assets of its targets. `watermark`: how far this task was. False, and nothing
  // is sent: it is too large.
  bool Propose(int32_t to, const Proposal& proposal, Time watermark, Time now, Transaction& open);
  // To those that wait for the task.
  void Tick(const Ticks::Standing& standing, Time now, Transaction& open);
  void OnAborted() { ticks_.OnAborted(); }

  int32_t own() const { return options_.own.value_or(kNoState); }
  int32_t OwnerOfAsset(std::string_view asset_id) const {
    return OwnerOf(asset_id, options_.state_tasks);
  }

 private:
  const Options options_;
  Ticks ticks_;
  std::vector<int32_t> owed_;
};

}  // namespace riposte::pipeline
