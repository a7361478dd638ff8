#include "tests/support/rule_run.h"

#include <algorithm>

#include "base/check.h"

namespace riposte::test {
namespace {

class AlwaysArmed final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return Time{}; }
};

std::string BaseName(std::string_view path) {
  const size_t separator = path.find_last_of("/\\");
  return std::string(separator == std::string_view::npos ? path : path.substr(separator + 1));
}

std::string TargetOf(const remediate::Command& command) {
  if (command.process) return BaseName(command.process->image);
  if (command.file) return BaseName(command.file->path);
  return command.asset.name;
}

}  // namespace

RuleRun::RuleRun(const rule::RuleSet& rules, std::string_view profile, guard::Settings settings,
                 bool enforcing)
    : rules_(rules),
      chain_(enforcing ? guard::StandardChain(std::move(settings))
                       : guard::ReplayChain(std::move(settings))),
      enforcing_(enforcing),
      orders_({}) {
  const schema::Profile* found = rules.schema->FindProfile(profile);
  RIPOSTE_CHECK(found != nullptr, profile);
  matcher_ = match::Matcher::Compile(rules, *found);
}

const std::vector<match::Match>& RuleRun::Match(std::string_view bytes, Time now) {
  matches_.clear();
  RIPOSTE_CHECK(decoder_.Decode(matcher_->plan(), bytes) == event::Reject::kNone, bytes);
  matcher_->FindMatches(decoder_.event(), {.now = now}, scratch_, matches_);
  return matches_;
}

std::vector<RuleOutcome> RuleRun::Outcomes(Time now) {
  std::vector<RuleOutcome> outcomes;
  for (const match::Match& match : matches_) {
    const rule::Rule& rule = rules_.rules[match.rule];
    const remediate::Subject event =
        remediate::SubjectOf(decoder_.event(), {.topic = "test", .append_time = now});
    const remediate::Firing firing = remediate::MakeFiring(rule, event);
    for (const remediate::Action action : remediate::ActionsOf(rule))
      Judge(rule, remediate::Propose(action, firing, event, {}, now), now, outcomes);
  }
  return outcomes;
}

void RuleRun::Judge(const rule::Rule& rule, const remediate::Proposal& proposal, Time now,
                    std::vector<RuleOutcome>& outcomes) {
  const std::string asset(decoder_.event().TextOf(schema::Role::kAssetName));
  RuleOutcome outcome{.rule = &rule,
                      .asset = asset,
                      .action = std::string(remediate::ActionName(proposal.action)),
                      .target = {},
                      .verdict = "refused",
                      .reason = std::string(remediate::RefusalName(proposal.refusal))};
  if (proposal.command) {
    const guard::Enforcement enforcement{.enabled = enforcing_, .disabled_because = {}};
    const AlwaysArmed armed;
    const guard::Context context{.now = now,
                                 .enforcement = &enforcement,
                                 .arming = &armed,
                                 .rule = &rule,
                                 .event_asset_id = decoder_.event().TextOf(schema::Role::kAssetId),
                                 .orders = enforcing_ ? &orders_ : nullptr};
    std::vector<guard::Decision> trail;
    const guard::Decision decision = chain_.Judge(*proposal.command, context, trail);
    if (decision.verdict == guard::Verdict::kAllow) orders_.Remember(*proposal.command, now);
    outcome.target = TargetOf(*proposal.command);
    outcome.verdict = guard::VerdictName(decision.verdict);
    outcome.reason = decision.reason;
  }
  outcomes.push_back(std::move(outcome));
}

namespace {

// "2 firings, kill_process a.exe, quarantine_file a.exe": the commands sorted.
std::string ResultText(int64_t firings, std::vector<std::string> commands) {
  std::sort(commands.begin(), commands.end());
  std::string text = std::to_string(firings) + " firings";
  for (const std::string& command : commands) text += ", " + command;
  return text;
}

std::string Came(const rule::RuleSet& rules, const rule::Rule& rule, const rule::TestCase& test) {
  RuleRun run(rules, test.profile, {}, false);
  int64_t firings = 0;
  std::vector<std::string> commands;
  for (const rule::TestEvent& event : test.events) {
    const Time now = TimeFromMs(1'800'000'000'000) + event.at.value_or(Duration{0});
    for (const match::Match& match : run.Match(event.json, now)) {
      if (&rules.rules[match.rule] == &rule) ++firings;
    }
    for (const RuleOutcome& outcome : run.Outcomes(now)) {
      const bool would = outcome.verdict == "allow" || outcome.verdict == "dry_run";
      if (outcome.rule == &rule && would) commands.push_back(outcome.action + " " + outcome.target);
    }
  }
  return ResultText(test.firings ? firings : 0,
                    test.commands ? commands : std::vector<std::string>{});
}

std::string Expected(const rule::TestCase& test) {
  std::vector<std::string> commands;
  for (const rule::ExpectedCommand& command :
       test.commands.value_or(std::vector<rule::ExpectedCommand>{})) {
    commands.push_back(command.action + " " + command.target);
  }
  return ResultText(test.firings.value_or(0), std::move(commands));
}

}  // namespace

std::vector<std::string> FailedOwnTests(const rule::RuleSet& rules) {
  std::vector<std::string> failed;
  for (const rule::Rule& rule : rules.rules) {
    for (const rule::TestCase& test : rule.tests) {
      const std::string expected = Expected(test);
      const std::string came = Came(rules, rule, test);
      if (came == expected) continue;
      std::string line = rule.source->path();
      line.append(": ").append(test.name).append(": expected ").append(expected);
      failed.push_back(line.append("; came ").append(came));
    }
  }
  return failed;
}

}  // namespace riposte::test
