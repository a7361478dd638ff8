#include "engine/trigger/rule_windows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <ranges>
#include <span>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/trigger/count.h"
#include "engine/trigger/groups.h"
#include "engine/trigger/saturating.h"
#include "engine/trigger/scheduled.h"
#include "engine/trigger/sequence.h"
#include "engine/trigger/undo_log.h"
#include "engine/trigger/unordered.h"

namespace riposte::trigger {
namespace {

// How a contribution comes to a criterion.
struct AsOccurrence {
  template <typename Criterion>
  Fate operator()(const Criterion& criterion, typename Criterion::State& state,
                  const Contribution& contribution, Outcome& outcome) {
    const std::vector<std::string>& values = contribution.values;
    return criterion.OnOccurrence(
        state,
        {.place = contribution.place,
         .event = contribution.event,
         .value = values.empty() ? std::string_view() : std::string_view(values.front()),
         .number = contribution.number},
        outcome);
  }
};

struct AsSteps {
  explicit AsSteps(std::span<const rule::Step> steps) {
    for (size_t i = 0; i < steps.size(); ++i)
      if (!steps[i].absent && !steps[i].distinct.empty()) distinct |= StepBit(i);
  }

  template <typename Criterion>
  Fate operator()(const Criterion& criterion, typename Criterion::State& state,
                  const Contribution& contribution, Outcome& outcome) {
    size_t next = 0;
    for (StepSet rest = contribution.parts & distinct; rest != 0; rest &= rest - 1)
      values[static_cast<size_t>(std::countr_zero(rest))] = contribution.values[next++];
    return criterion.OnOccurrence(state,
                                  {.place = contribution.place,
                                   .event = contribution.event,
                                   .steps = contribution.parts,
                                   .until = contribution.until,
                                   .values = values},
                                  outcome);
  }

  StepSet distinct = 0;
  std::array<std::string_view, kContributionPartsMax> values;  // of the call, by step
};

// A group that is not there yet is not made for these.
bool ChangesNothing(Fate fate) {
  return fate == Fate::kLate || fate == Fate::kNoValue || fate == Fate::kOutside;
}

template <typename Criterion, typename Adapter>
class WindowsOf final : public RuleWindows {
 public:
  using State = typename Criterion::State;

  WindowsOf(Criterion criterion, Adapter adapter, const WindowOptions& options)
      : criterion_(std::move(criterion)),
        adapter_(std::move(adapter)),
        lateness_(options.allowed_lateness),
        groups_(options.groups_max) {}

  Taken Take(const Contribution& contribution, Time watermark, Outcome& outcome) override {
    if (const std::optional<GroupId> id = groups_.Find(contribution.key))
      return TakeIn(*id, contribution, watermark, outcome);
    return TakeAsNew(contribution, watermark, outcome);
  }

  void OnTime(Time watermark, std::vector<GroupOutcome>& outcomes) override {
    due_.clear();
    groups_.TakeDue(watermark, due_);
    for (const Deadlines::Due& due : due_) {
      Note(due.id, due.deadline);
      if (!criterion_.NextDeadline(groups_.at(due.id))) {
        Forget(due.id);
        continue;
      }
      Outcome outcome;
      criterion_.OnTime(groups_.at(due.id), watermark, outcome);
      SetDeadline(due.id, watermark);
      outcomes.push_back({.key = std::string(groups_.key(due.id)), .outcome = std::move(outcome)});
    }
  }

  std::optional<Time> NextDeadline() const override { return groups_.NextDeadline(); }

  void BeginBatch() override { undo_.Begin(); }
  void CommitOldest() override { undo_.DropOldest(); }

  void UndoNewest() override {
    RIPOSTE_CHECK(undo_.newest() != nullptr, "no batch is open");
    for (Before& before : undo_.newest()->groups()) BringBack(before);
    for (const Move& move : undo_.newest()->moves() | std::views::reverse) {
      const std::optional<GroupId> older =
          move.older ? groups_.Find(*move.older) : std::optional<GroupId>();
      groups_.MoveBehind(*groups_.Find(move.key), older);
    }
    undo_.DropNewest();
  }

  void AppendChanged(std::vector<GroupState>& changed) const override {
    if (undo_.newest() == nullptr) return;
    for (const Before& before : undo_.newest()->groups()) {
      const std::optional<GroupId> now = groups_.Find(before.key);
      if (!now && !before.state) continue;
      if (now && before.state && groups_.at(*now) == *before.state) continue;
      changed.push_back({.key = before.key, .bytes = {}});
      if (now) changed.back().bytes = BytesOf(groups_.at(*now));
    }
  }

  void AppendAll(std::vector<GroupState>& all) const override {
    groups_.ForEach([&](GroupId, std::string_view key, const State& state) {
      all.push_back({.key = std::string(key), .bytes = BytesOf(state)});
    });
  }

  bool Restore(std::string_view key, std::string_view bytes, Time watermark) override {
    RIPOSTE_CHECK(undo_.newest() == nullptr, "a state is restored inside a batch");
    ByteReader in(bytes);
    State state;
    if (!criterion_.Read(in, state) || !in.at_end()) return false;
    const std::optional<GroupId> found = groups_.Find(key);
    if (!found && groups_.IsFull()) return false;
    const GroupId id = found ? *found : groups_.Add(key);
    groups_.at(id) = std::move(state);
    SetDeadline(id, watermark);
    return true;
  }

  size_t groups() const override { return groups_.size(); }
  size_t MemoryBytes() const override { return groups_.MemoryBytes(); }

 private:
  using Before = typename UndoLog<State>::Before;
  using Move = typename UndoLog<State>::Move;

  Taken TakeIn(GroupId id, const Contribution& contribution, Time watermark, Outcome& outcome) {
    Note(id, groups_.DeadlineOf(id));
    NoteMove(id);
    groups_.FindOrAdd(contribution.key);
    const Fate fate = Judge(groups_.at(id), contribution, watermark, outcome);
    SetDeadline(id, watermark);
    return {.fate = fate, .evicted = {}};
  }

  Taken TakeAsNew(const Contribution& contribution, Time watermark, Outcome& outcome) {
    State state;
    Taken taken{.fate = Judge(state, contribution, watermark, outcome), .evicted = {}};
    if (ChangesNothing(taken.fate)) return taken;
    auto touched = groups_.FindOrAdd(contribution.key);
    if (touched.evicted) {
      if (!criterion_.IsIdle(touched.evicted->state, watermark))
        taken.evicted = touched.evicted->key;
      NoteEvicted(std::move(*touched.evicted));
    }
    NoteAdded(contribution.key);
    groups_.at(touched.id) = std::move(state);
    SetDeadline(touched.id, watermark);
    return taken;
  }

  Fate Judge(State& state, const Contribution& contribution, Time watermark, Outcome& outcome) {
    criterion_.OnTime(state, watermark, outcome);
    return adapter_(criterion_, state, contribution, outcome);
  }

  void Forget(GroupId id) {
    NoteMove(id);
    groups_.Remove(id);
  }

  // When it has something to do, or else may be forgotten: not before the allowed lateness has gone
  // by since it was used, however old its events are. An endpoint may be telling now what it saw
  // while it was away.
  void SetDeadline(GroupId id, Time watermark) {
    const State& state = groups_.at(id);
    std::optional<Time> deadline = criterion_.NextDeadline(state);
    if (!deadline) deadline = std::max(criterion_.IdleFrom(state), Later(watermark, lateness_));
    groups_.SetDeadline(id, deadline);
  }

  void Note(GroupId id, std::optional<Time> deadline) {
    auto* batch = undo_.newest();
    if (batch == nullptr || batch->Find(groups_.key(id)) != nullptr) return;
    batch->Add({.key = std::string(groups_.key(id)),
                .state = groups_.at(id),
                .deadline = deadline,
                .moved = false});
  }

  // Noted already.
  void NoteMove(GroupId id) {
    auto* batch = undo_.newest();
    if (batch == nullptr) return;
    Before& before = *batch->Find(groups_.key(id));
    if (before.moved || !before.state) return;
    const std::optional<GroupId> older = groups_.Before(id);
    batch->AddMove(before, older ? std::optional(std::string(groups_.key(*older))) : std::nullopt);
  }

  void NoteAdded(std::string_view key) {
    auto* batch = undo_.newest();
    if (batch == nullptr || batch->Find(key) != nullptr) return;
    batch->Add({.key = std::string(key), .state = {}, .deadline = {}, .moved = false});
  }

  // It was the least recently used one.
  void NoteEvicted(typename Groups<State>::Evicted evicted) {
    auto* batch = undo_.newest();
    if (batch == nullptr) return;
    Before* before = batch->Find(evicted.key);
    if (before == nullptr)
      before = &batch->Add({.key = std::move(evicted.key),
                            .state = std::move(evicted.state),
                            .deadline = evicted.deadline,
                            .moved = false});
    if (!before->moved && before->state) batch->AddMove(*before, std::nullopt);
  }

  void BringBack(Before& before) {
    const std::optional<GroupId> now = groups_.Find(before.key);
    if (!before.state) {
      if (now) groups_.Remove(*now);
      return;
    }
    const GroupId id = now ? *now : groups_.Add(before.key);
    groups_.at(id) = std::move(*before.state);
    groups_.SetDeadline(id, before.deadline);
  }

  std::string BytesOf(const State& state) const {
    std::string bytes;
    ByteWriter out(bytes);
    criterion_.Write(state, out);
    return bytes;
  }

  Criterion criterion_;
  Adapter adapter_;
  Duration lateness_;
  Groups<State> groups_;
  UndoLog<State> undo_;
  std::vector<Deadlines::Due> due_;  // of a call
};

template <typename Criterion, typename Adapter>
std::unique_ptr<RuleWindows> Make(Criterion criterion, Adapter adapter,
                                  const WindowOptions& options) {
  return std::make_unique<WindowsOf<Criterion, Adapter>>(std::move(criterion), std::move(adapter),
                                                         options);
}

}  // namespace

Result<std::unique_ptr<RuleWindows>> MakeRuleWindows(const rule::Rule& rule,
                                                     const WindowOptions& options) {
  const Duration lateness = options.allowed_lateness;
  if (const auto* count = std::get_if<rule::Count>(&rule.trigger))
    return Make(CountCriterion(*count, lateness), AsOccurrence{}, options);
  if (const auto* sequence = std::get_if<rule::Sequence>(&rule.trigger))
    return Make(SequenceCriterion(*sequence, lateness), AsSteps(sequence->steps), options);
  if (const auto* unordered = std::get_if<rule::Unordered>(&rule.trigger))
    return Make(UnorderedCriterion(*unordered, lateness), AsSteps(unordered->steps), options);
  if (const auto* scheduled = std::get_if<rule::Scheduled>(&rule.trigger)) {
    Result<ScheduledCriterion> criterion = ScheduledCriterion::Make(*scheduled, lateness);
    if (!criterion.ok()) return criterion.status();
    return Make(std::move(criterion).value(), AsOccurrence{}, options);
  }
  return std::unique_ptr<RuleWindows>();
}

}  // namespace riposte::trigger
