#include "tests/support/rule_run.h"

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
      enforcing_(enforcing) {
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
    const remediate::Firing firing =
        remediate::MakeFiring(rule, decoder_.event(), {.topic = "test", .append_time = now});
    for (const remediate::Proposal& proposal :
         remediate::Propose(firing, decoder_.event(), {}, now)) {
      Judge(rule, proposal, now, outcomes);
    }
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
                                 .event_asset_id = decoder_.event().TextOf(schema::Role::kAssetId)};
    std::vector<guard::Decision> trail;
    const guard::Decision decision = chain_.Judge(*proposal.command, context, trail);
    outcome.target = TargetOf(*proposal.command);
    outcome.verdict = guard::VerdictName(decision.verdict);
    outcome.reason = decision.reason;
  }
  outcomes.push_back(std::move(outcome));
}

}  // namespace riposte::test
