#include "engine/pipeline/shuffle_receiver.h"

#include <optional>
#include <string_view>
#include <utility>

#include "engine/pipeline/shuffle_record.h"

namespace riposte::pipeline {
namespace {

bool IsUnknown(ShuffleReject reject) {
  return reject == ShuffleReject::kUnknownRule || reject == ShuffleReject::kUnknownDefinition;
}

ShuffleReject RejectOf(TaskWindows::Arrived arrived) {
  switch (arrived) {
    case TaskWindows::Arrived::kTaken:
      return ShuffleReject::kNone;
    case TaskWindows::Arrived::kNotOwned:
      return ShuffleReject::kNotOwned;
    case TaskWindows::Arrived::kNoContribution:
      break;
  }
  return ShuffleReject::kNoContribution;
}

}  // namespace

ShuffleReceiver::Verdict ShuffleReceiver::Take(const Record& record,
                                               const trigger::MatchValues& values,
                                               TaskWindows& windows, Time now,
                                               ShuffleCounts& counts) {
  ShuffleRecord read;
  ShuffleReject reject = ReadShuffleRecord(record.value.value_or(std::string_view()), values, read);
  if (!IsUnknown(reject)) {
    unknown_.EndWait();
  } else if (unknown_.Judge(read, reject, now) == UnknownDefinitions::Verdict::kWait) {
    return Verdict::kWait;
  }
  const bool has_sender = reject == ShuffleReject::kNone || IsUnknown(reject);
  if (reject == ShuffleReject::kNone && read.contribution)
    reject = RejectOf(windows.OnShuffle(*std::move(read.contribution), record.append_time));
  ++counts.received[static_cast<size_t>(reject)];
  if (has_sender && !windows.OnSender(read.sender, read.watermark, record.append_time, now))
    ++counts.senders_refused;
  return Verdict::kDone;
}

}  // namespace riposte::pipeline
