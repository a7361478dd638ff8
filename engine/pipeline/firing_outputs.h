// What becomes of a firing as part of a transaction: the commands that are ordered, the audit of
// each decision, and its alert; or a proposal to the task that owns the asset, which has what was
// ordered on it (docs/adr/0008-the-owner-of-the-asset-decides-and-alerts.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "engine/pipeline/decide.h"
#include "engine/pipeline/proposal.h"
#include "engine/pipeline/records.h"
#include "engine/pipeline/shuffle_sender.h"
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
class FiringOutputs {
 public:
  FiringOutputs(const Circumstances& circumstances, const OutputBounds& bounds,
                const ToOwners& owners, Transaction& open)
      : circumstances_(circumstances), bounds_(bounds), owners_(owners), open_(open) {}

  Time now() const { return circumstances_.now; }
  const OutputBounds& bounds() const { return bounds_; }
  Transaction& open() { return open_; }

  // The single match of `rule` on `event`.
  void Put(const rule::Rule& rule, const remediate::Subject& event, Evidence evidence);
  void Put(const WindowFiring& window);
  // What another task proposes. False, and nothing happened: this one does not own its targets.
  bool PutProposal(const Proposal& proposal);

 private:
  bool IsOthers(const rule::Rule& rule, std::string_view asset_id) const;
  void Propose(int32_t owner, const Proposal& proposal);
  void Judge(const Proposal& proposal, const Targets& targets);
  void PutAction(const Decided& decided, const Action& action, const remediate::Subject& target);

  const Circumstances circumstances_;
  const OutputBounds bounds_;
  const ToOwners owners_;
  Transaction& open_;
};

}  // namespace riposte::pipeline
