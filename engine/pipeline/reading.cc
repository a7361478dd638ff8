#include "engine/pipeline/reading.h"

#include <utility>

namespace riposte::pipeline {
namespace {

void Add(const match::Costs& more, match::Costs& sum) {
  const auto add = [](const std::vector<uint64_t>& from, std::vector<uint64_t>& to) {
    if (to.size() < from.size()) to.resize(from.size());
    for (size_t i = 0; i < from.size(); ++i) to[i] += from[i];
  };
  add(more.evaluations, sum.evaluations);
  add(more.rule_ns, sum.rule_ns);
  sum.find_ns += more.find_ns;
  sum.plain_events += more.plain_events;
}

}  // namespace

Reading::Reading(size_t number_of, size_t input_of, Source source, CrashHistory* crashes)
    : number(number_of),
      input_number(input_of),
      is_shuffle(source.is_shuffle),
      input(std::move(source.input)),
      partition(input->id()),
      profile(std::move(source.profile)),
      gap_from(source.skipped_from),
      committed(source.start_offset),
      last_seen(source.start_offset - 1),
      poison(crashes, partition, source.start_offset) {}

Status Reading::UseRules(const LiveRules& live) {
  held_until.reset();
  if (is_shuffle) return Status::Ok();
  const match::Matcher* next = live.For(profile);
  if (next == nullptr)
    return {ErrorCode::kInvalidArgument,
            "topic '" + partition.topic + "': there is no profile '" + profile + "'"};
  matcher = next;
  scratch.emplace();
  return Status::Ok();
}

bool Reading::IsNew(const Record& record) {
  if (record.offset <= last_seen) return false;
  last_seen = record.offset;
  return true;
}

void Reading::TakeCosts(match::Costs& sum) {
  if (is_shuffle) return;
  Add(scratch->costs(), sum);
  scratch->ResetCosts();
}

void Reading::OnCommitted(int64_t next) {
  gap_from = -1;
  committed = next;
  poison.OnCommitted(next);
}

Status Reading::Hold(const Record& record, Time until) {
  held_until = until;
  last_seen = record.offset - 1;
  return input->Rewind(record.offset);
}

Status Reading::GoBack() {
  if (!is_shuffle) scratch->ResetCosts();
  held_until.reset();
  last_seen = committed - 1;
  ended = false;
  return input->Rewind(committed);
}

}  // namespace riposte::pipeline
