#include "app/rule_tests.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "app/would.h"
#include "base/unicode.h"
#include "engine/trigger/saturating.h"

namespace riposte::app {
namespace {

// When tests begin whose events have no time of their own.
constexpr Time kTestBegin = TimeFromMs(1'767'225'600'000);  // 2026-01-01

// A command that would be ordered: what it does, and every name of what it is done to.
struct Ordered {
  std::string action;
  std::vector<std::string> names;  // folded
  std::string target;              // for people
};

std::string_view Basename(std::string_view path) {
  const size_t separator = path.find_last_of("/\\");
  return separator == std::string_view::npos ? path : path.substr(separator + 1);
}

Ordered Describe(const remediate::Command& command) {
  Ordered ordered{.action = std::string(remediate::ActionName(command.action)),
                  .names = {},
                  .target = remediate::DescribeTarget(command)};
  const auto add = [&ordered](std::string_view name) {
    if (!name.empty()) ordered.names.push_back(unicode::Fold(name));
  };
  if (command.process) {
    add(command.process->image);
    add(Basename(command.process->image));
  }
  if (command.file) {
    add(command.file->path);
    add(Basename(command.file->path));
  }
  if (!command.process && !command.file) {
    add(command.asset.id);
    add(command.asset.name);
  }
  return ordered;
}

bool Fits(const rule::ExpectedCommand& expected, const Ordered& ordered) {
  if (expected.action != ordered.action) return false;
  if (expected.target.empty()) return true;
  const std::string folded = unicode::Fold(expected.target);
  return std::find(ordered.names.begin(), ordered.names.end(), folded) != ordered.names.end();
}

// Pairs what is expected with what was seen (Kuhn's augmenting paths): a greedy choice may give
// what was seen to an expectation that another one would have fitted as well.
class Pairing {
 public:
  using Fits = std::function<bool(size_t expected, size_t seen)>;
  Pairing(size_t expected, size_t seen, Fits fits) : fits_(std::move(fits)), owner_(seen, kNobody) {
    for (size_t i = 0; i < expected; ++i) {
      std::vector<bool> tried(seen, false);
      if (!Place(i, tried)) unmet_.push_back(i);
    }
  }
  const std::vector<size_t>& unmet() const { return unmet_; }
  bool IsExpected(size_t seen) const { return owner_[seen] != kNobody; }

 private:
  static constexpr size_t kNobody = static_cast<size_t>(-1);

  bool Place(size_t expectation, std::vector<bool>& tried) {
    for (size_t s = 0; s < owner_.size(); ++s) {
      if (tried[s] || !fits_(expectation, s)) continue;
      tried[s] = true;
      if (owner_[s] != kNobody && !Place(owner_[s], tried)) continue;
      owner_[s] = expectation;
      return true;
    }
    return false;
  }

  Fits fits_;
  std::vector<size_t> owner_;
  std::vector<size_t> unmet_;
};

// What one test brought about.
struct Seen {
  struct Firing {
    Duration at{};  // since the test's begin
    int64_t events = 0;
    std::string window;  // for people
  };
  std::vector<Firing> firings;
  Offline::Waiting waiting;    // at the end
  uint64_t without_value = 0;  // matches that came to no group
  std::vector<Ordered> ordered;
  std::vector<std::string> not_ordered;  // why, for people
};

void Note(const Fired& fired, Time begin, Seen& seen) {
  seen.firings.push_back({.at = fired.time - begin,
                          .events = fired.decided.firing.matches,
                          .window = DescribeWindow(fired)});
  for (const pipeline::Action& action : fired.decided.actions) {
    if (action.outcome == pipeline::Outcome::kOrdered) {
      seen.ordered.push_back(Describe(*action.proposal.command));
    } else {
      seen.not_ordered.push_back(fmt::format("{}: {} ({})",
                                             remediate::ActionName(action.proposal.action),
                                             action.reason(), action.detail()));
    }
  }
}

std::string SinceBegin(Duration at) {
  return at < Duration::zero() ? "-" + FormatDuration(-at) : FormatDuration(at);
}

std::string EventsWords(int64_t events) {
  return events == 1 ? "1 event" : fmt::format("{} events", events);
}

void CompareFirings(const std::vector<rule::ExpectedFiring>& expected, const Seen& seen,
                    std::vector<std::string>& failures) {
  const Pairing pairing(expected.size(), seen.firings.size(), [&](size_t e, size_t s) {
    return expected[e].at == seen.firings[s].at &&
           expected[e].events.value_or(seen.firings[s].events) == seen.firings[s].events;
  });
  for (const size_t i : pairing.unmet())
    failures.push_back(fmt::format(
        "expected a firing at {}{}, there was none", SinceBegin(expected[i].at),
        expected[i].events ? " of " + EventsWords(*expected[i].events) : std::string()));
  for (size_t i = 0; i < seen.firings.size(); ++i)
    if (!pairing.IsExpected(i))
      failures.push_back(fmt::format("did not expect the firing at {} of {}",
                                     SinceBegin(seen.firings[i].at),
                                     EventsWords(seen.firings[i].events)));
}

// What fired when, for who looks for why it was not as expected.
void TellTimeline(const Seen& seen, std::vector<std::string>& failures) {
  if (seen.firings.empty()) failures.push_back("nothing fired");
  for (const Seen::Firing& firing : seen.firings)
    failures.push_back(fmt::format("fired at {}: {}", SinceBegin(firing.at), firing.window));
  if (seen.without_value > 0)
    failures.push_back(fmt::format(
        "{} times a match has no value of the group or of what is measured", seen.without_value));
  if (seen.waiting.firings > 0)
    failures.push_back(
        fmt::format("{} more would have fired later: let time go on by an entry that has only 'at'",
                    seen.waiting.firings));
}

void CheckFirings(const rule::Rule& rule, const rule::TestCase& test, const Seen& seen,
                  std::vector<std::string>& failures) {
  const size_t before = failures.size();
  if (test.each_firing) {
    CompareFirings(*test.each_firing, seen, failures);
  } else if (test.firings && *test.firings != static_cast<int64_t>(seen.firings.size())) {
    failures.push_back(
        fmt::format("expected {} firings, got {}", *test.firings, seen.firings.size()));
  }
  const bool has_windows = !std::holds_alternative<rule::SingleMatch>(rule.trigger);
  if (failures.size() > before && (has_windows || test.each_firing)) TellTimeline(seen, failures);
}

void CompareCommands(const std::vector<rule::ExpectedCommand>& expected, const Seen& seen,
                     std::vector<std::string>& failures) {
  const Pairing pairing(expected.size(), seen.ordered.size(),
                        [&](size_t e, size_t s) { return Fits(expected[e], seen.ordered[s]); });
  for (const size_t i : pairing.unmet())
    failures.push_back(fmt::format("expected the command {}{}{}, it was not ordered",
                                   expected[i].action, expected[i].target.empty() ? "" : " for ",
                                   expected[i].target));
  for (size_t c = 0; c < seen.ordered.size(); ++c)
    if (!pairing.IsExpected(c))
      failures.push_back(fmt::format("did not expect the command {} for {}", seen.ordered[c].action,
                                     seen.ordered[c].target));
  if (pairing.unmet().empty()) return;
  for (const std::string& why : seen.not_ordered) failures.push_back("not ordered: " + why);
}

Time AsPlaceTime(Time time) {
  return std::clamp(time, trigger::kPlaceTimeMin, trigger::kPlaceTimeMax);
}

// `at` is whatever the file says.
Time After(Time begin, Duration at) { return AsPlaceTime(trigger::Later(begin, at)); }

// The first event that says when it was tells when the test began.
Time BeginOf(const rule::TestCase& test, const schema::Schema& schema,
             const schema::Profile& profile, size_t event_bytes_max) {
  const std::shared_ptr<const event::Plan> plan = event::Plan::Compile(schema, profile, {});
  event::Decoder decoder(event_bytes_max);
  for (const rule::TestEvent& event : test.events) {
    if (event.json.empty() || decoder.Decode(*plan, event.json) != event::Reject::kNone) continue;
    if (const event::Value* time = decoder.event().First(schema::Role::kEventTime))
      return AsPlaceTime(trigger::Earlier(time->date, event.at.value_or(Duration{0})));
  }
  return kTestBegin;
}

// The timeline of one test, by the matcher and beside it by the plain evaluator.
class TestRun {
 public:
  static Result<TestRun> Make(const rule::RuleSetPtr& rules, const schema::Profile& profile,
                              Offline::Options options, Time begin) {
    options.begin = begin;
    Result<std::unique_ptr<Offline>> matcher = Offline::Make(rules, profile, options);
    if (!matcher.ok()) return matcher.status();
    options.naive = true;
    return TestRun(std::move(matcher).value(), Offline::Make(rules, profile, options).value(),
                   begin);
  }

  Seen Run(const rule::TestCase& test, std::vector<std::string>& failures) {
    for (size_t i = 0; i < test.events.size(); ++i) {
      const rule::TestEvent& event = test.events[i];
      if (event.json.empty()) {
        Note(matcher_->GoOn(After(begin_, event.at.value_or(Duration{0}))));
      } else {
        RunEvent(event, i, failures);
      }
    }
    seen_.waiting = matcher_->StillWaiting();
    return std::move(seen_);
  }

 private:
  TestRun(std::unique_ptr<Offline> matcher, std::unique_ptr<Offline> oracle, Time begin)
      : matcher_(std::move(matcher)), oracle_(std::move(oracle)), begin_(begin) {}

  void Note(const Judged& judged) {
    for (const Fired& fired : judged.firings) app::Note(fired, begin_, seen_);
    seen_.without_value += judged.left_out.no_key + judged.left_out.no_value;
  }

  void RunEvent(const rule::TestEvent& event, size_t i, std::vector<std::string>& failures) {
    const remediate::Origin origin{.topic = "test", .offset = static_cast<int64_t>(i)};
    std::optional<Time> arrived;
    if (event.at) arrived = After(begin_, *event.at);
    const Judged& judged = matcher_->Run(event.json, origin, arrived);
    if (judged.reject != event::Reject::kNone) {
      failures.push_back(
          fmt::format("event {} is rejected: {}", i + 1, event::RejectName(judged.reject)));
      return;
    }
    Note(judged);
    if (oracle_->Run(event.json, origin, arrived).matches != judged.matches)
      failures.push_back(
          fmt::format("event {}: the matcher and the plain evaluator disagree", i + 1));
  }

  std::unique_ptr<Offline> matcher_, oracle_;
  Time begin_;
  Seen seen_;
};

TestOutcome RunOne(const rule::RuleSet& rules, const rule::Rule& rule, const rule::TestCase& test,
                   const Offline::Options& options) {
  TestOutcome outcome{.rule = &rule, .test = &test, .failures = {}};
  const schema::Profile* profile = rules.schema->FindProfile(test.profile);
  if (profile == nullptr || !rule::RunsOn(rule, *profile)) {
    outcome.failures.push_back("the rule does not run on events of " + test.profile);
    return outcome;
  }
  Result<TestRun> run =
      TestRun::Make(Alone(rules, rule), *profile, options,
                    BeginOf(test, *rules.schema, *profile, options.event_bytes_max));
  if (!run.ok()) {
    outcome.failures.push_back(run.status().message());
    return outcome;
  }
  const Seen seen = run->Run(test, outcome.failures);
  CheckFirings(rule, test, seen, outcome.failures);
  if (test.commands) CompareCommands(*test.commands, seen, outcome.failures);
  return outcome;
}

}  // namespace

std::vector<TestOutcome> RunRuleTests(const rule::RuleSet& rules, const Offline::Options& options) {
  std::vector<TestOutcome> outcomes;
  for (const rule::Rule& rule : rules.rules)
    for (const rule::TestCase& test : rule.tests)
      outcomes.push_back(RunOne(rules, rule, test, options));
  return outcomes;
}

}  // namespace riposte::app
