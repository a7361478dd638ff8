#include "engine/trigger/rule_windows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "engine/trigger/count.h"
#include "engine/trigger/saturating.h"
#include "engine/trigger/scheduled.h"
#include "engine/trigger/sequence.h"
#include "engine/trigger/undoable_groups.h"
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

// The most that it adds to what is written of its group.
size_t BytesOf(const Contribution& contribution) {
  constexpr size_t kPlaceBytesMax = 64;
  size_t bytes = kPlaceBytesMax + contribution.event.size();
  for (const std::string& value : contribution.values) bytes += value.size();
  return bytes;
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

  bool OnTime(Time watermark, std::vector<GroupOutcome>& outcomes) override {
    const std::optional<GroupId> due = groups_.TakeFirstDue(watermark);
    if (!due) return false;
    State& state = groups_.at(*due);
    if (!criterion_.NextDeadline(state)) {
      groups_.Remove(*due);
      return true;
    }
    GroupOutcome& group =
        outcomes.emplace_back(GroupOutcome{.key = std::string(groups_.key(*due)), .outcome = {}});
    criterion_.OnTime(state, watermark, group.outcome);
    SetDeadline(*due, watermark);
    return true;
  }

  std::optional<Time> NextDeadline() const override { return groups_.NextDeadline(); }

  void BeginBatch() override { groups_.BeginBatch(); }
  void CommitOldest() override { groups_.CommitOldest(); }
  void UndoNewest() override { groups_.UndoNewest(); }
  void AppendChanged(std::vector<GroupState>& changed) override {
    groups_.AppendChanged(criterion_, changed);
  }
  size_t changed_bytes() const override { return groups_.changed_bytes(); }
  void AppendAll(std::vector<GroupState>& all) const override {
    groups_.AppendAll(criterion_, all);
  }

  bool Restore(std::string_view key, std::string_view bytes, Time watermark) override {
    ByteReader in(bytes);
    State state;
    if (!criterion_.Read(in, state) || !in.at_end()) return false;
    const std::optional<GroupId> id = groups_.Restore(key, std::move(state), bytes.size());
    if (id) SetDeadline(*id, watermark);
    return id.has_value();
  }

  size_t groups() const override { return groups_.size(); }
  size_t MemoryBytes() const override { return groups_.MemoryBytes(); }

 private:
  Taken TakeIn(GroupId id, const Contribution& contribution, Time watermark, Outcome& outcome) {
    const Fate fate = Judge(groups_.Use(id), contribution, watermark, outcome);
    groups_.Grew(BytesOf(contribution));
    SetDeadline(id, watermark);
    return {.fate = fate, .evicted = {}};
  }

  Taken TakeAsNew(const Contribution& contribution, Time watermark, Outcome& outcome) {
    State state;
    Taken taken{.fate = Judge(state, contribution, watermark, outcome), .evicted = {}};
    if (ChangesNothing(taken.fate)) return taken;
    const std::optional<GroupId> goes = groups_.NextToGo();
    if (goes && !criterion_.IsIdle(groups_.at(*goes), watermark))
      taken.evicted = std::string(groups_.key(*goes));
    SetDeadline(groups_.Add(contribution.key, std::move(state)), watermark);
    groups_.Grew(BytesOf(contribution));
    return taken;
  }

  Fate Judge(State& state, const Contribution& contribution, Time watermark, Outcome& outcome) {
    criterion_.OnTime(state, watermark, outcome);
    return adapter_(criterion_, state, contribution, outcome);
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

  Criterion criterion_;
  Adapter adapter_;
  Duration lateness_;
  UndoableGroups<State> groups_;
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
