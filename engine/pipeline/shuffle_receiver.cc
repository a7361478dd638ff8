#include "engine/pipeline/shuffle_receiver.h"

#include <optional>
#include <string_view>
#include <utility>

#include "engine/pipeline/proposal.h"
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

ShuffleReject RejectOf(ProposalFault fault) {
  switch (fault) {
    case ProposalFault::kNone:
      return ShuffleReject::kNone;
    case ProposalFault::kUnknownVersion:
      return ShuffleReject::kVersion;
    case ProposalFault::kTooLarge:
      return ShuffleReject::kTooLarge;
    case ProposalFault::kUnknownRule:
      return ShuffleReject::kUnknownRule;
    case ProposalFault::kMalformed:
    case ProposalFault::kCount:
      break;
  }
  return ShuffleReject::kMalformed;
}

// With the proposal in it. What it asks for stands in place of a definition.
ShuffleReject Read(std::string_view bytes, const LiveRules& live, ShuffleRecord& record,
                   Proposal& proposal) {
  const ShuffleReject reject = ReadShuffleRecord(bytes, *live.values, record);
  if (reject != ShuffleReject::kNone || !record.proposal) return reject;
  const ProposalFault fault = ReadProposal(*record.proposal, *live.proposals, proposal);
  record.rule = proposal.rule.id;
  record.definition = proposal.rule.arming_hash;
  return RejectOf(fault);
}

}  // namespace

ShuffleReceiver::Verdict ShuffleReceiver::Take(const Record& record, const LiveRules& live,
                                               TaskWindows& windows, FiringOutputs& outputs) {
  ShuffleCounts& counts = outputs.open().counts().shuffle;
  ShuffleRecord read;
  Proposal proposal;
  ShuffleReject reject = Read(record.value.value_or(std::string_view()), live, read, proposal);
  if (!IsUnknown(reject)) {
    unknown_.EndWait();
  } else if (unknown_.Judge(read, reject, outputs.now()) == UnknownDefinitions::Verdict::kWait) {
    return Verdict::kWait;
  }
  const bool has_sender = reject == ShuffleReject::kNone || IsUnknown(reject);
  if (reject == ShuffleReject::kNone && read.contribution)
    reject = RejectOf(windows.OnShuffle(*std::move(read.contribution), record.append_time));
  if (reject == ShuffleReject::kNone && read.proposal && !outputs.PutProposal(proposal))
    reject = ShuffleReject::kNotOwned;
  ++counts.received[static_cast<size_t>(reject)];
  if (has_sender &&
      !windows.OnSender(read.sender, read.watermark, record.append_time, outputs.now()))
    ++counts.senders_refused;
  return Verdict::kDone;
}

}  // namespace riposte::pipeline
