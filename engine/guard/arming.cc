#include "engine/guard/arming.h"

#include <algorithm>

#include "base/json.h"

namespace riposte::guard {
namespace {

constexpr std::string_view kPrefix = "arming/";

struct Content {
  std::string definition;
  Time armed_at{};
};

std::optional<Content> Read(const pipeline::ControlRecord& record) {
  const Result<json::Value> value = json::Parse(record.value);
  if (!value.ok()) return std::nullopt;
  const std::optional<Time> armed_at = ParseTime(value->StringOr("armed_at", ""));
  const std::string_view definition = value->StringOr("definition", "");
  if (!armed_at || definition.empty()) return std::nullopt;
  return Content{.definition = std::string(definition), .armed_at = *armed_at};
}

pipeline::ControlRecord MakeRecord(const rule::Rule& rule, Time now, Time armed_at,
                                   std::string_view by, std::string_view comment) {
  pipeline::ControlRecord record;
  record.key = ArmingKey(rule.id);
  json::Writer writer(record.value);
  writer.BeginObject().Field("definition", rule.arming_hash).Field("time", FormatTime(now));
  writer.Field("armed_at", FormatTime(armed_at));
  if (!by.empty()) writer.Field("by", by).Field("comment", comment);
  writer.EndObject();
  record.append_time = now;
  return record;
}

bool Enforces(const rule::Rule& rule) {
  return rule.enabled && rule.remediation && rule.remediation->mode == rule::AutoMode::kEnforce;
}

}  // namespace

std::string ArmingKey(const Uuid& rule_id) { return std::string(kPrefix) + rule_id.ToString(); }

ArmingTable::ArmingTable(const pipeline::Control::Snapshot& control) {
  if (!control.complete) return;
  for (const pipeline::ControlRecord& record : control.records) {
    if (!record.key.starts_with(kPrefix)) continue;
    if (std::optional<Content> content = Read(record))
      entries_.push_back({.key = record.key,
                          .definition = std::move(content->definition),
                          .armed_at = content->armed_at});
  }
}

std::optional<Time> ArmingTable::ArmedAt(const Uuid& rule_id, std::string_view arming_hash) const {
  const std::string key = ArmingKey(rule_id);
  const std::vector<Entry>::const_iterator found =
      std::lower_bound(entries_.begin(), entries_.end(), key,
                       [](const Entry& entry, const std::string& k) { return entry.key < k; });
  if (found == entries_.end() || found->key != key || found->definition != arming_hash)
    return std::nullopt;
  return found->armed_at;
}

std::vector<pipeline::ControlRecord> ArmingWriter::Due(const rule::RuleSetPtr& rules,
                                                       const pipeline::Control::Snapshot& control,
                                                       Time now) {
  if (rules != rules_) {
    rules_ = rules;
    settled_.clear();
  }
  std::vector<pipeline::ControlRecord> due;
  if (!control.complete) return due;
  for (const rule::Rule& rule : rules->rules) {
    if (!Enforces(rule)) continue;
    pipeline::ControlRecord record = MakeRecord(rule, now, now + arming_period_, {}, {});
    if (std::binary_search(settled_.begin(), settled_.end(), record.key)) continue;
    const pipeline::ControlRecord* last = control.Find(record.key);
    const std::optional<Content> content = last == nullptr ? std::nullopt : Read(*last);
    if (content && content->definition == rule.arming_hash) {
      Written(record);
    } else {
      due.push_back(std::move(record));
    }
  }
  return due;
}

void ArmingWriter::Written(const pipeline::ControlRecord& record) {
  settled_.insert(std::lower_bound(settled_.begin(), settled_.end(), record.key), record.key);
}

pipeline::ControlRecord EndArmingEarly(const rule::Rule& rule, std::string_view by,
                                       std::string_view comment, Time now) {
  return MakeRecord(rule, now, now, by, comment);
}

}  // namespace riposte::guard
