#include "engine/pipeline/record_parts.h"

#include <algorithm>

#include "base/clip.h"

namespace riposte::pipeline {
namespace {

constexpr size_t kKeyBytesMax = 512;

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

}  // namespace

std::string AssetKey(std::string_view asset_id) {
  return std::string(Clip(asset_id, kKeyBytesMax));
}

void WriteOrigin(const remediate::Origin& origin, json::Writer& writer) {
  if (origin.topic.empty()) return;
  writer.Key("origin").BeginObject().Field("topic", origin.topic);
  writer.Field("partition", origin.partition).Field("offset", origin.offset);
  writer.Field("index", static_cast<int64_t>(origin.index)).EndObject();
}

void WriteAsset(const remediate::AssetView& asset, size_t text_max, json::Writer& writer) {
  writer.Key("asset").BeginObject().Field("id", Clip(asset.id, text_max));
  writer.Field("name", Clip(asset.name, text_max));
  writer.Field("platform", Clip(asset.platform, text_max)).EndObject();
}

void WriteRule(const rule::Rule& rule, size_t text_max, json::Writer& writer) {
  writer.Key("rule").BeginObject().Field("id", rule.id.ToString());
  writer.Field("name", Clip(rule.name, text_max)).Field("version", rule.version);
  writer.Field("severity", rule::SeverityName(rule.severity)).EndObject();
}

void WriteTexts(std::string_view key, const std::vector<std::string>& texts, size_t text_max,
                json::Writer& writer) {
  writer.Key(key).BeginArray();
  for (const std::string& text : texts) writer.String(Clip(text, text_max));
  writer.EndArray();
}

void WriteAuthor(const rule::Rule& rule, const Extent& extent, json::Writer& writer) {
  if (!extent.whole()) return;
  WriteTexts("tags", rule.tags, extent.text_max, writer);
  writer.Field("author", rule.author);
}

void WriteActions(const std::vector<Action>& actions, const Extent& extent, size_t actions_max,
                  json::Writer& writer) {
  writer.Key("actions").BeginArray();
  for (size_t i = 0; i < std::min(actions.size(), actions_max); ++i)
    WriteAction(actions[i], extent, writer);
  writer.EndArray();
}

std::string TargetOf(const Action& action) {
  return action.proposal.command ? remediate::DescribeTarget(*action.proposal.command)
                                 : std::string();
}

}  // namespace riposte::pipeline
