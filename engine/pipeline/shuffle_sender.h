// What a task sends by the shuffle, as part of its transactions: what other tasks own of what it
// found, and how far it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "engine/pipeline/contributions.h"
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
  // To those that wait for the task.
  void Tick(const Ticks::Standing& standing, Time now, Transaction& open);
  void OnAborted() { ticks_.OnAborted(); }

 private:
  const Options options_;
  Ticks ticks_;
  std::vector<int32_t> owed_;
};

}  // namespace riposte::pipeline
