#include "engine/pipeline/window_records.h"

#include <algorithm>
#include <array>
#include <string>
#include <variant>
#include <vector>

#include "base/clip.h"
#include "base/json.h"
#include "engine/pipeline/record_parts.h"

namespace riposte::pipeline {
namespace {

// Of lists in a record that would else be too large.
constexpr size_t kShortList = 6;

// From the whole to what always fits.
struct WindowExtent {
  Extent parts;
  size_t list_max = kNoLimit;
  bool whole() const { return parts.commands; }
};
constexpr std::array<WindowExtent, 3> kExtents = {
    {{.parts = {.commands = true, .text_max = kNoLimit}, .list_max = kNoLimit},
     {.parts = {.commands = false, .text_max = kNoLimit}, .list_max = kNoLimit},
     {.parts = {.commands = false, .text_max = kShortText}, .list_max = kShortList}}};

// The first and the last of them, `most` in all.
std::vector<std::string> Ends(const std::vector<std::string>& texts, size_t most) {
  if (texts.size() <= most) return texts;
  const auto half = static_cast<ptrdiff_t>(most / 2);
  std::vector<std::string> ends(texts.begin(), texts.begin() + half);
  ends.insert(ends.end(), texts.end() - half, texts.end());
  return ends;
}

void WriteGroup(const std::vector<GroupValue>& group, const WindowExtent& extent,
                json::Writer& writer) {
  writer.Key("group").BeginArray();
  for (size_t i = 0; i < std::min(group.size(), extent.list_max); ++i) {
    writer.BeginObject().Field("field", Clip(group[i].field, extent.parts.text_max));
    writer.Field("value", Clip(group[i].value, extent.parts.text_max)).EndObject();
  }
  writer.EndArray();
}

// The length of the trigger's window; a schedule has none.
std::optional<Duration> WithinOf(const rule::Trigger& trigger) {
  if (const rule::Count* count = std::get_if<rule::Count>(&trigger)) return count->within;
  if (const rule::Sequence* steps = std::get_if<rule::Sequence>(&trigger)) return steps->within;
  if (const rule::Unordered* steps = std::get_if<rule::Unordered>(&trigger)) return steps->within;
  return std::nullopt;
}

void WriteWindow(const rule::Rule& rule, const WindowFiring& window, json::Writer& writer) {
  writer.Key("window").BeginObject();
  if (const std::optional<Duration> within = WithinOf(rule.trigger))
    writer.Field("within", FormatDuration(*within));
  writer.Field("first_time", FormatTime(window.first_time));
  writer.Field("last_time", FormatTime(window.last_time)).EndObject();
}

// What completed the window.
void WriteCompletion(const WindowFiring& window, size_t text_max, json::Writer& writer) {
  writer.Field("event_time", FormatTime(window.firing.event_time));
  if (!window.by_deadline) {
    writer.Field("append_time", FormatTime(window.firing.append_time));
    writer.Field("event_type", schema::EventTypeName(window.event.type));
  }
  WriteAsset(window.event.asset, text_max, writer);
  WriteOrigin(window.event.origin, writer);
}

// Which of the alerts of the firing it is, where there are several.
void WritePart(const WindowFiring& window, json::Writer& writer) {
  if (window.parts == 1) return;
  writer.Key("part").BeginObject().Field("number", static_cast<int64_t>(window.part));
  writer.Field("of", static_cast<int64_t>(window.parts)).EndObject();
}

// Of a part the asset of its targets, which the judge of the part owns.
std::string KeyOf(const WindowFiring& window) {
  const bool is_part = window.parts > 1 && !window.targets.empty();
  return AssetKey(is_part ? window.targets.front().asset.id : window.event.asset.id);
}

std::string AlertJson(const Decided& decided, const WindowFiring& window, Time now,
                      const WindowExtent& extent) {
  const rule::Rule& rule = *decided.firing.rule;
  const size_t text_max = extent.parts.text_max;
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("firing_id", decided.firing.id.ToString());
  writer.Field("decided_at", FormatTime(now));
  WriteRule(rule, text_max, writer);
  WriteAuthor(rule, extent.parts, writer);
  writer.Field("trigger", rule::CriterionName(rule.trigger));
  WriteGroup(window.group, extent, writer);
  writer.Field("matches", decided.firing.matches);
  if (window.measure) writer.Key("measure").Double(*window.measure);
  WriteWindow(rule, window, writer);
  WriteTexts("event_ids", Ends(decided.firing.event_ids, extent.list_max), text_max, writer);
  WriteCompletion(window, text_max, writer);
  WriteActions(decided.actions, extent.parts, extent.list_max, writer);
  writer.Field("targets_left_out", static_cast<int64_t>(window.targets_left_out));
  WritePart(window, writer);
  writer.Key("truncated").Bool(window.cut || !extent.whole()).EndObject();
  return out;
}

std::vector<std::string> EventIds(const trigger::Tally& tally) {
  std::vector<std::string> ids;
  for (const std::vector<trigger::Kept>* const end : {&tally.first, &tally.last})
    for (const trigger::Kept& kept : *end)
      if (const std::optional<remediate::Subject> event = remediate::ReadSubject(kept.event))
        if (!event->event_id.empty()) ids.emplace_back(event->event_id);
  return ids;
}

void WriteSpan(const trigger::Tally& tally, json::Writer& writer) {
  if (tally.first.empty()) return;
  const trigger::Kept& last = tally.last.empty() ? tally.first.back() : tally.last.back();
  writer.Field("first_time", FormatTime(tally.first.front().place.time));
  writer.Field("last_time", FormatTime(last.place.time));
}

std::string SummaryJson(const rule::Rule& rule, const Uuid& firing_id,
                        const trigger::Summary& summary, Time now, const WindowExtent& extent) {
  const size_t text_max = extent.parts.text_max;
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("kind", "summary").Field("firing_id", firing_id.ToString());
  writer.Field("decided_at", FormatTime(now));
  WriteRule(rule, text_max, writer);
  writer.Field("trigger", rule::CriterionName(rule.trigger));
  writer.Field("firing_time", FormatTime(summary.firing_time));
  writer.Field("joined", summary.joined.count);
  WriteSpan(summary.joined, writer);
  WriteTexts("event_ids", Ends(EventIds(summary.joined), extent.list_max), text_max, writer);
  writer.Key("truncated").Bool(!extent.whole()).EndObject();
  return out;
}

}  // namespace

OutRecord WindowAlertRecord(const Decided& decided, const WindowFiring& window, Time now,
                            size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kAlerts, .key = KeyOf(window), .value = {}};
  for (const WindowExtent& extent : kExtents) {
    record.value = AlertJson(decided, window, now, extent);
    if (record.value.size() <= value_bytes_max) break;
  }
  return record;
}

OutRecord SummaryRecord(const rule::Rule& rule, const Uuid& firing_id, std::string_view asset_id,
                        const trigger::Summary& summary, Time now, size_t value_bytes_max) {
  OutRecord record{.topic = OutTopic::kAlerts, .key = AssetKey(asset_id), .value = {}};
  for (const WindowExtent& extent : {kExtents.front(), kExtents.back()}) {
    record.value = SummaryJson(rule, firing_id, summary, now, extent);
    if (record.value.size() <= value_bytes_max) break;
  }
  return record;
}

}  // namespace riposte::pipeline
