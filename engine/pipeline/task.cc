#include "engine/pipeline/task.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <optional>

#include "engine/match/held_clauses.h"
#include "engine/match/sampling.h"
#include "engine/pipeline/decide.h"
#include "engine/pipeline/record_at_hand.h"
#include "engine/pipeline/records.h"
#include "engine/pipeline/transaction.h"

namespace riposte::pipeline {
namespace {

// After the first abort in a row it is tried again at once, then with growing pauses.
constexpr Duration kRetryPauseFirst{10};
constexpr Duration kRetryPauseMax{1000};
// Commits may take as long as brokers are away.
constexpr Duration kAnyTime = std::chrono::hours(24);

// Whether, and how, a record was decoded.
enum class Verdict : uint8_t { kEvent, kDeadLetter, kEmpty };

// What the events of a run of records took: for a metric only, nothing depends on it.
struct Stopwatch {
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  uint64_t events = 0;

  void AddTo(DelayHistogram& histogram) const {
    if (events == 0) return;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    histogram.Add(spent.count() / static_cast<double>(events), events);
  }
  void Restart() { *this = {}; }
};

}  // namespace

struct Task::Impl {
  Impl(Assignment assigned, const TaskOptions& task_options, const Surroundings& around)
      : input(std::move(assigned.input)),
        partition(input->id()),
        profile(std::move(assigned.profile)),
        options(task_options),
        surroundings(around),
        gap_from(assigned.skipped_from),
        committed(assigned.start_offset),
        last_seen(assigned.start_offset - 1),
        poison(around.crashes, partition, assigned.start_offset),
        decoder(task_options.event_bytes_max),
        committer(around.make_committer(std::move(assigned.outbox))) {}

  // The path of a batch.
  Result<Progress> Step(const LiveRulesPtr& next_rules, const ReadStanding& read_standing,
                        Duration wait);

  Status UseRules(const LiveRulesPtr& next_rules);
  Status Consume(Duration wait);
  bool IsNew(const Record& record);
  void Work(const Record& record, const Standing& standing);
  Verdict Decode(const Record& record);
  DeadLetter LetterOf(const Record& record, event::Reject reason) const;
  void PutAway(const DeadLetter& letter);
  void PutAwayPoison(const Record& record, int64_t crashes);
  void CountOddities();
  std::span<const match::Match> FindMatches(const Record& record);
  void Order(const match::Match& match, const Record& record, const Standing& standing);

  bool CommitIsDue(Time now) const;
  Duration TimeToCommit(Time now) const;
  Status Commit();
  Status Collect(Duration wait);
  Status Settle();
  Status Redo();

  std::unique_ptr<Input> input;
  const PartitionId partition;
  const std::string profile;
  const TaskOptions options;
  const Surroundings surroundings;

  int64_t gap_from;   // first of the records that were gone, until the audit has it; -1: none
  int64_t committed;  // the next offset as of the last commit
  int64_t last_seen;  // of this assignment; nothing at or below it is new
  Poison poison;
  LiveRulesPtr live;
  const match::Matcher* matcher = nullptr;

  std::vector<Record> batch;
  bool ended = false;
  bool rewound = false;  // the rest of the batch is void
  bool backlog = false;
  event::Decoder decoder;
  match::Sampler decode_sampler;
  match::Lap decode_lap;
  std::optional<match::Matcher::Scratch> scratch;
  std::vector<match::Match> matches;
  std::optional<match::RegexCache> regexes;  // of what alerts say about their matches
  size_t record_bytes_before = 0;            // of the outputs, when the record's work began
  Time now{};
  Transaction open;
  Transaction under_way;   // if `submitted`
  bool submitted = false;  // and not answered yet
  Time last_commit{};
  int aborts_in_a_row = 0;
  Time retry_at{};
  std::unique_ptr<Committer> committer;  // last: until it is gone it may read `under_way`
};

Result<Task::Progress> Task::Impl::Step(const LiveRulesPtr& next_rules,
                                        const ReadStanding& read_standing, Duration wait) {
  RIPOSTE_TRY(UseRules(next_rules));
  now = surroundings.clock->Now();
  RIPOSTE_TRY(Collect(Duration::zero()));
  if (now < retry_at && retry_at - now <= kRetryPauseMax) return Progress::kIdle;
  RIPOSTE_TRY(Consume(wait));
  const Standing* const standing = batch.empty() ? nullptr : &read_standing();
  Stopwatch stopwatch;
  for (const Record& record : batch) {
    if (!IsNew(record)) continue;
    open.Consume(record.offset, now);
    ++stopwatch.events;
    RecordAtHand::Enter(partition, record.offset);
    Work(record, *standing);
    RecordAtHand::Leave();
    if (open.output_bytes() < options.commit_output_bytes_max) continue;
    stopwatch.AddTo(open.counts().processing);
    RIPOSTE_TRY(Commit());
    if (rewound) return Progress::kWorked;
    stopwatch.Restart();
  }
  stopwatch.AddTo(open.counts().processing);
  now = surroundings.clock->Now();
  const bool commits = CommitIsDue(now) || (ended && !open.empty());
  if (commits) RIPOSTE_TRY(Commit());
  if (ended && open.empty()) RIPOSTE_TRY(Settle());
  if (ended && open.empty() && !rewound) return Progress::kEnded;
  return !batch.empty() || commits ? Progress::kWorked : Progress::kIdle;
}

// Rules change between transactions: the counts of one are by the rules of one set.
Status Task::Impl::UseRules(const LiveRulesPtr& next_rules) {
  if (next_rules == live) return Status::Ok();
  RIPOSTE_TRY(Commit());
  const match::Matcher* next = next_rules->For(profile);
  if (next == nullptr)
    return Status(ErrorCode::kInvalidArgument,
                  "topic '" + partition.topic + "': there is no profile '" + profile + "'");
  live = next_rules;
  matcher = next;
  scratch.emplace();
  regexes.emplace();
  return Status::Ok();
}

Status Task::Impl::Consume(Duration wait) {
  rewound = false;
  batch.clear();
  const Duration longest = open.empty() ? wait : std::min(wait, TimeToCommit(now));
  // What is open has to wait for what is committed: that is waited for rather than more records.
  const bool awaits_commit = submitted && !open.empty();
  Status polled = input->Poll(options.batch_records_max, options.batch_bytes_max,
                              awaits_commit ? Duration::zero() : longest, batch);
  if (polled.code() == ErrorCode::kCancelled) {
    ended = true;
    batch.clear();
  } else if (!polled.ok()) {
    RIPOSTE_TRY(Commit());  // what came before is whole
    RIPOSTE_TRY(Settle());
    return polled;
  }
  if (awaits_commit && batch.empty()) RIPOSTE_TRY(Collect(longest));
  backlog = batch.size() >= options.batch_records_max ||
            input->Lag() > static_cast<int64_t>(options.batch_records_max);
  now = surroundings.clock->Now();
  return Status::Ok();
}

// A client library has been seen to hand out records twice around a rebalance.
bool Task::Impl::IsNew(const Record& record) {
  if (record.offset <= last_seen) return false;
  last_seen = record.offset;
  return true;
}

// All that is done for one record: a crash in here is the record's.
void Task::Impl::Work(const Record& record, const Standing& standing) {
  record_bytes_before = open.output_bytes();
  if (const int64_t crashes = poison.CrashesIfPoison(record.offset); crashes > 0) {
    PutAwayPoison(record, crashes);
    return;
  }
  if (Decode(record) != Verdict::kEvent) return;
  const std::span<const match::Match> found = FindMatches(record);
  if (!found.empty()) decoder.Complete();
  CountOddities();
  match::ForEachRule(found, [&](uint32_t rule) { open.CountMatch(rule); });
  for (const match::Match& match : found) Order(match, record, standing);
}

Verdict Task::Impl::Decode(const Record& record) {
  const std::string_view bytes = record.value.value_or(std::string_view());
  const bool timed = decode_sampler.Next();
  if (timed) decode_lap.Begin();
  const event::Reject reject =
      bytes.empty() ? event::Reject::kEmpty : decoder.DecodeForRules(matcher->plan(), bytes);
  if (timed) open.counts().decode_ns += decode_lap.End() * decode_sampler.every();
  ++open.counts().rejects[static_cast<size_t>(reject)];
  if (reject == event::Reject::kNone) return Verdict::kEvent;
  if (reject == event::Reject::kEmpty) {
    ++open.counts().empty;
    return Verdict::kEmpty;
  }
  PutAway(LetterOf(record, reject));
  return Verdict::kDeadLetter;
}

DeadLetter Task::Impl::LetterOf(const Record& record, event::Reject reason) const {
  return {.reason = reason,
          .partition = &partition,
          .offset = record.offset,
          .append_time = record.append_time,
          .original = record.value.value_or(std::string_view()),
          .error_offset = decoder.error_offset()};
}

void Task::Impl::PutAway(const DeadLetter& letter) {
  ++open.counts().dead_lettered;
  open.Put(DeadLetterRecord(letter, now, options.dead_letter_bytes_max,
                            committer->MaxValueBytes(OutTopic::kDeadLetter)));
}

// Nothing looks into it: that is what crashed.
void Task::Impl::PutAwayPoison(const Record& record, int64_t crashes) {
  const DeadLetter letter = LetterOf(record, event::Reject::kPoison);
  ++open.counts().rejects[static_cast<size_t>(letter.reason)];
  PutAway(letter);
  open.Put(PoisonAlertRecord(letter, crashes, now));
}

void Task::Impl::CountOddities() {
  for (uint32_t rest = decoder.event().oddities(); rest != 0; rest &= rest - 1)
    ++open.counts().oddities[static_cast<size_t>(std::countr_zero(rest))];
}

std::span<const match::Match> Task::Impl::FindMatches(const Record& record) {
  matches.clear();
  matcher->FindMatches(decoder.event(), {.now = record.append_time}, *scratch, matches);
  ++(matches.empty() ? open.counts().unmatched : open.counts().matched);
  return matches;
}

// With the trigger `single_match` each match is a firing.
void Task::Impl::Order(const match::Match& match, const Record& record, const Standing& standing) {
  const event::Event& event = decoder.event();
  const remediate::Origin origin{.topic = partition.topic,
                                 .partition = partition.partition,
                                 .offset = record.offset,
                                 .index = 0,
                                 .append_time = record.append_time};
  const Decided decided =
      Decide(live->rules->rules[match.rule], event, origin,
             {.guards = surroundings.guards,
              .enforcement = &standing.enforcement,
              .arming = standing.arming.get(),
              .ttl = options.ttl,
              .command_bytes_max = committer->MaxValueBytes(OutTopic::kCommands),
              .now = now});
  open.CountFiring(decided.firing);
  for (const Action& action : decided.actions) {
    open.AddAction(action);
    open.Put(DecisionRecord(decided, action, event, origin, now,
                            committer->MaxValueBytes(OutTopic::kAudit)));
  }
  // One record's outputs cannot be divided; when very many rules match it, later alerts go without
  // the copy of the event, and without what is said about the match.
  const size_t so_far = open.output_bytes() - record_bytes_before;
  Evidence evidence;
  if (so_far < options.commit_output_bytes_max)
    evidence = {.matched = match::HeldClauses(
                    matcher->QueryOf(match), live->rules->schema->catalogue, event,
                    {.now = record.append_time}, *regexes, kMatchedClausesMax),
                .event_bytes_max = options.alert_event_bytes_max};
  open.Put(AlertRecord(decided, event, origin, now, evidence,
                       committer->MaxValueBytes(OutTopic::kAlerts)));
}

Duration Task::Impl::TimeToCommit(Time at) const {
  const Duration interval = backlog ? options.commit_interval_backlog : options.commit_interval;
  Time due = open.opened_at() + interval;
  // A command goes at once, but the work on further records does not stand still for it.
  if (open.has_command() && !submitted) due = std::min(due, last_commit + options.commit_floor);
  // A clock that jumped back must not put the commit off.
  if (at < open.opened_at()) return Duration::zero();
  return std::max(Duration::zero(), due - at);
}

bool Task::Impl::CommitIsDue(Time at) const {
  if (open.empty()) return false;
  return open.output_bytes() >= options.commit_output_bytes_max ||
         TimeToCommit(at) == Duration::zero();
}

// One transaction after the other: the one under way is waited for first.
Status Task::Impl::Commit() {
  if (open.empty()) return Status::Ok();
  RIPOSTE_TRY(Settle());
  if (open.empty()) return Status::Ok();  // undone with it
  now = surroundings.clock->Now();
  if (gap_from >= 0) open.Put(CoverageGapRecord(partition, gap_from, committed, now));
  std::swap(open, under_way);
  committer->Submit(under_way.Seal(partition, live->rules, scratch->costs(), now),
                    under_way.next_offset());
  scratch->ResetCosts();
  submitted = true;
  return Collect(Duration::zero());
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
  gap_from = -1;
  committed = under_way.next_offset();
  aborts_in_a_row = 0;
  retry_at = {};
  poison.OnCommitted(committed);
  under_way.Tell(partition, input->Lag(), last_commit, *surroundings.observer);
  under_way.Clear();
  return Status::Ok();
}

// With what was aborted goes what was begun behind it.
Status Task::Impl::Redo() {
  surroundings.observer->OnAbort(partition, !open.empty());
  if (++aborts_in_a_row > 1)
    retry_at = last_commit + std::min(kRetryPauseMax,
                                      kRetryPauseFirst * (1 << std::min(aborts_in_a_row - 2, 10)));
  under_way.Clear();
  open.Clear();
  scratch->ResetCosts();
  last_seen = committed - 1;
  ended = false;
  rewound = true;
  return input->Rewind(committed);
}

Task::Task(Assignment assignment, const TaskOptions& options, const Surroundings& surroundings) {
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

Status Task::Flush() {
  RIPOSTE_TRY(impl_->Commit());
  return impl_->Settle();
}

const PartitionId& Task::id() const { return impl_->partition; }
int64_t Task::committed_offset() const { return impl_->committed; }

}  // namespace riposte::pipeline
