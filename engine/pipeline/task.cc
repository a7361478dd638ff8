#include "engine/pipeline/task.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <deque>
#include <optional>
#include <variant>

#include "engine/match/held_clauses.h"
#include "engine/match/sampling.h"
#include "engine/pipeline/firing_outputs.h"
#include "engine/pipeline/forwarder.h"
#include "engine/pipeline/reading.h"
#include "engine/pipeline/record_at_hand.h"
#include "engine/pipeline/records.h"
#include "engine/pipeline/shuffle_receiver.h"
#include "engine/pipeline/shuffle_sender.h"
#include "engine/pipeline/stopwatch.h"
#include "engine/pipeline/task_state.h"
#include "engine/pipeline/timed_outbox.h"
#include "engine/pipeline/transaction.h"
#include "engine/pipeline/window_outputs.h"

namespace riposte::pipeline {
namespace {

// After the first abort in a row it is tried again at once, then with growing pauses.
constexpr Duration kRetryPauseFirst{10};
constexpr Duration kRetryPauseMax{1000};
// Commits may take as long as brokers are away.
constexpr Duration kAnyTime = std::chrono::hours(24);

}  // namespace

struct Task::Impl {
  Impl(Assignment assigned, const TaskOptions& task_options, const Surroundings& around)
      : options(task_options),
        surroundings(around),
        decoder(task_options.event_bytes_max),
        committer(around.make_committer(Timed(std::move(assigned.outbox), commit_took))) {
    for (Source& source : assigned.sources) {
      readings.emplace_back(readings.size(), inputs.size(), std::move(source), around.crashes);
      partitions.push_back(readings.back().partition);
      RIPOSTE_CHECK(!readings.back().is_shuffle || assigned.state,
                    "only state tasks read the shuffle");
      if (!readings.back().is_shuffle) inputs.push_back(PartitionKey(partitions.back()));
    }
    if (assigned.state_tasks > 0) ShareWindows(assigned);
  }

  void ShareWindows(Assignment& assigned);

  // The path of a batch.
  Result<Progress> Step(const LiveRulesPtr& next_rules, const ReadStanding& read_standing,
                        Duration wait);

  Status UseRules(const LiveRulesPtr& next_rules);
  Result<bool> TakeStateOver();
  Status Poll(Reading& from, Duration wait);
  Status Work(Reading& from, const Standing& standing);
  void Work(Reading& from, const Record& record, const Standing& standing);
  Status WorkOnShuffle(Reading& from, const Standing& standing);
  bool Decode(const Reading& from, const Record& record);
  DeadLetter LetterOf(const Reading& from, const Record& record, event::Reject reason) const;
  void PutAway(const DeadLetter& letter);
  void PutAwayPoison(const Reading& from, const Record& record, int64_t crashes);
  void CountOddities();
  std::span<const match::Match> FindMatches(Reading& from, const Record& record);
  void TakeMatches(std::span<const match::Match> parts, const Reading& from,
                   const remediate::Subject& event, const Standing& standing);
  Evidence EvidenceOf(const match::Match& match, const Reading& from,
                      const remediate::Subject& event);
  void HearOf(const Reading& from, const Record& record, bool matched);
  void NoteBacklog(const Reading& reading);
  Status DoWhatIsDue(const ReadStanding& read_standing);
  Status GoOn(const ReadStanding& read_standing);
  void PutWindows(const Standing& standing);
  FiringOutputs OutputsFor(const Standing& standing);

  // Null: the task keeps none.
  TaskWindows* windows() const { return state ? state->windows() : nullptr; }
  // Calls `use` with what takes matches for windows: those of the task, or the way to the others'.
  template <typename Use>
  void WithWindows(const Use& use) {
    if (windows() != nullptr) {
      use(*windows());
    } else if (forwarder) {
      use(*forwarder);
    }
  }
  Time told() const {
    if (windows() != nullptr) return windows()->told();
    return forwarder ? forwarder->told() : Time::min();
  }
  bool IsFull() const;
  bool CommitIsDue(Time now) const;
  Duration TimeToCommit(Time now) const;
  Status Commit();
  void Submit();
  Status Collect(Duration wait);
  Status Settle();
  void OnCommitted();
  Status Redo();
  bool ended() const { return std::ranges::all_of(readings, &Reading::ended); }
  bool backlog() const { return std::ranges::any_of(readings, &Reading::backlog); }

  std::deque<Reading> readings;         // by number
  std::vector<PartitionId> partitions;  // likewise
  std::vector<std::string> inputs;      // names, by input number
  const TaskOptions options;
  const Surroundings surroundings;
  LiveRulesPtr live;

  bool rewound = false;  // the rest of what was polled is void
  event::Decoder decoder;
  match::Sampler decode_sampler;
  match::Lap decode_lap;
  std::vector<match::Match> matches;
  std::optional<match::RegexCache> regexes;  // of what alerts say about their matches
  size_t record_bytes_before = 0;            // of the outputs, when the record's work began
  Time now{};
  Transaction open;
  Transaction under_way;               // if `submitted`
  std::vector<NextOffset> offsets;     // likewise
  bool submitted = false;              // and not answered yet
  int32_t state_tasks = 0;             // 0: nobody keeps windows, and what follows is not there
  std::unique_ptr<TaskState> state;    // null: it is no state task
  std::optional<Forwarder> forwarder;  // of a task that is none, from the first rules on
  std::optional<ShuffleSender> sender;
  ShuffleReceiver receiver;
  bool rules_have_windows = false;
  Time last_commit{};
  int aborts_in_a_row = 0;
  Time retry_at{};
  // The committer's until it has answered.
  const CommitTime commit_took = std::make_shared<std::chrono::duration<double>>();
  std::unique_ptr<Committer> committer;  // last: until it is gone it may read what is under way
};

void Task::Impl::ShareWindows(Assignment& assigned) {
  state_tasks = assigned.state_tasks;
  ShuffleSender::Options sends{.name = inputs.empty() ? std::string() : inputs.front(),
                               .state_tasks = state_tasks};
  if (assigned.state) {
    sends.own = assigned.state->number;
    sends.name = "state-" + std::to_string(assigned.state->number);
    state = std::make_unique<TaskState>(
        std::move(*assigned.state), inputs,
        TaskState::Options{.windows = {.windows = options.windows, .state_tasks = state_tasks},
                           .orders = options.orders},
        surroundings.stores, surroundings.clock, surroundings.observer);
  }
  sender.emplace(std::move(sends));
}

Result<Task::Progress> Task::Impl::Step(const LiveRulesPtr& next_rules,
                                        const ReadStanding& read_standing, Duration wait) {
  RIPOSTE_TRY(UseRules(next_rules));
  now = surroundings.clock->Now();
  RIPOSTE_TRY(Collect(Duration::zero()));
  if (now < retry_at && retry_at - now <= kRetryPauseMax) return Progress::kIdle;
  const Result<bool> has_state = TakeStateOver();
  if (!has_state.ok()) return has_state.status();
  if (!*has_state) return Progress::kIdle;
  rewound = false;
  bool worked = false;
  for (Reading& reading : readings) {
    RIPOSTE_TRY(Poll(reading, wait / static_cast<int64_t>(readings.size())));
    if (rewound) return Progress::kWorked;
    if (reading.batch.empty()) continue;
    worked = true;
    const Standing& standing = read_standing();
    RIPOSTE_TRY(reading.is_shuffle ? WorkOnShuffle(reading, standing) : Work(reading, standing));
    if (rewound) return Progress::kWorked;
  }
  now = surroundings.clock->Now();
  RIPOSTE_TRY(GoOn(read_standing));
  if (rewound) return Progress::kWorked;
  const bool commits = CommitIsDue(now) || (ended() && !open.empty());
  if (commits) RIPOSTE_TRY(Commit());
  if (ended() && open.empty()) RIPOSTE_TRY(Settle());
  if (ended() && open.empty() && !rewound) return Progress::kEnded;
  return worked || commits ? Progress::kWorked : Progress::kIdle;
}

// Rules change between transactions: the counts of one are by the rules of one set.
Status Task::Impl::UseRules(const LiveRulesPtr& next_rules) {
  if (next_rules == live) return Status::Ok();
  RIPOSTE_TRY(Commit());
  for (Reading& reading : readings) RIPOSTE_TRY(reading.UseRules(*next_rules));
  if (windows() != nullptr) {
    RIPOSTE_TRY(Settle());
    RIPOSTE_TRY(state->UseRules(*next_rules));
  }
  if (state == nullptr && state_tasks > 0) {
    RIPOSTE_TRY(Settle());
    forwarder.emplace(next_rules->values, inputs, state_tasks, trigger::Watermark::kIdleWait,
                      surroundings.clock->Now());
  }
  receiver.OnReload();
  rules_have_windows = next_rules->HaveWindows();
  live = next_rules;
  regexes.emplace();
  return Status::Ok();
}

// Whether the task has all that it goes on from; if not, it is tried again.
Result<bool> Task::Impl::TakeStateOver() {
  if (state == nullptr || windows() != nullptr) return true;
  const Status taken = state->TakeOver(*live);
  now = surroundings.clock->Now();
  if (taken.ok()) return true;
  if (taken.code() != ErrorCode::kUnavailable && taken.code() != ErrorCode::kTimeout) return taken;
  retry_at = now + kRetryPauseMax;
  return false;
}

Status Task::Impl::Poll(Reading& from, Duration wait) {
  from.batch.clear();
  if (from.ended || from.holds(now)) return Status::Ok();
  const Duration longest = open.empty() ? wait : std::min(wait, TimeToCommit(now));
  // What is open has to wait for what is committed: that is waited for rather than more records.
  const bool awaits_commit = submitted && !open.empty();
  Status polled = from.input->Poll(options.batch_records_max, options.batch_bytes_max,
                                   awaits_commit ? Duration::zero() : longest, from.batch);
  if (polled.code() == ErrorCode::kCancelled) {
    from.ended = true;
    from.batch.clear();
  } else if (!polled.ok()) {
    RIPOSTE_TRY(Commit());  // what came before is whole
    RIPOSTE_TRY(Settle());
    return polled;
  }
  if (awaits_commit && from.batch.empty()) RIPOSTE_TRY(Collect(longest));
  from.backlog = from.batch.size() >= options.batch_records_max ||
                 from.input->Lag() > static_cast<int64_t>(options.batch_records_max);
  now = surroundings.clock->Now();
  return Status::Ok();
}

Status Task::Impl::Work(Reading& from, const Standing& standing) {
  Stopwatch stopwatch;
  const ReadStanding as_it_stands = [&standing]() -> const Standing& { return standing; };
  for (const Record& record : from.batch) {
    RIPOSTE_TRY(DoWhatIsDue(as_it_stands));
    if (rewound) return Status::Ok();
    if (!from.IsNew(record)) continue;
    open.Consume(from.number, record.offset, now);
    ++stopwatch.events;
    RecordAtHand::Enter(from.partition, record.offset);
    Work(from, record, standing);
    RecordAtHand::Leave();
    if (!IsFull()) continue;
    stopwatch.AddTo(open.counts().processing);
    RIPOSTE_TRY(Commit());
    if (rewound) return Status::Ok();
    stopwatch.Restart();
  }
  stopwatch.AddTo(open.counts().processing);
  return Status::Ok();
}

// What other tasks found for groups of this one. What is not known here holds up what is behind it.
Status Task::Impl::WorkOnShuffle(Reading& from, const Standing& standing) {
  const ReadStanding as_it_stands = [&standing]() -> const Standing& { return standing; };
  for (const Record& record : from.batch) {
    RIPOSTE_TRY(DoWhatIsDue(as_it_stands));
    if (rewound) return Status::Ok();
    if (!from.IsNew(record)) continue;
    windows()->OnTime(now);
    PutWindows(standing);
    FiringOutputs outputs = OutputsFor(standing);
    const ShuffleReceiver::Verdict verdict = receiver.Take(record, *live, *windows(), outputs);
    PutWindows(standing);
    if (verdict == ShuffleReceiver::Verdict::kWait) return from.Hold(record, receiver.until());
    open.Pass(from.number, record.offset, now);
    if (!IsFull()) continue;
    RIPOSTE_TRY(Commit());
    if (rewound) return Status::Ok();
  }
  return Status::Ok();
}

// All that is done for one record: a crash in here is the record's.
void Task::Impl::Work(Reading& from, const Record& record, const Standing& standing) {
  record_bytes_before = open.output_bytes();
  if (const int64_t crashes = from.poison.CrashesIfPoison(record.offset); crashes > 0) {
    PutAwayPoison(from, record, crashes);
    return;
  }
  if (!Decode(from, record)) return;
  const std::span<const match::Match> found = FindMatches(from, record);
  if (!found.empty()) decoder.Complete();
  CountOddities();
  HearOf(from, record, !found.empty());
  if (found.empty()) return;
  PutWindows(standing);  // what was due before it
  match::ForEachRule(found, [&](uint32_t rule) { open.CountMatch(rule); });
  const remediate::Subject event =
      remediate::SubjectOf(decoder.event(), {.topic = from.partition.topic,
                                             .partition = from.partition.partition,
                                             .offset = record.offset,
                                             .index = 0,
                                             .append_time = record.append_time});
  for (size_t begin = 0, end = 0; begin < found.size(); begin = end) {
    while (end < found.size() && found[end].rule == found[begin].rule) ++end;
    TakeMatches(found.subspan(begin, end - begin), from, event, standing);
  }
  PutWindows(standing);
}

// Whether it is an event. What is none is counted and put away.
bool Task::Impl::Decode(const Reading& from, const Record& record) {
  const std::string_view bytes = record.value.value_or(std::string_view());
  const bool timed = decode_sampler.Next();
  if (timed) decode_lap.Begin();
  const event::Reject reject =
      bytes.empty() ? event::Reject::kEmpty : decoder.DecodeForRules(from.matcher->plan(), bytes);
  if (timed) open.counts().decode_ns += decode_lap.End() * decode_sampler.every();
  ++open.counts().rejects[static_cast<size_t>(reject)];
  if (reject == event::Reject::kNone) return true;
  if (reject == event::Reject::kEmpty) {
    open.Count(Fate::kEmpty);
  } else {
    PutAway(LetterOf(from, record, reject));
  }
  return false;
}

DeadLetter Task::Impl::LetterOf(const Reading& from, const Record& record,
                                event::Reject reason) const {
  return {.reason = reason,
          .partition = &from.partition,
          .offset = record.offset,
          .append_time = record.append_time,
          .original = record.value.value_or(std::string_view()),
          .error_offset = decoder.error_offset()};
}

void Task::Impl::PutAway(const DeadLetter& letter) {
  open.Count(Fate::kDeadLettered);
  open.Put(DeadLetterRecord(letter, now, options.dead_letter_bytes_max,
                            committer->MaxValueBytes(OutTopic::kDeadLetter)));
}

// Nothing looks into it: that is what crashed.
void Task::Impl::PutAwayPoison(const Reading& from, const Record& record, int64_t crashes) {
  const DeadLetter letter = LetterOf(from, record, event::Reject::kPoison);
  ++open.counts().rejects[static_cast<size_t>(letter.reason)];
  PutAway(letter);
  open.Put(PoisonAlertRecord(letter, crashes, now));
}

void Task::Impl::CountOddities() {
  for (uint32_t rest = decoder.event().oddities(); rest != 0; rest &= rest - 1)
    ++open.counts().oddities[static_cast<size_t>(std::countr_zero(rest))];
}

std::span<const match::Match> Task::Impl::FindMatches(Reading& from, const Record& record) {
  matches.clear();
  from.matcher->FindMatches(decoder.event(), {.now = record.append_time}, *from.scratch, matches);
  open.Count(matches.empty() ? Fate::kUnmatched : Fate::kMatched);
  return matches;
}

// What one rule's matches are: with the trigger `single_match` a firing, else something to windows;
// or both, where other rules take its firings.
void Task::Impl::TakeMatches(std::span<const match::Match> parts, const Reading& from,
                             const remediate::Subject& event, const Standing& standing) {
  const uint32_t index = parts.front().rule;
  const rule::Rule& rule = live->rules->rules[index];
  if (rule.fires && std::holds_alternative<rule::SingleMatch>(rule.trigger))
    OutputsFor(standing).Put(rule, event, EvidenceOf(parts.front(), from, event),
                             live->suppress->KeyOfMatch(index, decoder.event()));
  if (live->values->takes(index))
    WithWindows([&](auto& taking) { taking.OnMatches(decoder.event(), parts, event); });
}

// One record's outputs cannot be divided; when very many rules match it, later alerts go without
// the copy of the event, and without what is said about the match.
Evidence Task::Impl::EvidenceOf(const match::Match& match, const Reading& from,
                                const remediate::Subject& event) {
  const size_t so_far = open.output_bytes() - record_bytes_before;
  if (so_far >= options.commit_output_bytes_max) return {};
  return {.matched = match::HeldClauses(
              from.matcher->QueryOf(match), live->rules->schema->catalogue, decoder.event(),
              {.now = event.origin.append_time}, *regexes, kMatchedClausesMax),
          .event_bytes_max = options.alert_event_bytes_max};
}

FiringOutputs Task::Impl::OutputsFor(const Standing& standing) {
  return {{.guards = surroundings.guards,
           .enforcement = &standing.enforcement,
           .arming = standing.arming.get(),
           .ttl = options.ttl,
           .command_bytes_max = committer->MaxValueBytes(OutTopic::kCommands),
           .now = now,
           .orders = windows() != nullptr ? &state->orders().memory() : nullptr},
          {.alert_bytes_max = committer->MaxValueBytes(OutTopic::kAlerts),
           .audit_bytes_max = committer->MaxValueBytes(OutTopic::kAudit)},
          {.sender = sender ? &*sender : nullptr, .watermark = told()},
          open,
          windows() != nullptr ? &state->suppressions() : nullptr};
}

// How far the source is. What windows make of a match does not depend on how records came in
// batches: time has gone on to the record before it.
void Task::Impl::HearOf(const Reading& from, const Record& record, bool matched) {
  WithWindows([&](auto& hearing) {
    if (matched) hearing.OnTime(now);
    const event::Value* const time = decoder.event().First(schema::Role::kEventTime);
    hearing.OnRecord(from.input_number, time == nullptr ? record.append_time : time->date,
                     record.append_time, now);
  });
}

// The silence of a source that is not read to its end does not mean that it is idle.
void Task::Impl::NoteBacklog(const Reading& reading) {
  if (!reading.is_shuffle && reading.MayHaveMore())
    WithWindows([&](auto& hearing) { hearing.OnBacklog(reading.input_number, now); });
  if (reading.is_shuffle && (reading.MayHaveMore() || reading.holds(now)))
    windows()->OnShuffleBacklog(now);
}

// What time has decided, in as many transactions as it takes: however many groups one moment has,
// none gets more than one group's beyond what is full. Before the rest of a moment is done, no
// record is worked on.
Status Task::Impl::DoWhatIsDue(const ReadStanding& read_standing) {
  if (windows() == nullptr) return Status::Ok();
  while (windows()->IsDue(now)) {
    if (IsFull()) {
      open.Begin(now);
      RIPOSTE_TRY(Commit());
      if (rewound) return Status::Ok();
      continue;
    }
    windows()->GoOn(now);
    PutWindows(windows()->effects().firings.empty() ? Standing() : read_standing());
  }
  return Status::Ok();
}

// Time goes on, also without records, and others hear of it.
Status Task::Impl::GoOn(const ReadStanding& read_standing) {
  for (const Reading& reading : readings) NoteBacklog(reading);
  RIPOSTE_TRY(DoWhatIsDue(read_standing));
  if (rewound) return Status::Ok();
  WithWindows([&](auto& hearing) { hearing.OnTime(now); });
  if (windows() != nullptr) state->orders().OnTime(now);
  PutWindows(Standing());  // spans of `suppress` that are over: nothing is due that could order
  WithWindows([&](const auto& telling) {
    sender->Tick({.watermark = telling.told(),
                  .inputs_idle = telling.inputs_idle(now),
                  .has_windows = rules_have_windows},
                 now, open);
  });
  return Status::Ok();
}

// What came about in the windows, or was found for those of others, becomes part of the
// transaction.
void Task::Impl::PutWindows(const Standing& standing) {
  if (windows() != nullptr) {
    if (windows()->changed()) open.Begin(now);
    FiringOutputs outputs = OutputsFor(standing);
    PutEffects(windows()->effects(), *live, outputs);
    PutSuppressed(state->suppressions(), windows()->watermark(), *live, outputs);
  }
  WithWindows([&](auto& from) {
    sender->Send(from.outgoing(), *live->values, now, open);
    CountLeftOut(from.left_out(), open.counts().windows);
    from.Forget();
  });
}

// More must not come into the transaction.
bool Task::Impl::IsFull() const {
  if (open.output_bytes() >= options.commit_output_bytes_max) return true;
  return windows() != nullptr &&
         windows()->changed_bytes() + state->suppressions().changed_bytes() >=
             options.commit_changelog_bytes_max;
}

Duration Task::Impl::TimeToCommit(Time at) const {
  const Duration interval = backlog() ? options.commit_interval_backlog : options.commit_interval;
  Time due = open.opened_at() + interval;
  // A command goes at once, but the work on further records does not stand still for it.
  if (open.hurries() && !submitted) due = std::min(due, last_commit + options.commit_floor);
  // A clock that jumped back must not put the commit off.
  if (at < open.opened_at()) return Duration::zero();
  return std::max(Duration::zero(), due - at);
}

bool Task::Impl::CommitIsDue(Time at) const {
  if (open.empty()) return false;
  return IsFull() || TimeToCommit(at) == Duration::zero();
}

// One transaction after the other: the one under way is waited for first.
Status Task::Impl::Commit() {
  if (open.empty()) return Status::Ok();
  RIPOSTE_TRY(Settle());
  if (open.empty()) return Status::Ok();  // undone with it
  Submit();
  return Collect(Duration::zero());
}

void Task::Impl::Submit() {
  now = surroundings.clock->Now();
  std::swap(open, under_way);
  offsets.clear();
  match::Costs costs;
  for (Reading& reading : readings) {
    if (reading.gap_from >= 0)
      under_way.Put(CoverageGapRecord(reading.partition, reading.gap_from, reading.committed, now));
    offsets.push_back({.id = reading.partition,
                       .offset = under_way.NextOffset(reading.number).value_or(reading.committed)});
    reading.TakeCosts(costs);
  }
  if (windows() != nullptr)
    for (OutRecord& record : state->Seal()) under_way.Put(std::move(record));
  if (forwarder) forwarder->Seal();
  committer->Submit(under_way.Seal(partitions, live->rules, std::move(costs), now), offsets);
  submitted = true;
}

Status Task::Impl::Settle() {
  while (submitted) RIPOSTE_TRY(Collect(kAnyTime));
  return Status::Ok();
}

Status Task::Impl::Collect(Duration wait) {
  if (!submitted) return Status::Ok();
  const std::optional<Result<Committed>> answer = committer->Take(wait);
  if (!answer) return Status::Ok();
  submitted = false;
  if (!answer->ok()) return answer->status();
  last_commit = surroundings.clock->Now();
  if (**answer == Committed::kAborted) return Redo();
  OnCommitted();
  return Status::Ok();
}

void Task::Impl::OnCommitted() {
  aborts_in_a_row = 0;
  retry_at = {};
  if (windows() != nullptr) state->OnCommitted(committer->ChangelogNext());
  if (forwarder) forwarder->OnCommitted();
  std::vector<SourceCount> sources;
  for (Reading& reading : readings) {
    reading.OnCommitted(offsets[reading.number].offset);
    sources.push_back({.partition = &reading.partition, .lag = reading.input->Lag()});
  }
  under_way.counts().transaction.Add(commit_took->count());
  under_way.Tell(sources, last_commit, *surroundings.observer);
  under_way.Clear();
}

// With what was aborted goes what was begun behind it.
Status Task::Impl::Redo() {
  surroundings.observer->OnAbort(partitions.front(), !open.empty());
  if (++aborts_in_a_row > 1)
    retry_at = last_commit + std::min(kRetryPauseMax,
                                      kRetryPauseFirst * (1 << std::min(aborts_in_a_row - 2, 10)));
  under_way.Clear();
  open.Clear();
  if (windows() != nullptr) state->Undo();
  if (forwarder) forwarder->Undo();
  if (sender) sender->OnAborted();
  rewound = true;
  for (Reading& reading : readings) RIPOSTE_TRY(reading.GoBack());
  return Status::Ok();
}

Task::Task(Assignment assignment, const TaskOptions& options, const Surroundings& surroundings) {
  RIPOSTE_CHECK(!assignment.sources.empty(), "a task reads something");
  for (size_t topic = 0; topic < static_cast<size_t>(OutTopic::kCount); ++topic)
    RIPOSTE_CHECK(assignment.outbox->MaxValueBytes(static_cast<OutTopic>(topic)) >= kValueBytesMin,
                  "an outbox takes records of a useful size");
  impl_ = std::make_unique<Impl>(std::move(assignment), options, surroundings);
}

Task::~Task() = default;

Result<Task::Progress> Task::Step(const LiveRulesPtr& live, const ReadStanding& read_standing,
                                  Duration wait) {
  return impl_->Step(live, read_standing, wait);
}

Status Task::BeginFlush() { return impl_->Commit(); }

Status Task::Flush() {
  RIPOSTE_TRY(impl_->Commit());
  return impl_->Settle();
}

const std::vector<PartitionId>& Task::partitions() const { return impl_->partitions; }

}  // namespace riposte::pipeline
