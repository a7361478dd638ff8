#include "engine/pipeline/standing.h"

#include <utility>

#include "engine/guard/arming.h"
#include "engine/guard/enforcement.h"

namespace riposte::pipeline {

StandingReader::StandingReader(const EnforcementOptions& options, const Control& control)
    : options_(options), control_(control) {}

const Standing& StandingReader::Read() {
  std::shared_ptr<const Control::Snapshot> snapshot = control_.Read();
  if (snapshot != snapshot_) {
    standing_.arming = std::make_shared<guard::ArmingTable>(*snapshot);
    snapshot_ = std::move(snapshot);
  }
  standing_.enforcement = guard::JudgeEnforcement(
      options_.enabled, guard::KillFileExists(options_.kill_file), *snapshot_);
  return standing_;
}

}  // namespace riposte::pipeline
