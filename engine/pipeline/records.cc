#include "engine/pipeline/records.h"

#include <algorithm>

#include "base/clip.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/unicode.h"
#include "engine/pipeline/record_parts.h"
#include "engine/trigger/group_key.h"

namespace riposte::pipeline {
namespace {

// By what the rule's query holds.
void WriteMatched(const std::vector<match::HeldClause>& clauses, json::Writer& writer) {
  writer.Key("matched").BeginArray();
  for (const match::HeldClause& clause : clauses) {
    const std::string_view text = Clip(clause.text, kMatchedTextMax);
    const std::string_view value = Clip(clause.value, kMatchedTextMax);
    writer.BeginObject().Field("token", clause.token).Field("clause", text);
    if (clause.has_value) writer.Field("value", value);
    const bool whole = text.size() == clause.text.size() && value.size() == clause.value.size();
    writer.Key("truncated").Bool(!whole).EndObject();
  }
  writer.EndArray();
}

std::string AlertJson(const Decided& decided, const remediate::Subject& event, Time now,
                      const Evidence& evidence, const Extent& extent) {
  const rule::Rule& rule = *decided.firing.rule;
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("firing_id", decided.firing.id.ToString());
  writer.Field("decided_at", FormatTime(now));
  WriteRule(rule, extent.text_max, writer);
  WriteAuthor(rule, extent, writer);
  WriteTexts("event_ids", decided.firing.event_ids, extent.text_max, writer);
  writer.Field("event_time", FormatTime(decided.firing.event_time));
  writer.Field("append_time", FormatTime(decided.firing.append_time));
  writer.Field("event_type", schema::EventTypeName(event.type));
  WriteAsset(event.asset, extent.text_max, writer);
  WriteOrigin(event.origin, writer);
  WriteActions(decided.actions, extent, kNoLimit, writer);
  WriteMatched(evidence.matched, writer);
  const std::string_view copy = Clip(event.record, evidence.event_bytes_max);
  const size_t bytes = std::max(event.record.size(), evidence.event_bytes);
  writer.Key("event").BeginObject().Field("text", copy);
  writer.Field("bytes", static_cast<int64_t>(bytes));
  writer.Key("truncated").Bool(copy.size() < bytes).EndObject();
  writer.Key("truncated").Bool(evidence.cut || !extent.whole()).EndObject();
  return out;
}

std::string DecisionJson(const Decided& decided, const Action& action,
                         const remediate::Subject& target, Time now, size_t text_max) {
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("kind", "decision").Field("time", FormatTime(now));
  writer.Field("action", remediate::ActionName(action.proposal.action));
  writer.Field("outcome", OutcomeName(action.outcome)).Field("reason", action.reason());
  writer.Field("detail", Clip(action.detail(), text_max));
  writer.Field("target", Clip(TargetOf(action), text_max));
  if (action.proposal.command) writer.Field("command_id", action.proposal.command->id.ToString());
  writer.Field("firing_id", decided.firing.id.ToString());
  WriteRule(*decided.firing.rule, text_max, writer);
  WriteAsset(target.asset, text_max, writer);
  WriteOrigin(target.origin, writer);
  writer.Key("guards").BeginArray();
  for (const guard::Decision& decision : action.trail) {
    writer.BeginObject().Field("guard", decision.guard);
    writer.Field("verdict", guard::VerdictName(decision.verdict));
    writer.Field("reason", decision.reason).Field("detail", Clip(decision.detail, text_max));
    writer.EndObject();
  }
  writer.EndArray().Key("truncated").Bool(text_max != kNoLimit).EndObject();
  return out;
}

std::string SuppressionEndedJson(const rule::Rule& rule, std::string_view key,
                                 const trigger::SilencedSpan& span, Time now, size_t text_max) {
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("kind", "suppression_ended").Field("time", FormatTime(now));
  WriteRule(rule, text_max, writer);
  WriteTexts("key", trigger::ValuesOfKey(key), text_max, writer);
  writer.Field("first_time", FormatTime(span.first));
  writer.Field("until", FormatTime(span.first + rule.suppress->span));
  writer.Field("silenced", span.silenced);
  writer.Key("truncated").Bool(text_max != kNoLimit).EndObject();
  return out;
}

std::string DeadLetterJson(const DeadLetter& letter, Time now, size_t original_bytes_max) {
  const bool text =
      letter.reason != event::Reject::kPoison && unicode::IsValidUtf8(letter.original);
  const std::string_view kept = text ? Clip(letter.original, original_bytes_max)
                                     : letter.original.substr(0, original_bytes_max);
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("reason", event::RejectName(letter.reason));
  writer.Field("topic", letter.partition->topic).Field("partition", letter.partition->partition);
  writer.Field("offset", letter.offset).Field("append_time", FormatTime(letter.append_time));
  writer.Field("time", FormatTime(now));
  if (letter.reason == event::Reject::kInvalidJson)
    writer.Field("error_offset", static_cast<int64_t>(letter.error_offset));
  writer.Field("encoding", text ? "utf8" : "base64");
  writer.Field("original", text ? std::string(kept) : Base64(kept));
  writer.Field("original_bytes", static_cast<int64_t>(letter.original.size()));
  writer.Key("truncated").Bool(kept.size() < letter.original.size()).EndObject();
  return out;
}

}  // namespace

std::string PartitionKey(const PartitionId& partition) {
  return partition.topic + "-" + std::to_string(partition.partition);
}

OutRecord AlertRecord(const Decided& decided, const remediate::Subject& event, Time now,
                      const Evidence& evidence, size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kAlerts,
                   .key = AssetKey(event.asset.id),
                   .value = AlertJson(decided, event, now, evidence, {})};
  Evidence less = evidence;
  less.event_bytes_max = 0;
  if (record.value.size() > value_bytes_max)
    record.value = AlertJson(decided, event, now, less, {});
  less.matched.clear();
  if (record.value.size() > value_bytes_max)
    record.value =
        AlertJson(decided, event, now, less, {.commands = false, .text_max = kShortText});
  return record;
}

OutRecord DecisionRecord(const Decided& decided, const Action& action,
                         const remediate::Subject& target, Time now, size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kAudit,
                   .key = AssetKey(target.asset.id),
                   .value = DecisionJson(decided, action, target, now, kNoLimit)};
  if (record.value.size() > value_bytes_max)
    record.value = DecisionJson(decided, action, target, now, kShortText);
  return record;
}

OutRecord CountsRecord(const PartitionId& partition, const TransactionCounts& counts, Time now) {
  OutRecord record{.topic = OutTopic::kAudit, .key = PartitionKey(partition), .value = {}};
  json::Writer writer(record.value);
  writer.BeginObject().Field("kind", "counts").Field("time", FormatTime(now));
  writer.Field("topic", partition.topic).Field("partition", partition.partition);
  writer.Field("first_offset", counts.first_offset).Field("last_offset", counts.last_offset);
  writer.Key("consumed").Uint(counts.consumed).Key("matched").Uint(counts.matched);
  writer.Key("unmatched").Uint(counts.unmatched);
  writer.Key("dead_lettered").Uint(counts.dead_lettered);
  writer.Key("empty").Uint(counts.empty).EndObject();
  return record;
}

OutRecord CoverageGapRecord(const PartitionId& partition, int64_t first_offset, int64_t end_offset,
                            Time now) {
  OutRecord record{.topic = OutTopic::kAudit, .key = PartitionKey(partition), .value = {}};
  json::Writer writer(record.value);
  writer.BeginObject().Field("kind", "coverage_gap").Field("time", FormatTime(now));
  writer.Field("topic", partition.topic).Field("partition", partition.partition);
  writer.Field("first_offset", first_offset).Field("end_offset", end_offset).EndObject();
  return record;
}

OutRecord SuppressionEndedRecord(const rule::Rule& rule, std::string_view key,
                                 const trigger::SilencedSpan& span, Time now,
                                 size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kAudit,
                   .key = rule.id.ToString(),
                   .value = SuppressionEndedJson(rule, key, span, now, kNoLimit)};
  if (record.value.size() > value_bytes_max)
    record.value = SuppressionEndedJson(rule, key, span, now, kShortText);
  return record;
}

OutRecord DeadLetterRecord(const DeadLetter& letter, Time now, size_t original_bytes_max,
                           size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kDeadLetter,
                   .key = PartitionKey(*letter.partition),
                   .value = DeadLetterJson(letter, now, original_bytes_max)};
  // Escapes can make six bytes of one.
  for (size_t limit = original_bytes_max; record.value.size() > value_bytes_max && limit > 0;) {
    limit /= 2;
    record.value = DeadLetterJson(letter, now, limit);
  }
  return record;
}

OutRecord PoisonAlertRecord(const DeadLetter& letter, int64_t crashes, Time now) {
  OutRecord record{.topic = OutTopic::kAlerts, .key = PartitionKey(*letter.partition), .value = {}};
  json::Writer writer(record.value);
  writer.BeginObject().Field("kind", "poison").Field("decided_at", FormatTime(now));
  writer.Field("append_time", FormatTime(letter.append_time));
  writer.Key("origin").BeginObject().Field("topic", letter.partition->topic);
  writer.Field("partition", letter.partition->partition).Field("offset", letter.offset).EndObject();
  writer.Field("crashes", crashes);
  writer.Field("detail",
               "the record crashed the process again and again; it was not matched, and is kept in "
               "the dead letters");
  writer.EndObject();
  return record;
}

}  // namespace riposte::pipeline
