#include "rules/lint/kill_on_registry.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

#include "rules/lint/event_types.h"
#include "rules/lint/finding.h"

namespace riposte::lint {
namespace {

// Between which sets the types lie that a node holds for, whatever the event's other fields are.
struct Bounds {
  Types at_least = 0;
  Types at_most = kAllTypes;
};

class TypeAnalysis {
 public:
  TypeAnalysis(const query::Expression& query, std::vector<const schema::Profile*> profiles)
      : query_(query), profiles_(std::move(profiles)) {
    bounds_.reserve(query.nodes().size());
    for (const query::Node& node : query.nodes()) bounds_.push_back(BoundsOf(node));
  }

  bool OnlyRegistry() const {
    return bounds_[query::Index(query_.root())].at_most == BitOf(schema::EventType::kRegistry);
  }

  // The first clause that says something about the event's type, or the whole query.
  text::Span Place() const {
    for (const query::Node& node : query_.nodes()) {
      if (node.kind == query::Node::Kind::kClause && BoundsOf(node).at_most != kAllTypes)
        return node.span;
    }
    return query_.node(query_.root()).span;
  }

 private:
  std::optional<schema::EventType> TypeNamedBy(const query::Node& node) const {
    const auto* equals = std::get_if<query::Equals>(&node.predicate);
    const bool is_type = std::ranges::any_of(profiles_, [&](const schema::Profile* profile) {
      return profile->role(schema::Role::kEventType) == node.field;
    });
    if (!is_type || equals == nullptr) return std::nullopt;
    return schema::ParseEventType(equals->text);
  }

  // Of the log source of a Sigma rule; other truth values tell nothing.
  Types TypesOfTruth(const query::Node& node) const {
    const auto* truth = std::get_if<query::BoolIs>(&node.predicate);
    if (truth == nullptr || !truth->value) return kAllTypes;
    Types types = 0;
    for (const schema::Profile* profile : profiles_)
      types = static_cast<Types>(types | TypesWhereTrue(*profile, node.field));
    return types;
  }

  Bounds BoundsOf(const query::Node& node) const {
    switch (node.kind) {
      case query::Node::Kind::kClause: {
        const std::optional<schema::EventType> type = TypeNamedBy(node);
        if (!type) return {.at_most = TypesOfTruth(node)};
        // OTHER stands for many values, of which the clause names one.
        if (*type == schema::EventType::kOther) return {};
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
  const std::vector<const schema::Profile*> profiles_;  // that the rule runs on
  std::vector<Bounds> bounds_;  // by node; children stand before their parents
};

TypeAnalysis AnalysisOf(const RuleQuery& asked, const schema::Schema& schema) {
  return {asked.whole(), ProfilesOf(asked.rule, schema)};
}

// Whether no event that the rule could kill for has a process.
bool IsInVain(const rule::Rule& rule, const schema::Schema& schema) {
  std::deque<query::Expression> joined;
  return std::ranges::all_of(QueriesOf(rule, joined), [&](const RuleQuery& asked) {
    return asked.asked == nullptr || !SelectsTargets(asked) ||
           AnalysisOf(asked, schema).OnlyRegistry();
  });
}

}  // namespace

void CheckKillOnRegistry(const RuleQuery& asked, const schema::Schema& schema,
                         text::Diagnostics& diagnostics) {
  const rule::Rule& rule = asked.rule;
  const bool kills = rule.remediation &&
                     rule.remediation->action == rule::RuleAction::kKillProcessAndQuarantineFile;
  if (!kills || asked.asked == nullptr || !SelectsTargets(asked)) return;
  const TypeAnalysis analysis = AnalysisOf(asked, schema);
  if (!analysis.OnlyRegistry()) return;
  diagnostics.Add(
      {.severity = IsInVain(rule, schema) ? text::Severity::kError : text::Severity::kWarning,
       .code = "kill-on-registry",
       .source = asked.source(),
       .span = asked.InFile(analysis.Place()),
       .message =
           "a REGISTRY event has no process to kill and no file to quarantine" + OrderedBy(rule),
       .hint = "use 'action: quarantine_asset', or only alert"});
}

}  // namespace riposte::lint
