#include "tests/simulation/input.h"

#include <utility>

namespace riposte::sim {

SimInput::SimInput(const Broker& broker, std::shared_ptr<Membership> membership, PartitionId id,
                   int64_t start_offset, Random random)
    : broker_(broker),
      membership_(std::move(membership)),
      id_(std::move(id)),
      next_offset_(start_offset),
      random_(random) {
  ++membership_->users;
}

SimInput::~SimInput() { --membership_->users; }

Status SimInput::Poll(size_t max_records, size_t max_bytes, Duration,
                      std::vector<pipeline::Record>& records) {
  records.clear();
  if (random_.Chance(200)) broker_.host->Pass(random_.Span(0, 3));
  if (membership_->revoked) return {ErrorCode::kCancelled, "the partition was revoked"};
  if (broker_.network->refusing()) return Status::Ok();
  const PartitionLog& log = broker_.kafka->log(id_);
  const size_t fetched = static_cast<size_t>(random_.Between(1, 64));
  size_t bytes = 0;
  while (records.size() < std::min(max_records, fetched) && bytes < max_bytes) {
    const int64_t offset = log.NextVisible(next_offset_);
    if (offset < 0) {
      // What lies before it are markers, and what was aborted: nobody waits for that.
      next_offset_ = std::max(next_offset_, log.last_stable());
      break;
    }
    const LogRecord& stored = log.at(offset);
    pipeline::Record record;
    record.offset = offset;
    record.key = stored.key;
    if (stored.value) record.value = *stored.value;
    record.append_time = stored.append_time;
    bytes += stored.key.size() + record.value.value_or(std::string_view()).size();
    records.push_back(record);
    next_offset_ = offset + 1;
  }
  return Status::Ok();
}

Status SimInput::Rewind(int64_t offset) {
  next_offset_ = offset;
  return Status::Ok();
}

int64_t SimInput::Lag() const {
  return std::max<int64_t>(0, broker_.kafka->log(id_).end() - next_offset_);
}

}  // namespace riposte::sim
