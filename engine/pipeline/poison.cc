#include "engine/pipeline/poison.h"

#include <algorithm>

namespace riposte::pipeline {

Poison::Poison(CrashHistory* history, const PartitionId& partition, int64_t start_offset)
    : history_(history), partition_(partition) {
  if (history_ != nullptr) crashed_ = history_->OnAssigned(partition, start_offset);
}

int64_t Poison::Find(int64_t offset) const {
  const std::vector<CrashedRecord>::const_iterator found =
      std::find_if(crashed_.begin(), crashed_.end(),
                   [offset](const CrashedRecord& record) { return record.offset == offset; });
  return found != crashed_.end() && found->crashes >= kPoisonCrashes ? found->crashes : 0;
}

void Poison::OnCommitted(int64_t next_offset) {
  const size_t before = crashed_.size();
  std::erase_if(crashed_,
                [next_offset](const CrashedRecord& record) { return record.offset < next_offset; });
  if (crashed_.size() < before) history_->OnCommitted(partition_, next_offset);
}

}  // namespace riposte::pipeline
