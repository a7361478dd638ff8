#include "engine/pipeline/records.h"

#include <algorithm>

#include "base/digest.h"
#include "base/json.h"
#include "base/unicode.h"

namespace riposte::pipeline {
namespace {

using schema::Role;

constexpr size_t kKeyBytesMax = 512;
// Of each text in a record that would else be too large. An escaped character takes up to six
// bytes.
constexpr size_t kShortText = 64;
constexpr size_t kNoLimit = static_cast<size_t>(-1);

void WriteOrigin(const remediate::Origin& origin, json::Writer& writer) {
  writer.Key("origin").BeginObject().Field("topic", origin.topic);
  writer.Field("partition", origin.partition).Field("offset", origin.offset);
  writer.Field("index", static_cast<int64_t>(origin.index)).EndObject();
}

void WriteAsset(const event::Event& event, size_t text_max, json::Writer& writer) {
  writer.Key("asset").BeginObject();
  writer.Field("id", Clip(event.TextOf(Role::kAssetId), text_max));
  writer.Field("name", Clip(event.TextOf(Role::kAssetName), text_max));
  writer.Field("platform", Clip(event.TextOf(Role::kAssetPlatform), text_max)).EndObject();
}

void WriteTexts(std::string_view key, const std::vector<std::string>& texts, size_t text_max,
                json::Writer& writer) {
  writer.Key(key).BeginArray();
  for (const std::string& text : texts) writer.String(Clip(text, text_max));
  writer.EndArray();
}

void WriteRule(const rule::Rule& rule, size_t text_max, json::Writer& writer) {
  writer.Key("rule").BeginObject().Field("id", rule.id.ToString());
  writer.Field("name", Clip(rule.name, text_max)).Field("version", rule.version);
  writer.Field("severity", rule::SeverityName(rule.severity)).EndObject();
}

std::string TargetOf(const Action& action) {
  return action.proposal.command ? remediate::DescribeTarget(*action.proposal.command)
                                 : std::string();
}

// How much an alert says.
struct Extent {
  bool commands = true;
  size_t text_max = kNoLimit;
};

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

void WriteAction(const Action& action, const Extent& extent, json::Writer& writer) {
  writer.BeginObject().Field("action", remediate::ActionName(action.proposal.action));
  writer.Field("outcome", OutcomeName(action.outcome)).Field("guard", action.guard());
  writer.Field("reason", action.reason()).Field("detail", Clip(action.detail(), extent.text_max));
  writer.Field("target", Clip(TargetOf(action), extent.text_max));
  if (action.proposal.command) writer.Field("command_id", action.proposal.command->id.ToString());
  if (extent.commands && !action.command_json.empty())
    writer.Key("command").Raw(action.command_json);
  writer.EndObject();
}

std::string AlertJson(const Decided& decided, const event::Event& event,
                      const remediate::Origin& origin, Time now, const Evidence& evidence,
                      const Extent& extent) {
  const rule::Rule& rule = *decided.firing.rule;
  const bool whole = extent.text_max == kNoLimit;
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("firing_id", decided.firing.id.ToString());
  writer.Field("decided_at", FormatTime(now));
  WriteRule(rule, extent.text_max, writer);
  if (whole) WriteTexts("tags", rule.tags, extent.text_max, writer);
  if (whole) writer.Field("author", rule.author);
  WriteTexts("event_ids", decided.firing.event_ids, extent.text_max, writer);
  writer.Field("event_time", FormatTime(decided.firing.event_time));
  writer.Field("append_time", FormatTime(decided.firing.append_time));
  writer.Field("event_type", schema::EventTypeName(event.type()));
  WriteAsset(event, extent.text_max, writer);
  WriteOrigin(origin, writer);
  writer.Key("actions").BeginArray();
  for (const Action& action : decided.actions) WriteAction(action, extent, writer);
  writer.EndArray();
  WriteMatched(evidence.matched, writer);
  const std::string_view copy = Clip(event.bytes(), evidence.event_bytes_max);
  writer.Key("event").BeginObject().Field("text", copy);
  writer.Field("bytes", static_cast<int64_t>(event.bytes().size()));
  writer.Key("truncated").Bool(copy.size() < event.bytes().size()).EndObject();
  writer.Key("truncated").Bool(!whole).EndObject();
  return out;
}

std::string DecisionJson(const Decided& decided, const Action& action, const event::Event& event,
                         const remediate::Origin& origin, Time now, size_t text_max) {
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
  WriteAsset(event, text_max, writer);
  WriteOrigin(origin, writer);
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

std::string_view Clip(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  // A continuation byte is 10xxxxxx; at most three follow a first byte.
  while (end > 0 && bytes_max - end < 3 && (static_cast<uint8_t>(text[end]) & 0xc0u) == 0x80u)
    --end;
  return text.substr(0, end);
}

std::string AssetKey(std::string_view asset_id) {
  return std::string(Clip(asset_id, kKeyBytesMax));
}

std::string PartitionKey(const PartitionId& partition) {
  return partition.topic + "-" + std::to_string(partition.partition);
}

OutRecord AlertRecord(const Decided& decided, const event::Event& event,
                      const remediate::Origin& origin, Time now, const Evidence& evidence,
                      size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kAlerts,
                   .key = AssetKey(event.TextOf(Role::kAssetId)),
                   .value = AlertJson(decided, event, origin, now, evidence, {})};
  if (record.value.size() > value_bytes_max)
    record.value = AlertJson(decided, event, origin, now,
                             {.matched = evidence.matched, .event_bytes_max = 0}, {});
  if (record.value.size() > value_bytes_max)
    record.value =
        AlertJson(decided, event, origin, now, {}, {.commands = false, .text_max = kShortText});
  return record;
}

OutRecord DecisionRecord(const Decided& decided, const Action& action, const event::Event& event,
                         const remediate::Origin& origin, Time now, size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kAudit,
                   .key = AssetKey(event.TextOf(Role::kAssetId)),
                   .value = DecisionJson(decided, action, event, origin, now, kNoLimit)};
  if (record.value.size() > value_bytes_max)
    record.value = DecisionJson(decided, action, event, origin, now, kShortText);
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
