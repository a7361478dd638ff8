#include "rules/sigma/detection.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rules/sigma/condition_parse.h"

namespace riposte::sigma {
namespace {

using query::NodeId;

class SelectionCompiler {
 public:
  explicit SelectionCompiler(const DetectionContext& context) : context_(context) {}

  std::optional<query::Expression> Compile(const yaml::Entry& entry) {
    const std::optional<NodeId> root = Selection(entry);
    if (!root) return std::nullopt;
    out_.SetRoot(*root);
    return std::move(out_);
  }

 private:
  std::optional<NodeId> Selection(const yaml::Entry& entry) {
    const yaml::Node& node = entry.value;
    switch (node.kind) {
      case yaml::Node::Kind::kMapping:
        return Map(node);
      case yaml::Node::Kind::kScalar:
        return CompileKeyword(context_, node, out_);
      case yaml::Node::Kind::kSequence:
        return List(node);
      case yaml::Node::Kind::kNull:
        break;
    }
    context_.reader.Error(entry.key_span, "empty-value",
                          fmt::format("the selection '{}' says nothing", entry.key),
                          "write fields with their values, or a list of texts");
    return std::nullopt;
  }

  // All items must hold.
  std::optional<NodeId> Map(const yaml::Node& node) {
    if (node.entries.empty()) {
      context_.reader.Error(node.span, "empty-value", "the mapping is empty",
                            "write a field and its value");
      return std::nullopt;
    }
    std::vector<NodeId> nodes;
    bool good = true;
    for (const yaml::Entry& entry : node.entries) {
      const std::optional<NodeId> item = CompileItem(context_, entry, out_);
      good = good && item;
      if (item) nodes.push_back(*item);
    }
    if (!good) return std::nullopt;
    return out_.AddAnd(std::move(nodes), text::ToSpan(node.span));
  }

  // One of the maps or texts must hold.
  std::optional<NodeId> List(const yaml::Node& node) {
    if (!context_.reader.List(node, "the selection")) return std::nullopt;
    std::vector<NodeId> nodes;
    bool good = true;
    for (const yaml::Node& item : node.items) {
      std::optional<NodeId> one;
      if (item.kind == yaml::Node::Kind::kMapping) {
        one = Map(item);
      } else if (item.kind == yaml::Node::Kind::kSequence) {
        context_.reader.WrongType(item, "an entry of the selection",
                                  "write a text, or a mapping of fields");
      } else {
        one = CompileKeyword(context_, item, out_);
      }
      good = good && one;
      if (one) nodes.push_back(*one);
    }
    if (!good) return std::nullopt;
    return out_.AddOr(std::move(nodes), text::ToSpan(node.span));
  }

  const DetectionContext& context_;
  query::Expression out_;
};

class ConditionReader {
 public:
  ConditionReader(const DetectionContext& context, std::vector<Selection>& selections)
      : context_(context), selections_(selections) {}

  // One condition, or several of which one must hold.
  std::optional<query::Expression> Read(const yaml::Node& node) {
    std::vector<NodeId> nodes;
    bool good = true;
    const auto read = [&](const yaml::Node& one) {
      const std::optional<NodeId> condition = ReadOne(one);
      good = good && condition;
      if (condition) nodes.push_back(*condition);
    };
    if (node.kind == yaml::Node::Kind::kSequence) {
      if (!context_.reader.List(node, "'condition'")) return std::nullopt;
      for (const yaml::Node& item : node.items) read(item);
    } else {
      read(node);
    }
    if (!good) return std::nullopt;
    out_.SetRoot(out_.AddOr(std::move(nodes), text::ToSpan(node.span)));
    return std::move(out_);
  }

 private:
  std::optional<NodeId> ReadOne(const yaml::Node& node) {
    if (!context_.reader.Text(node, "'condition'")) return std::nullopt;
    const text::Fragment condition = text::ToFragment(context_.reader.source(), node);
    return ParseCondition(condition, selections_, context_.reader.diagnostics(), out_);
  }

  const DetectionContext& context_;
  std::vector<Selection>& selections_;
  query::Expression out_;
};

void WarnOfUnused(const std::vector<Selection>& selections, text::NodeReader& reader) {
  for (const Selection& selection : selections) {
    if (selection.used) continue;
    reader.diagnostics().Warning(
        reader.source(), selection.name_span, "unused-selection",
        fmt::format("no condition names the selection '{}': it does nothing", selection.name),
        "name it in 'condition', or remove it");
  }
}

}  // namespace

std::optional<query::Expression> CompileDetection(const DetectionContext& context,
                                                  const yaml::Node& section, std::string_view what,
                                                  std::span<const std::string_view> others) {
  if (section.kind != yaml::Node::Kind::kMapping) {
    context.reader.WrongType(section, fmt::format("'{}'", what),
                             "write search identifiers and a condition");
    return std::nullopt;
  }
  const yaml::Node* condition = nullptr;
  std::vector<Selection> selections;
  for (const yaml::Entry& entry : section.entries) {
    if (entry.key == "condition") {
      condition = &entry.value;
    } else if (entry.key == "timeframe") {
      context.reader.Warning(entry.key_span, "timeframe-ignored",
                             "'timeframe' belongs to a correlation and does nothing here",
                             "remove it");
    } else if (std::ranges::find(others, entry.key) == others.end()) {
      selections.push_back({.name = entry.key,
                            .name_span = text::ToSpan(entry.key_span),
                            .expression = SelectionCompiler(context).Compile(entry)});
    }
  }
  if (condition == nullptr) {
    const yaml::Span top = {section.span.begin, section.span.begin};
    context.reader.Required(section, "condition", fmt::format("'{}'", what), top);
    return std::nullopt;
  }
  const bool broken = std::ranges::any_of(
      selections, [](const Selection& selection) { return !selection.expression; });
  std::optional<query::Expression> expression =
      ConditionReader(context, selections).Read(*condition);
  if (expression) WarnOfUnused(selections, context.reader);
  return broken ? std::nullopt : std::move(expression);
}

}  // namespace riposte::sigma
