#include "app/rule_tests.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/unicode.h"

namespace riposte::app {
namespace {

// When tests happen, for events that have no time of their own.
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

// Pairs expectations with commands (Kuhn's augmenting paths): a greedy choice may give a command to
// an expectation that another one would have fitted as well.
class Pairing {
 public:
  Pairing(const std::vector<rule::ExpectedCommand>& expected, const std::vector<Ordered>& ordered)
      : expected_(expected), ordered_(ordered), owner_(ordered.size(), kNobody) {
    for (size_t i = 0; i < expected_.size(); ++i) {
      std::vector<bool> tried(ordered_.size(), false);
      if (!Place(i, tried)) unmet_.push_back(i);
    }
  }
  const std::vector<size_t>& unmet() const { return unmet_; }
  bool IsExpected(size_t command) const { return owner_[command] != kNobody; }

 private:
  static constexpr size_t kNobody = static_cast<size_t>(-1);

  bool Place(size_t expectation, std::vector<bool>& tried) {
    for (size_t c = 0; c < ordered_.size(); ++c) {
      if (tried[c] || !Fits(expected_[expectation], ordered_[c])) continue;
      tried[c] = true;
      if (owner_[c] != kNobody && !Place(owner_[c], tried)) continue;
      owner_[c] = expectation;
      return true;
    }
    return false;
  }

  const std::vector<rule::ExpectedCommand>& expected_;
  const std::vector<Ordered>& ordered_;
  std::vector<size_t> owner_;
  std::vector<size_t> unmet_;
};

// What the events of one test brought about.
struct Seen {
  int64_t firings = 0;
  std::vector<Ordered> ordered;
  std::vector<std::string> not_ordered;  // why, for people
};

void Note(const pipeline::Decided& decided, Seen& seen) {
  ++seen.firings;
  for (const pipeline::Action& action : decided.actions) {
    if (action.outcome == pipeline::Outcome::kOrdered) {
      seen.ordered.push_back(Describe(*action.proposal.command));
    } else {
      seen.not_ordered.push_back(fmt::format("{}: {} ({})",
                                             remediate::ActionName(action.proposal.action),
                                             action.reason(), action.detail()));
    }
  }
}

void CompareCommands(const std::vector<rule::ExpectedCommand>& expected, const Seen& seen,
                     std::vector<std::string>& failures) {
  const Pairing pairing(expected, seen.ordered);
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

TestOutcome RunOne(const rule::RuleSet& rules, const rule::Rule& rule, const rule::TestCase& test,
                   const Offline::Options& options) {
  TestOutcome outcome{.rule = &rule, .test = &test, .failures = {}};
  const schema::Profile* profile = rules.schema->FindProfile(test.profile);
  if (profile == nullptr || !rule::RunsOn(rule, *profile)) {
    outcome.failures.push_back("the rule does not run on events of " + test.profile);
    return outcome;
  }
  const rule::RuleSetPtr alone = Alone(rules, rule);
  Offline::Options plain = options;
  plain.naive = true;
  Offline matcher(alone, *profile, options), oracle(alone, *profile, plain);
  Seen seen;
  for (size_t i = 0; i < test.events.size(); ++i) {
    const rule::TestEvent& event = test.events[i];
    const remediate::Origin origin{.topic = "test", .offset = static_cast<int64_t>(i)};
    const Judged& judged = matcher.Run(event.json, origin, kTestBegin + event.at);
    if (judged.reject != event::Reject::kNone) {
      outcome.failures.push_back(
          fmt::format("event {} is rejected: {}", i + 1, event::RejectName(judged.reject)));
      continue;
    }
    for (const pipeline::Decided& decided : judged.firings) Note(decided, seen);
    if (oracle.Run(event.json, origin, kTestBegin + event.at).matches != judged.matches)
      outcome.failures.push_back(
          fmt::format("event {}: the matcher and the plain evaluator disagree", i + 1));
  }
  if (test.firings && *test.firings != seen.firings)
    outcome.failures.push_back(
        fmt::format("expected {} firings, got {}", *test.firings, seen.firings));
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
