// What the operators say now: the configuration's switch, the kill file and the control records,
// read anew for each batch.
#pragma once

#include <memory>
#include <string>

#include "engine/pipeline/ports.h"
#include "engine/pipeline/task.h"

namespace riposte::pipeline {

struct EnforcementOptions {
  bool enabled = false;   // the configuration's switch; as shipped
  std::string kill_file;  // enforcement is off while anything is at this path; empty: none
};

// One thread. `control` outlives it.
class StandingReader {
 public:
  StandingReader(const EnforcementOptions& options, const Control& control);
  // Valid until the next call.
  const Standing& Read();

 private:
  const EnforcementOptions options_;
  const Control& control_;
  std::shared_ptr<const Control::Snapshot> snapshot_;  // that `standing_.arming` was made of
  Standing standing_;
};

}  // namespace riposte::pipeline
