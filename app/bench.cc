#include "app/bench.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/cpu_time.h"
#include "engine/event/decode.h"
#include "engine/event/dom_reference.h"
#include "engine/match/matcher.h"
#include "engine/match/rule_plan.h"

namespace riposte::app {
namespace {

constexpr double kCommonShare = 0.05;  // of the events
constexpr double kSlowEvaluationNs = 1000;
constexpr size_t kManyClauses = 50;

template <typename Work>
Timing Measure(size_t repeat, const Work& work) {
  work();
  std::vector<double> runs;
  for (size_t i = 0; i < repeat; ++i) {
    const double begin = ThreadCpuSeconds();
    work();
    runs.push_back(ThreadCpuSeconds() - begin);
  }
  std::ranges::sort(runs);
  const double median = runs[runs.size() / 2];
  return {.seconds = median, .spread = median > 0 ? (runs.back() - runs.front()) / median : 0};
}

// The rules on the events, over and over.
class Course {
 public:
  Course(const rule::RuleSet& rules, const schema::Profile& profile, const RecordedEvents& events,
         const BenchOptions& options)
      : matcher_(match::Matcher::Compile(rules, profile)),
        events_(events),
        decoder_(options.event_bytes_max) {}

  const match::Matcher& matcher() const { return *matcher_; }

  // Calls each(event) with those that can be decoded; how many cannot.
  template <typename Each>
  size_t Decode(const Each& each) {
    size_t rejected = 0;
    for (size_t i = 0; i < events_.size(); ++i) {
      if (decoder_.DecodeForRules(matcher_->plan(), events_[i]) == event::Reject::kNone) {
        each(decoder_.event());
      } else {
        ++rejected;
      }
    }
    return rejected;
  }

  // Calls each(matches) for each event that can be decoded.
  template <typename Each>
  void Match(match::Matcher::Scratch& scratch, const Each& each) {
    Time now{};
    Decode([&](const event::Event& event) {
      if (const event::Value* time = event.First(schema::Role::kEventTime)) now = time->date;
      matches_.clear();
      matcher_->FindMatches(event, {.now = now}, scratch, matches_);
      each(matches_);
    });
  }

 private:
  const std::shared_ptr<const match::Matcher> matcher_;
  const RecordedEvents& events_;
  event::Decoder decoder_;
  std::vector<match::Match> matches_;
};

Timing MeasureDom(const RecordedEvents& events, size_t repeat) {
  event::DomReference dom;
  return Measure(repeat, [&] {
    for (size_t i = 0; i < events.size(); ++i) dom.Parse(events[i]);
  });
}

// One more run, in which each event is timed.
void CollectCosts(Course& course, const rule::RuleSet& rules, BenchResult& result) {
  match::Matcher::Scratch scratch(1);
  std::vector<uint64_t> matches(rules.rules.size());
  course.Match(scratch, [&](const std::vector<match::Match>& found) {
    result.matched_events += found.empty() ? 0 : 1;
    match::ForEachRule(found, [&](uint32_t rule) {
      ++result.matches;
      ++matches[rule];
    });
  });
  const match::Costs& costs = scratch.costs();
  const double events = static_cast<double>(result.events);
  const double whole_ns = result.whole.seconds * 1e9 / events;
  result.plain_events = costs.plain_events;
  result.find_ns = static_cast<double>(costs.find_ns) / events;
  for (uint32_t rule = 0; rule < costs.evaluations.size(); ++rule) {
    if (costs.evaluations[rule] == 0) continue;
    const double ns = static_cast<double>(costs.rule_ns[rule]) / events;
    result.evaluations += costs.evaluations[rule];
    result.evaluate_ns += ns;
    result.ranking.push_back({.rule = rule,
                              .evaluations = costs.evaluations[rule],
                              .matches = matches[rule],
                              .ns_per_event = ns,
                              .share = whole_ns > 0 ? ns / whole_ns : 0,
                              .reasons = {}});
  }
  result.rules_evaluated = result.ranking.size();
}

void Rank(size_t top, std::vector<RuleCost>& ranking) {
  std::ranges::sort(ranking, [](const RuleCost& a, const RuleCost& b) {
    return std::tuple(b.ns_per_event, b.evaluations, a.rule) <
           std::tuple(a.ns_per_event, a.evaluations, b.rule);
  });
  if (top > 0 && ranking.size() > top) ranking.resize(top);
}

// Why the ranked rules cost what they do, from how the matcher finds them and what was counted.
class Reasons {
 public:
  Reasons(const BenchResult& result, const std::vector<uint64_t>& anchor_counts)
      : events_(static_cast<double>(result.events)), anchor_counts_(anchor_counts) {}

  std::vector<CostReason> Of(const RuleCost& cost,
                             const std::vector<match::PartPlan>& plans) const {
    std::vector<CostReason> reasons;
    for (const match::PartPlan& plan : plans) {
      const size_t before = reasons.size();
      AddWhyOften(plan, reasons);
      AddWhySlow(cost, plan, reasons);
      if (plan.step.empty()) continue;
      for (size_t i = before; i < reasons.size(); ++i)
        reasons[i].words = fmt::format("{}: {}", plan.step, reasons[i].words);
    }
    const double matching = static_cast<double>(cost.matches) / events_;
    if (matching >= kCommonShare)
      reasons.push_back({.cause = CostCause::kMatches,
                         .words = fmt::format("it matches {} of these events", Percent(matching))});
    return reasons;
  }

 private:
  static std::string Percent(double share) { return fmt::format("{:.0f} %", share * 100); }

  void AddWhyOften(const match::PartPlan& plan, std::vector<CostReason>& reasons) const {
    if (plan.anchors.empty()) {
      const std::string which = plan.guard.empty() ? "" : " with " + plan.guard;
      reasons.push_back(
          {.cause = CostCause::kNoAnchor, .words = "no anchor: evaluated for every event" + which});
      return;
    }
    const auto count_of = [&](const match::PlannedAnchor& anchor) {
      return anchor_counts_[anchor.number];
    };
    const match::PlannedAnchor& most = *std::ranges::max_element(plan.anchors, {}, count_of);
    const double share = static_cast<double>(count_of(most)) / events_;
    if (share < kCommonShare) return;
    // Of a clause, less may be looked up than it says: the last part of a path, a prefix.
    std::string words = fmt::format("common anchor: {} may hold in {} of these events", most.clause,
                                    Percent(share));
    if (most.presence) words += ", as only whether there is a value is looked up";
    if (plan.anchors.size() > 1)
      words += fmt::format("; the most common of {}", plan.anchors.size());
    reasons.push_back({.cause = CostCause::kCommonAnchor, .words = std::move(words)});
  }

  // An evaluation is one of any part.
  void AddWhySlow(const RuleCost& cost, const match::PartPlan& plan,
                  std::vector<CostReason>& reasons) const {
    for (const std::string& clause : plan.open_regexes)
      reasons.push_back(
          {.cause = CostCause::kOpenRegex, .words = "regex without a required literal: " + clause});
    const double evaluation_ns =
        cost.ns_per_event * events_ / static_cast<double>(cost.evaluations);
    if (evaluation_ns < kSlowEvaluationNs) return;
    if (plan.regexes > plan.open_regexes.size())
      reasons.push_back(
          {.cause = CostCause::kRegex,
           .words = fmt::format("expensive regex: an evaluation takes {:.0f} ns", evaluation_ns)});
    if (plan.clauses >= kManyClauses)
      reasons.push_back({.cause = CostCause::kManyClauses,
                         .words = fmt::format("{} clauses: an evaluation takes {:.0f} ns",
                                              plan.clauses, evaluation_ns)});
  }

  double events_;
  const std::vector<uint64_t>& anchor_counts_;
};

void Explain(Course& course, const rule::RuleSet& rules, const schema::Profile& profile,
             BenchResult& result) {
  match::RulePlanner planner(rules, profile);
  std::vector<std::vector<match::PartPlan>> plans;
  plans.reserve(result.ranking.size());
  for (const RuleCost& cost : result.ranking) plans.push_back(planner.PlanOf(cost.rule));
  match::AnchorTally tally = planner.Tally();
  course.Decode([&](const event::Event& event) { tally.Count(event); });
  const Reasons reasons(result, tally.counts());
  for (size_t i = 0; i < plans.size(); ++i)
    result.ranking[i].reasons = reasons.Of(result.ranking[i], plans[i]);
}

}  // namespace

std::string_view CostCauseName(CostCause cause) {
  switch (cause) {
    case CostCause::kNoAnchor:
      return "no_anchor";
    case CostCause::kCommonAnchor:
      return "common_anchor";
    case CostCause::kOpenRegex:
      return "regex_without_literal";
    case CostCause::kRegex:
      return "expensive_regex";
    case CostCause::kManyClauses:
      return "many_clauses";
    case CostCause::kMatches:
      return "matches_often";
    case CostCause::kCount:
      break;
  }
  return "unknown";
}

BenchResult Bench(const rule::RuleSet& rules, const schema::Profile& profile,
                  const RecordedEvents& events, const BenchOptions& options) {
  RIPOSTE_CHECK(events.size() > 0 && options.repeat > 0, "there is something to measure");
  Course course(rules, profile, events, options);
  BenchResult result{.events = events.size(),
                     .bytes = events.bytes(),
                     .rules = course.matcher().rule_count(),
                     .ranking = {}};
  result.dom = MeasureDom(events, options.repeat);
  result.decode =
      Measure(options.repeat, [&] { result.rejected = course.Decode([](const event::Event&) {}); });
  match::Matcher::Scratch scratch;
  result.whole = Measure(options.repeat,
                         [&] { course.Match(scratch, [](const std::vector<match::Match>&) {}); });
  CollectCosts(course, rules, result);
  Rank(options.top, result.ranking);
  Explain(course, rules, profile, result);
  return result;
}

}  // namespace riposte::app
