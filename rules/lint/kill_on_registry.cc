#include "rules/lint/kill_on_registry.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "rules/lint/finding.h"

namespace riposte::lint {
namespace {

// Sets of event types as bits.
using Types = uint8_t;
constexpr Types BitOf(schema::EventType type) {
  return static_cast<Types>(1u << static_cast<unsigned>(type));
}
constexpr Types kAllTypes = 0x3f;
static_assert(BitOf(schema::EventType::kRegistry) == 0x20, "REGISTRY is the last event type");

// Between which sets the types lie that a node holds for, whatever the event's other fields are.
struct Bounds {
  Types at_least = 0;
  Types at_most = kAllTypes;
};

class TypeAnalysis {
 public:
  TypeAnalysis(const query::Expression& query, std::vector<schema::FieldId> type_fields)
      : query_(query), type_fields_(std::move(type_fields)) {
    bounds_.reserve(query.nodes().size());
    for (const query::Node& node : query.nodes()) bounds_.push_back(BoundsOf(node));
  }

  bool OnlyRegistry() const {
    return bounds_[query::Index(query_.root())].at_most == BitOf(schema::EventType::kRegistry);
  }

  // The first clause that names an event type, or the whole query.
  text::Span Place() const {
    for (const query::Node& node : query_.nodes()) {
      if (TypeNamedBy(node)) return node.span;
    }
    return query_.node(query_.root()).span;
  }

 private:
  std::optional<schema::EventType> TypeNamedBy(const query::Node& node) const {
    const auto* equals = std::get_if<query::Equals>(&node.predicate);
    const bool is_type =
        node.kind == query::Node::Kind::kClause &&
        std::find(type_fields_.begin(), type_fields_.end(), node.field) != type_fields_.end();
    if (!is_type || equals == nullptr) return std::nullopt;
    return schema::ParseEventType(equals->text);
  }

  Bounds BoundsOf(const query::Node& node) const {
    switch (node.kind) {
      case query::Node::Kind::kClause: {
        const std::optional<schema::EventType> type = TypeNamedBy(node);
        // OTHER stands for many values, of which the clause names one.
        if (!type || *type == schema::EventType::kOther) return {};
        return {.at_least = BitOf(*type), .at_most = BitOf(*type)};
      }
      case query::Node::Kind::kGroup:
        return {};
      case query::Node::Kind::kNot: {
        const Bounds& child = bounds_[query::Index(node.children.front())];
        return {.at_least = static_cast<Types>(kAllTypes & ~child.at_most),
                .at_most = static_cast<Types>(kAllTypes & ~child.at_least)};
      }
      case query::Node::Kind::kAnd:
      case query::Node::Kind::kOr:
        break;
    }
    Bounds bounds = bounds_[query::Index(node.children.front())];
    for (const query::NodeId id : node.children) {
      const Bounds& child = bounds_[query::Index(id)];
      const bool all = node.kind == query::Node::Kind::kAnd;
      bounds.at_least = static_cast<Types>(all ? bounds.at_least & child.at_least
                                               : bounds.at_least | child.at_least);
      bounds.at_most =
          static_cast<Types>(all ? bounds.at_most & child.at_most : bounds.at_most | child.at_most);
    }
    return bounds;
  }

  const query::Expression& query_;
  const std::vector<schema::FieldId> type_fields_;
  std::vector<Bounds> bounds_;  // by node; children stand before their parents
};

}  // namespace

void CheckKillOnRegistry(const rule::Rule& rule, const schema::Schema& schema,
                         text::Diagnostics& diagnostics) {
  const bool kills = rule.remediation &&
                     rule.remediation->action == rule::RuleAction::kKillProcessAndQuarantineFile;
  if (!kills || rule.query.empty()) return;
  std::vector<schema::FieldId> type_fields;
  for (const schema::Profile* profile : ProfilesOf(rule, schema))
    type_fields.push_back(profile->role(schema::Role::kEventType));
  const TypeAnalysis analysis(rule.query, std::move(type_fields));
  if (!analysis.OnlyRegistry()) return;
  const text::Span in_query = analysis.Place();
  const text::Span span =
      rule.query_in_file ? rule.query_in_file->ToSource(in_query) : rule.query_span;
  diagnostics.Error(rule.source, span, "kill-on-registry",
                    "a REGISTRY event has no process to kill and no file to quarantine",
                    "use 'action: quarantine_asset', or only alert");
}

}  // namespace riposte::lint
