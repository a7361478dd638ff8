// Which parts of which rules match an event.
//
// A Matcher is compiled once from a rule set for one profile and shared by all workers; a Scratch
// belongs to one worker. What can be wrong with a rule was said when it was loaded: matching cannot
// fail.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "engine/event/decode.h"
#include "engine/match/sampling.h"
#include "rules/rule/rule.h"

namespace riposte::match {

struct Match {
  uint32_t rule = 0;  // index in RuleSet::rules
  uint32_t part = 0;  // index in rule::PartsOf() of its trigger
  auto operator<=>(const Match&) const = default;
};

// Calls each(rule) once for each rule of matches that are ascending.
template <typename Each>
void ForEachRule(std::span<const Match> matches, const Each& each) {
  for (size_t i = 0; i < matches.size(); ++i)
    if (i == 0 || matches[i].rule != matches[i - 1].rule) each(matches[i].rule);
}

// What an event is matched against besides its own bytes.
struct Context {
  Time now{};  // the record's broker append time: `now` in date clauses, so that a replay decides
               // the same
};

// What one event may cost before the index is given up for it and all rules are evaluated. Nothing
// is missed either way.
struct Limits {
  size_t windows_max = 50'000;  // places where a rule's text may begin
  size_t anchors_max = 4'096;   // conditions that some rule is found by, and that hold
};

// What matching took: counted, or estimated from the events that were timed.
struct Costs {
  // By rule index, of all its parts. What several ask for is evaluated once an event, for the
  // first of them.
  std::vector<uint64_t> evaluations;
  std::vector<uint64_t> rule_ns;  // estimated: the evaluations
  uint64_t find_ns = 0;           // estimated: finding the rules to evaluate, which is no rule's
  uint64_t plain_events = 0;      // counted: for so many the limits were exceeded
};

class Matcher {
 public:
  // `rules` must outlive the matcher. PartsToMatch() on `profile` only.
  static std::shared_ptr<const Matcher> Compile(const rule::RuleSet& rules,
                                                const schema::Profile& profile,
                                                const Limits& limits = {});
  ~Matcher();

  // The fields to decode for FindMatches(); once the event is completed, it has what is done with a
  // match, too: rule::FieldsOfMatches() of the rules.
  const event::Plan& plan() const;
  size_t rule_count() const;  // that events are matched against
  // What an event had to be for this match, which is of this matcher; lives as long as it does.
  const query::Expression& QueryOf(const Match& match) const;

  // Working memory of one worker. Grows to what the rules need, then stays.
  class Scratch {
   public:
    // One event in `time_every` is timed.
    explicit Scratch(uint32_t time_every = Sampler::kEvery);
    Scratch(Scratch&&) noexcept;
    ~Scratch();
    // Since the last ResetCosts().
    const Costs& costs() const;
    void ResetCosts();

   private:
    friend class Matcher;
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };

  // Appends what matches, ascending. `event` was decoded by plan().
  void FindMatches(const event::Event& event, const Context& context, Scratch& scratch,
                   std::vector<Match>& matches) const;

 private:
  struct Impl;
  explicit Matcher(std::unique_ptr<const Impl> impl);
  void Prepare(Scratch::Impl& work) const;
  // The positions of the parts to evaluate, ascending; false if it must be all of them.
  bool FindCandidates(const event::Event& event, const Context& context, Scratch::Impl& work) const;

  std::unique_ptr<const Impl> impl_;
};

}  // namespace riposte::match
