#include "rules/sigma/global.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace riposte::sigma {
namespace {

constexpr std::array<std::string_view, 3> kActions = {"global", "reset", "repeat"};

yaml::Entry* FindEntry(yaml::Node& mapping, std::string_view key) {
  const auto found = std::ranges::find(mapping.entries, key, &yaml::Entry::key);
  return found == mapping.entries.end() ? nullptr : &*found;
}

// Puts what `from` has and `into` has not into `into`. Nesting is bounded by the YAML reader.
void Merge(const yaml::Node& from, yaml::Node& into) {
  for (const yaml::Entry& entry : from.entries) {
    yaml::Entry* own = FindEntry(into, entry.key);
    if (own == nullptr) {
      into.entries.push_back(entry);
    } else if (own->value.kind == yaml::Node::Kind::kMapping &&
               entry.value.kind == yaml::Node::Kind::kMapping) {
      Merge(entry.value, own->value);
    }
  }
}

std::string TakeAction(yaml::Node& root) {
  yaml::Entry* entry = FindEntry(root, "action");
  if (entry == nullptr) return {};
  std::string action = entry->value.value;
  root.entries.erase(root.entries.begin() + (entry - root.entries.data()));
  return action;
}

}  // namespace

bool HasActions(const yaml::Stream& stream) {
  return std::ranges::any_of(stream.documents, [](const yaml::Document& document) {
    return document.root.Find("action") != nullptr && document.root.Find("query") == nullptr;
  });
}

std::vector<SharedDocument> ApplyActions(const yaml::Stream& stream, text::NodeReader& reader) {
  const std::string_view bytes = reader.source()->bytes();
  std::vector<SharedDocument> documents;
  yaml::Node global;
  global.kind = yaml::Node::Kind::kMapping;
  std::string shared;
  size_t with_shared_id = 0;
  for (const yaml::Document& document : stream.documents) {
    yaml::Node root = document.root;
    if (root.kind != yaml::Node::Kind::kMapping) {
      documents.push_back({.root = std::move(root), .span = document.span});
      continue;
    }
    const std::string_view own =
        bytes.substr(document.span.begin, document.span.end - document.span.begin);
    const std::string action = TakeAction(root);
    if (action == "global") {
      Merge(global, root);
      global = std::move(root);
      shared += own;
      continue;
    }
    if (action == "reset") {
      global.entries.clear();
      shared.clear();
      with_shared_id = 0;
      continue;
    }
    if (action == "repeat" && !documents.empty()) {
      Merge(documents.back().root, root);
    } else if (!action.empty()) {
      reader.Error(document.span, "unknown-value", fmt::format("'action' cannot be '{}'", action),
                   text::Suggestion(action, kActions));
      continue;
    }
    const bool own_id = root.Find("id") != nullptr;
    Merge(global, root);
    const bool shares_id = !own_id && root.Find("id") != nullptr;
    documents.push_back({.root = std::move(root),
                         .span = document.span,
                         .with_shared_id = shares_id ? ++with_shared_id : 0,
                         .shared = shared});
  }
  return documents;
}

}  // namespace riposte::sigma
