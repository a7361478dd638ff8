#include "tests/simulation/changelog.h"

#include <string>

namespace riposte::sim {

Status SimChangelog::Ask() {
  if (random_.Chance(100)) broker_.host->Pass(random_.Span(0, 5));
  if (!broker_.network->refusing()) return Status::Ok();
  return {ErrorCode::kUnavailable, "no broker answers for " + id_.topic};
}

Result<state::Changelog::Extent> SimChangelog::Measure() {
  RIPOSTE_TRY(Ask());
  return Extent{.first = 0,
                .end = broker_.kafka->log(id_).last_stable(),
                .delete_retention = kDeleteRetention};
}

Status SimChangelog::Read(int64_t from, int64_t end, const Each& each) {
  const PartitionLog& log = broker_.kafka->log(id_);
  for (int64_t offset = log.NextVisible(from); offset >= 0 && offset < end;
       offset = log.NextVisible(offset + 1)) {
    RIPOSTE_TRY(Ask());
    // It may have been compacted away meanwhile.
    if (!log.IsVisible(offset)) continue;
    const LogRecord record = log.at(offset);
    std::optional<std::string_view> value;
    if (record.value) value = *record.value;
    RIPOSTE_TRY(each(offset, record.key, value));
  }
  return Status::Ok();
}

}  // namespace riposte::sim
