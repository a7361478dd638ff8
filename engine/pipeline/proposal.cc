#include "engine/pipeline/proposal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/bytes.h"
#include "base/clip.h"
#include "engine/trigger/kept_codec.h"

namespace riposte::pipeline {
namespace {

using remediate::Subject;

// The first one had no `no_target` and no key of the alert.
constexpr uint8_t kVersion = 2;
constexpr uint8_t kVersionWithoutKey = 1;

// Of the byte behind the version.
constexpr uint8_t kSingleMatch = 1;
constexpr uint8_t kByDeadline = 2;
constexpr uint8_t kHasMeasure = 4;
constexpr uint8_t kCut = 8;
constexpr uint8_t kFlagsWithoutKey = 15;
constexpr uint8_t kHasAlertKey = 16;
constexpr uint8_t kFlags = 31;

// Bounds of what is read.
constexpr size_t kHashMax = 128;
constexpr size_t kTriggerKeyMax = 8192;
constexpr size_t kEventIdsMax = 2 * kToldEnds;
constexpr size_t kGroupMax = 1024;  // values, and bytes of each
constexpr size_t kTargetsToldMax = 2 * kTargetsMax;
// A clause that is longer is cut by who reads it, who has to see that it is.
constexpr size_t kClauseMax = kMatchedTextMax + 8;
// An event that stands where its target does is told once.
constexpr uint8_t kOwnEvent = 0;
constexpr uint8_t kEventOfTarget = 1;

// Bytes of targets of one proposal, the first one's not counted: there is room for the rest.
constexpr size_t kTargetBytesMax = 6u << 10;
// Of what a proposal tells of the event besides its bytes: two lengths.
constexpr size_t kCopyOverhead = 12;
constexpr size_t kFewIds = 6;

// From the whole to what nearly always fits.
struct Extent {
  bool matched = true;
  size_t ids_max = kEventIdsMax;
  bool group = true;
};
constexpr std::array<Extent, 4> kExtents = {{
    {.matched = true, .ids_max = kEventIdsMax, .group = true},
    {.matched = false, .ids_max = kEventIdsMax, .group = true},
    {.matched = false, .ids_max = kFewIds, .group = true},
    {.matched = false, .ids_max = 0, .group = false},
}};

bool LeavesOut(const Extent& extent, const Proposal& proposal) {
  return (!extent.matched && !proposal.evidence.matched.empty()) ||
         proposal.fired.firing.event_ids.size() > extent.ids_max ||
         (!extent.group && !proposal.fired.group.empty());
}

void WriteTime(Time time, ByteWriter& out) { out.Signed(ToMs(time)); }

void WriteId(const Uuid& id, ByteWriter& out) {
  for (const uint8_t byte : id.bytes) out.Byte(byte);
}

std::string BytesOf(const Subject& subject) {
  std::string bytes;
  remediate::WriteSubject(subject, bytes);
  return bytes;
}

void WriteEventIds(const std::vector<std::string>& ids, size_t most, ByteWriter& out) {
  const size_t told = std::min(ids.size(), most);
  const size_t first = (told + 1) / 2;
  out.Unsigned(told);
  for (size_t i = 0; i < told; ++i) out.Text(ids[i < first ? i : ids.size() - told + i]);
}

void WriteFiring(const remediate::Firing& firing, const Extent& extent, ByteWriter& out) {
  WriteId(firing.rule->id, out);
  out.Text(firing.rule->arming_hash);
  WriteId(firing.id, out);
  out.Text(firing.trigger_key);
  WriteTime(firing.event_time, out);
  WriteTime(firing.append_time, out);
  WriteTime(firing.oldest_append_time, out);
  out.Signed(firing.matches);
  WriteEventIds(firing.event_ids, extent.ids_max, out);
}

void WriteGroup(const std::vector<GroupValue>& group, const Extent& extent, ByteWriter& out) {
  out.Unsigned(extent.group ? group.size() : 0);
  if (!extent.group) return;
  for (const GroupValue& value : group) {
    out.Text(value.field);
    out.Text(value.value);
  }
}

void WriteSubjects(const WindowFiring& fired, ByteWriter& out) {
  out.Unsigned(fired.targets.size());
  const std::string event = BytesOf(fired.event);
  std::optional<size_t> same;
  for (size_t i = 0; i < fired.targets.size(); ++i) {
    const std::string target = BytesOf(fired.targets[i]);
    if (target == event && !same) same = i;
    out.Text(target);
  }
  out.Byte(same ? kEventOfTarget : kOwnEvent);
  if (same)
    out.Unsigned(*same);
  else
    out.Text(event);
}

void WriteClauses(const std::vector<match::HeldClause>& matched, const Extent& extent,
                  ByteWriter& out) {
  out.Unsigned(extent.matched ? matched.size() : 0);
  if (!extent.matched) return;
  for (const match::HeldClause& clause : matched) {
    out.Text(clause.token);
    out.Text(Clip(clause.text, kClauseMax));
    out.Byte(clause.has_value ? 1 : 0);
    out.Text(Clip(clause.value, kClauseMax));
  }
}

// All but the copy of the event.
void WriteParts(const Proposal& proposal, const Extent& extent, ByteWriter& out) {
  const WindowFiring& fired = proposal.fired;
  const bool cut = fired.cut || proposal.evidence.cut || LeavesOut(extent, proposal);
  out.Byte(kVersion);
  out.Byte(static_cast<uint8_t>(
      (proposal.is_single_match ? kSingleMatch : 0) | (fired.by_deadline ? kByDeadline : 0) |
      (fired.measure ? kHasMeasure : 0) | (cut ? kCut : 0) | (fired.alert_key ? kHasAlertKey : 0)));
  WriteFiring(fired.firing, extent, out);
  out.Unsigned(fired.part);
  out.Unsigned(fired.parts);
  out.Unsigned(fired.targets_left_out);
  if (fired.measure) out.Real(*fired.measure);
  WriteTime(fired.first_time, out);
  WriteTime(fired.last_time, out);
  WriteGroup(fired.group, extent, out);
  out.Byte(static_cast<uint8_t>(fired.no_target));
  if (fired.alert_key) {
    out.Text(fired.alert_key->definition);
    out.Text(fired.alert_key->key);
  }
  WriteSubjects(fired, out);
  WriteClauses(proposal.evidence.matched, extent, out);
}

size_t EventBytes(const Proposal& proposal) {
  return std::max(proposal.evidence.event_bytes, proposal.fired.event.record.size());
}

void WriteCopy(const Proposal& proposal, size_t bytes_max, ByteWriter& out) {
  const size_t most = std::min(bytes_max, proposal.evidence.event_bytes_max);
  out.Unsigned(EventBytes(proposal));
  out.Text(Clip(proposal.fired.event.record, most));
}

// What can be calculated with.
bool IsTime(Time time) {
  return time <= trigger::kTimeMax && time >= TimeFromMs(-ToMs(trigger::kTimeMax));
}

Time ReadTime(ByteReader& in) {
  const Time time = TimeFromMs(in.Signed());
  if (!IsTime(time)) in.Fail();
  return time;
}

Uuid ReadId(ByteReader& in) {
  Uuid id;
  for (uint8_t& byte : id.bytes) byte = in.Byte();
  return id;
}

uint64_t ReadNumber(uint64_t max, ByteReader& in) {
  const uint64_t number = in.Unsigned();
  if (number > max) in.Fail();
  return number;
}

size_t ReadCount(size_t max, ByteReader& in) {
  const size_t count = in.Count();
  if (count > max) in.Fail();
  return in.ok() ? count : 0;
}

std::string_view ReadText(size_t bytes_max, ByteReader& in) {
  const std::string_view text = in.Text();
  if (text.size() > bytes_max) in.Fail();
  return text;
}

bool HasTimes(const Subject& subject) {
  const auto has = [](const Subject::Process& process) {
    return IsTime(process.started_at.value_or(Time{})) &&
           IsTime(process.started_not_after.value_or(Time{}));
  };
  return IsTime(subject.event_time) && IsTime(subject.append_time()) && has(subject.process) &&
         has(subject.parent);
}

Subject ReadSubjectOf(ByteReader& in) {
  const std::optional<Subject> subject =
      remediate::ReadSubject(ReadText(remediate::kSubjectBytesMax, in));
  if (subject && HasTimes(*subject)) return *subject;
  in.Fail();
  return {};
}

ProposedRule ReadFiring(remediate::Firing& firing, ByteReader& in) {
  ProposedRule rule;
  rule.id = ReadId(in);
  rule.arming_hash = ReadText(kHashMax, in);
  firing.id = ReadId(in);
  firing.trigger_key = ReadText(kTriggerKeyMax, in);
  firing.event_time = ReadTime(in);
  firing.append_time = ReadTime(in);
  firing.oldest_append_time = ReadTime(in);
  firing.matches = in.Signed();
  if (firing.matches < 0 || firing.matches > trigger::kCountMax) in.Fail();
  for (size_t left = ReadCount(kEventIdsMax, in); left > 0 && in.ok(); --left)
    firing.event_ids.emplace_back(ReadText(remediate::kSubjectIdMax, in));
  return rule;
}

void ReadWindow(WindowFiring& fired, bool has_measure, ByteReader& in) {
  fired.part = static_cast<uint32_t>(ReadNumber(kTargetsToldMax, in));
  fired.parts = static_cast<uint32_t>(ReadNumber(kTargetsToldMax, in));
  if (fired.part == 0 || fired.part > fired.parts) in.Fail();
  fired.targets_left_out = ReadNumber(trigger::kCountMax, in);
  if (has_measure) fired.measure = in.Real();
  fired.first_time = ReadTime(in);
  fired.last_time = ReadTime(in);
  for (size_t left = ReadCount(kGroupMax, in); left > 0 && in.ok(); --left) {
    const std::string_view field = ReadText(kGroupMax, in);
    fired.group.push_back({.field = field, .value = ReadText(kGroupMax, in)});
  }
}

void ReadSubjects(WindowFiring& fired, ByteReader& in) {
  const size_t count = ReadCount(kTargetsToldMax, in);
  while (fired.targets.size() < count && in.ok()) fired.targets.push_back(ReadSubjectOf(in));
  const uint8_t where = in.Byte();
  if (where > kEventOfTarget) in.Fail();
  if (where == kOwnEvent) {
    fired.event = ReadSubjectOf(in);
    return;
  }
  const uint64_t same = in.Unsigned();
  if (same >= fired.targets.size()) in.Fail();
  if (in.ok()) fired.event = fired.targets[same];
}

void ReadClauses(std::vector<match::HeldClause>& matched, ByteReader& in) {
  for (size_t left = ReadCount(kMatchedClausesMax, in); left > 0 && in.ok(); --left) {
    match::HeldClause& clause = matched.emplace_back();
    clause.token = ReadText(kGroupMax, in);
    clause.text = ReadText(kClauseMax, in);
    clause.has_value = ReadNumber(1, in) == 1;
    clause.value = ReadText(kClauseMax, in);
  }
}

void ReadCopy(Proposal& proposal, ByteReader& in) {
  proposal.evidence.event_bytes = ReadNumber(trigger::kCountMax, in);
  const std::string_view copy = ReadText(kProposalBytesMax, in);
  proposal.evidence.event_bytes_max = copy.size();
  if (copy.size() > proposal.evidence.event_bytes) in.Fail();
  proposal.fired.event.record = copy;
}

void ReadAlert(WindowFiring& fired, bool has_key, ByteReader& in) {
  fired.no_target = static_cast<remediate::Refusal>(
      ReadNumber(static_cast<uint64_t>(remediate::Refusal::kCount) - 1, in));
  if (!has_key) return;
  fired.alert_key.emplace();
  fired.alert_key->definition = ReadText(kHashMax, in);
  fired.alert_key->key = ReadText(trigger::kSuppressKeyBytesMax, in);
}

void ReadParts(uint8_t version, Proposal& proposal, ByteReader& in) {
  const uint8_t flags = in.Byte();
  if ((flags & ~(version == kVersionWithoutKey ? kFlagsWithoutKey : kFlags)) != 0) in.Fail();
  proposal.is_single_match = (flags & kSingleMatch) != 0;
  proposal.fired.by_deadline = (flags & kByDeadline) != 0;
  proposal.fired.cut = (flags & kCut) != 0;
  proposal.rule = ReadFiring(proposal.fired.firing, in);
  ReadWindow(proposal.fired, (flags & kHasMeasure) != 0, in);
  if (version != kVersionWithoutKey) ReadAlert(proposal.fired, (flags & kHasAlertKey) != 0, in);
  ReadSubjects(proposal.fired, in);
  if (proposal.fired.targets.empty() && (proposal.is_single_match || !proposal.fired.alert_key))
    in.Fail();
  ReadClauses(proposal.evidence.matched, in);
  if (proposal.is_single_match) {
    proposal.evidence.cut = proposal.fired.cut;
    ReadCopy(proposal, in);
  }
  if (!in.at_end()) in.Fail();
}

}  // namespace

Proposal ProposeMatch(const rule::Rule& rule, Subject event, Evidence evidence,
                      std::optional<trigger::AlertKey> alert_key) {
  if (event.event_id.size() > remediate::kSubjectIdMax) event.event_id = {};
  Proposal proposal{.fired = {}, .is_single_match = true, .evidence = std::move(evidence)};
  WindowFiring& fired = proposal.fired;
  fired.firing = remediate::MakeFiring(rule, event);
  fired.event = event;
  fired.targets = {event};
  fired.first_time = fired.last_time = event.event_time;
  fired.alert_key = std::move(alert_key);
  return proposal;
}

std::vector<Share> SplitByOwner(const WindowFiring& fired, int32_t sender,
                                const OwnerOfAsset& owner_of) {
  if (fired.targets.empty()) {
    const bool is_others = fired.alert_key && !fired.event.asset.id.empty();
    return {{.owner = is_others ? owner_of(fired.event.asset.id) : sender, .fired = fired}};
  }
  struct Begun {
    size_t share, bytes;
  };
  boost::unordered_flat_map<int32_t, Begun> begun;  // by owner: its last share
  std::vector<Share> shares;
  for (const Subject& target : fired.targets) {
    const int32_t owner = target.asset.id.empty() ? sender : owner_of(target.asset.id);
    const size_t bytes = owner == sender ? 0 : BytesOf(target).size();
    auto last = begun.find(owner);
    if (last == begun.end() || last->second.bytes + bytes > kTargetBytesMax) {
      last = begun.insert_or_assign(owner, Begun{.share = shares.size(), .bytes = 0}).first;
      shares.push_back({.owner = owner, .fired = fired});
      shares.back().fired.targets.clear();
    }
    last->second.bytes += bytes;
    shares[last->second.share].fired.targets.push_back(target);
  }
  for (size_t i = 0; i < shares.size(); ++i) {
    shares[i].fired.part = static_cast<uint32_t>(i + 1);
    shares[i].fired.parts = static_cast<uint32_t>(shares.size());
  }
  return shares;
}

bool WriteProposal(const Proposal& proposal, std::string& out) {
  const size_t overhead = proposal.is_single_match ? kCopyOverhead : 0;
  for (const Extent& extent : kExtents) {
    std::string bytes;
    ByteWriter writer(bytes);
    WriteParts(proposal, extent, writer);
    if (bytes.size() + overhead > kProposalBytesMax) continue;
    if (proposal.is_single_match)
      WriteCopy(proposal, kProposalBytesMax - bytes.size() - overhead, writer);
    out += bytes;
    return true;
  }
  return false;
}

ProposalRules::ProposalRules(const rule::RuleSet& rules) {
  for (const rule::Rule& rule : rules.rules)
    if (rule.enabled && rule.fires) by_id_.emplace(rule.id, &rule);
}

const rule::Rule* ProposalRules::Find(const Uuid& id, std::string_view arming_hash) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second->arming_hash != arming_hash) return nullptr;
  return found->second;
}

std::string_view ProposalFaultName(ProposalFault fault) {
  switch (fault) {
    case ProposalFault::kNone:
      return "none";
    case ProposalFault::kUnknownVersion:
      return "unknown_version";
    case ProposalFault::kTooLarge:
      return "too_large";
    case ProposalFault::kMalformed:
      return "malformed";
    case ProposalFault::kUnknownRule:
      return "unknown_rule";
    case ProposalFault::kCount:
      break;
  }
  return "unknown";
}

ProposalFault ReadProposal(std::string_view bytes, const ProposalRules& rules, Proposal& proposal) {
  if (bytes.size() > kProposalBytesMax) return ProposalFault::kTooLarge;
  ByteReader in(bytes);
  const uint8_t version = in.Byte();
  if (!in.ok() || version == 0) return ProposalFault::kMalformed;
  if (version > kVersion) return ProposalFault::kUnknownVersion;
  proposal = {};
  ReadParts(version, proposal, in);
  if (!in.ok()) return ProposalFault::kMalformed;
  proposal.fired.firing.rule = rules.Find(proposal.rule.id, proposal.rule.arming_hash);
  return proposal.fired.firing.rule == nullptr ? ProposalFault::kUnknownRule : ProposalFault::kNone;
}

}  // namespace riposte::pipeline
