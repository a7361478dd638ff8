// What becomes of a firing as part of a transaction: the commands that are ordered, the audit of
// each decision, and its alert, unless that is silent; or a proposal to the task that owns the
// asset, which has what was ordered on it and what is silent
// (docs/adr/0008-the-owner-of-the-asset-decides-and-alerts.md).
//
// `suppress` silences the alert alone: commands are decided as ever. What orders something is never
// silent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "engine/pipeline/decide.h"
#include "engine/pipeline/proposal.h"
#include "engine/pipeline/records.h"
#include "engine/pipeline/shuffle_sender.h"
#include "engine/pipeline/task_suppressions.h"
#include "engine/pipeline/transaction.h"
#include "engine/pipeline/window_firing.h"

namespace riposte::pipeline {

// The largest values of the records' topics.
struct OutputBounds {
  size_t alert_bytes_max = 0, audit_bytes_max = 0;
};

// The way to the other tasks. Null: nobody owns assets, and all is decided where it fires.
struct ToOwners {
  ShuffleSender* sender = nullptr;
  Time watermark{};  // how far this task is
};

// For as long as a record or a batch; what it is made of outlives it. `open` was begun.
// `suppressions` null: nothing is silent here.
class FiringOutputs {
 public:
  FiringOutputs(const Circumstances& circumstances, const OutputBounds& bounds,
                const ToOwners& owners, Transaction& open, TaskSuppressions* suppressions)
      : circumstances_(circumstances),
        bounds_(bounds),
        owners_(owners),
        open_(open),
        suppressions_(suppressions) {}

  Time now() const { return circumstances_.now; }
  const OutputBounds& bounds() const { return bounds_; }
  Transaction& open() { return open_; }

  // The single match of `rule` on `event`. `alert_key`: as WindowFiring has it.
  void Put(const rule::Rule& rule, const remediate::Subject& event, Evidence evidence,
           std::optional<trigger::AlertKey> alert_key = std::nullopt);
  void Put(const WindowFiring& window);
  // What another task proposes. False, and nothing happened: this one does not own its targets.
  bool PutProposal(const Proposal& proposal);

 private:
  bool IsOthers(const rule::Rule& rule, std::string_view asset_id) const;
  void Propose(int32_t owner, const Proposal& proposal);
  void Judge(const Proposal& proposal);
  void PutDecided(const Proposal& proposal, const Decided& decided);
  bool IsSilent(const WindowFiring& fired, const Decided& decided);
  void PutAction(const Decided& decided, const Action& action, const remediate::Subject& target);

  const Circumstances circumstances_;
  const OutputBounds bounds_;
  const ToOwners owners_;
  Transaction& open_;
  TaskSuppressions* const suppressions_;
};

}  // namespace riposte::pipeline
