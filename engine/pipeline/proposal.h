// What a task tells the owner of an asset, through the shuffle, instead of deciding itself: a
// firing, and those of its targets that the owner judges. Who judges and who alerts:
// docs/adr/0008-the-owner-of-the-asset-decides-and-alerts.md.
//
// The owner decides about what it reads as the sender would have, with the same ids, as long as its
// rule is the same: found by its id and what arming depends on (Rule::arming_hash). Whether the
// alert is silent it judges by the key that the sender found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "engine/pipeline/records.h"
#include "engine/pipeline/window_firing.h"
#include "rules/rule/rule.h"

namespace riposte::pipeline {

// Of a proposal, as its sender had it.
struct ProposedRule {
  Uuid id;
  std::string_view arming_hash;
};

struct Proposal {
  // A single match is one, too: of its event, which is its only target and has the bytes of its
  // record, or as many of the first as are told. Without targets it is about the event's asset.
  WindowFiring fired;
  bool is_single_match = false;
  Evidence evidence{};  // of a single match; `event_bytes` is all that the record has
  ProposedRule rule{};  // of one that was read
};

// The single match of `rule` on `event`. An event whose id is too long to be told has none here,
// as in a window: its place and its bytes identify it. Views of both and of `evidence`.
Proposal ProposeMatch(const rule::Rule& rule, remediate::Subject event, Evidence evidence,
                      std::optional<trigger::AlertKey> alert_key = std::nullopt);

// What one task judges of a firing.
struct Share {
  int32_t owner = 0;
  WindowFiring fired;  // with the targets of this share only
};
// Of a task that owns nothing, which is no state task.
inline constexpr int32_t kNoState = -1;
using OwnerOfAsset = std::function<int32_t(std::string_view asset_id)>;

// The shares of a firing, by the first of their targets: each target is in one. What is on no asset
// is the sender's, and so is a firing without targets: there is nothing to order. But if its alert
// may be silent it is its asset's. Those of others are such as one proposal holds. `sender`: its
// number as a state task, or kNoState.
std::vector<Share> SplitByOwner(const WindowFiring& fired, int32_t sender,
                                const OwnerOfAsset& owner_of);

// With what else a record of the shuffle tells it is no larger than any other.
inline constexpr size_t kProposalBytesMax = 15u << 10;

// Appends it to `out`, in kProposalBytesMax bytes at most. What is least needed is left out, one
// after the other: the end of the event's copy, the clauses that hold, all but the first and last
// ids of events, all of these and the group's values; the alert says so. False, and nothing is
// appended: not even the rest has room, as with a group of hundreds of fields.
bool WriteProposal(const Proposal& proposal, std::string& out);

// The rules that may be proposed for, by their id. Refers to the set.
class ProposalRules {
 public:
  explicit ProposalRules(const rule::RuleSet& rules);
  // Null: there is none, or it is another one by now.
  const rule::Rule* Find(const Uuid& id, std::string_view arming_hash) const;

 private:
  std::map<Uuid, const rule::Rule*> by_id_;
};

// Why a proposal is of no use. Bounded: a metric label.
enum class ProposalFault : uint8_t {
  kNone,
  kUnknownVersion,  // of a later release
  kTooLarge,
  kMalformed,
  kUnknownRule,  // whole, but the rule is not live here, or not yet
  kCount
};
std::string_view ProposalFaultName(ProposalFault fault);  // "none", "unknown_version", ...

// `proposal` is of use for kNone only, and views `bytes` and the rules then; its `rule` for
// kUnknownRule, too.
ProposalFault ReadProposal(std::string_view bytes, const ProposalRules& rules, Proposal& proposal);

}  // namespace riposte::pipeline
