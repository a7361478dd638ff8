// Any bytes as a proposal of another task: refused with a reason, or one that is decided and told
// of within bounds, and that is read again from what is written of it.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "engine/guard/standard.h"
#include "engine/pipeline/proposal.h"
#include "engine/pipeline/window_records.h"

namespace {

using namespace riposte;
using pipeline::Proposal;
using pipeline::ProposalFault;

class Armed final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return Time{}; }
};

// Rules of the ids 1 and 2, each byte, that kill and that isolate.
rule::RuleSet Rules() {
  rule::RuleSet set;
  for (const uint8_t number : {uint8_t{1}, uint8_t{2}}) {
    rule::Rule& rule = set.rules.emplace_back();
    rule.id.bytes.fill(number);
    rule.arming_hash = "hash";
    rule.remediation.emplace();
    rule.remediation->mode = rule::AutoMode::kEnforce;
    if (number == 1) {
      rule.remediation->action = rule::RuleAction::kKillProcessAndQuarantineFile;
      rule.remediation->target = rule::Target::kProcess;
    }
  }
  return set;
}

constexpr Time kNow = TimeFromMs(1'764'032'400'000);
constexpr size_t kValueBytesMax = 16u << 10;

void Use(const Proposal& proposal) {
  static const guard::Chain guards = guard::StandardChain({});
  static const guard::Enforcement enforcement{.enabled = true, .disabled_because = {}};
  static const Armed arming;
  guard::OrderMemory orders({.orders_max = 8});
  const pipeline::Decided decided =
      pipeline::Decide(proposal.fired.firing, pipeline::TargetsOf(proposal.fired),
                       {.guards = &guards,
                        .enforcement = &enforcement,
                        .arming = &arming,
                        .ttl = {},
                        .now = kNow,
                        .orders = &orders});
  const pipeline::OutRecord alert =
      proposal.is_single_match
          ? pipeline::AlertRecord(decided, proposal.fired.event, kNow, proposal.evidence,
                                  kValueBytesMax)
          : pipeline::WindowAlertRecord(decided, proposal.fired, kNow, kValueBytesMax);
  RIPOSTE_CHECK(!alert.value.empty(), "an alert is written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rule::RuleSet set = Rules();
  static const pipeline::ProposalRules rules(set);
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  Proposal proposal;
  const ProposalFault fault = pipeline::ReadProposal(bytes, rules, proposal);
  RIPOSTE_CHECK(!pipeline::ProposalFaultName(fault).empty(), "says what it is");
  if (fault != ProposalFault::kNone) return 0;
  Use(proposal);
  std::string again, third;
  Proposal read;
  if (!pipeline::WriteProposal(proposal, again)) return 0;
  RIPOSTE_CHECK(pipeline::ReadProposal(again, rules, read) == ProposalFault::kNone,
                "what is written is read");
  RIPOSTE_CHECK(pipeline::WriteProposal(read, third) && third == again, "there is one form");
  return 0;
}
