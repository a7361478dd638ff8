#include "engine/pipeline/shuffle_sender.h"

#include <utility>

#include "engine/pipeline/shuffle_record.h"

namespace riposte::pipeline {
namespace {

std::string_view AssetOf(const Proposal& proposal) {
  const WindowFiring& fired = proposal.fired;
  return (fired.targets.empty() ? fired.event : fired.targets.front()).asset.id;
}

}  // namespace

ShuffleSender::ShuffleSender(Options options)
    : options_(std::move(options)), ticks_(options_.state_tasks, options_.own, options_.ticks) {}

void ShuffleSender::Send(const std::vector<Outgoing>& outgoing, const trigger::MatchValues& values,
                         Time now, Transaction& open) {
  for (const Outgoing& each : outgoing) {
    open.Begin(now);
    OutRecord record{.topic = OutTopic::kShuffle,
                     .key = each.contribution.route,
                     .value = {},
                     .partition = each.to};
    WriteShuffleRecord(options_.name, each, values, record.value);
    ticks_.OnSent(each.to, each.watermark, now);
    ++open.counts().shuffle.sent;
    open.Put(std::move(record));
  }
}

bool ShuffleSender::Propose(int32_t to, const Proposal& proposal, Time watermark, Time now,
                            Transaction& open) {
  std::string bytes;
  if (!WriteProposal(proposal, bytes)) {
    ++open.counts().shuffle.proposals_too_large;
    return false;
  }
  open.Begin(now);
  OutRecord record{.topic = OutTopic::kShuffle,
                   .key = std::string(AssetOf(proposal)),
                   .value = {},
                   .partition = to};
  WriteProposalRecord(options_.name, watermark, bytes, record.value);
  ticks_.OnSent(to, watermark, now);
  ++open.counts().shuffle.sent;
  ++open.counts().shuffle.proposals_sent;
  open.Put(std::move(record));
  return true;
}

void ShuffleSender::Tick(const Ticks::Standing& standing, Time now, Transaction& open) {
  owed_.clear();
  ticks_.AppendOwed(standing, now, owed_);
  for (const int32_t to : owed_) {
    open.Begin(now);
    OutRecord record{
        .topic = OutTopic::kShuffle, .key = options_.name, .value = {}, .partition = to};
    WriteTick(options_.name, standing.watermark, record.value);
    open.Put(std::move(record));
  }
}

}  // namespace riposte::pipeline
