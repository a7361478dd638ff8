// What becomes of a firing as part of a transaction: the commands that are ordered, the audit of
// each decision, and its alert.
#pragma once

#include <cstddef>

#include "engine/pipeline/decide.h"
#include "engine/pipeline/records.h"
#include "engine/pipeline/transaction.h"
#include "engine/pipeline/window_firing.h"

namespace riposte::pipeline {

// The largest values of the records' topics.
struct OutputBounds {
  size_t alert_bytes_max = 0, audit_bytes_max = 0;
};

// For as long as a record or a batch; what it is made of outlives it. `open` was begun.
class FiringOutputs {
 public:
  FiringOutputs(const Circumstances& circumstances, const OutputBounds& bounds, Transaction& open)
      : circumstances_(circumstances), bounds_(bounds), open_(open) {}

  Time now() const { return circumstances_.now; }
  const OutputBounds& bounds() const { return bounds_; }
  Transaction& open() { return open_; }

  // The single match of `rule` on `event`.
  void Put(const rule::Rule& rule, const remediate::Subject& event, const Evidence& evidence);
  void Put(WindowFiring window);

 private:
  void PutAction(const Decided& decided, const Action& action, const remediate::Subject& target);

  const Circumstances circumstances_;
  const OutputBounds bounds_;
  Transaction& open_;
};

}  // namespace riposte::pipeline
