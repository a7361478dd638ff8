// What several of the records that a transaction writes are made of: parts of their JSON, and keys.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "engine/pipeline/decide.h"
#include "rules/rule/rule.h"

namespace riposte::pipeline {

// The key of records that belong to an asset: its id, of which an absurdly long one is cut.
std::string AssetKey(std::string_view asset_id);

inline constexpr size_t kNoLimit = static_cast<size_t>(-1);
// Of each text in a record that would else be too large. An escaped character takes up to six
// bytes.
inline constexpr size_t kShortText = 64;

// How much a record says.
struct Extent {
  bool commands = true;
  size_t text_max = kNoLimit;
  bool whole() const { return text_max == kNoLimit; }
};

// A key of the object that is being written, and its value. Texts are cut at `text_max`.
// Of no topic: none.
void WriteOrigin(const remediate::Origin& origin, json::Writer& writer);
void WriteAsset(const remediate::AssetView& asset, size_t text_max, json::Writer& writer);
void WriteRule(const rule::Rule& rule, size_t text_max, json::Writer& writer);
void WriteTexts(std::string_view key, const std::vector<std::string>& texts, size_t text_max,
                json::Writer& writer);
// "tags" and "author", if the record is whole.
void WriteAuthor(const rule::Rule& rule, const Extent& extent, json::Writer& writer);
// "actions": the first so many.
void WriteActions(const std::vector<Action>& actions, const Extent& extent, size_t actions_max,
                  json::Writer& writer);

// The target of a command, for people; empty for a refusal.
std::string TargetOf(const Action& action);

}  // namespace riposte::pipeline
