#include "rules/lint/negated_optional.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/lint/finding.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {
namespace {

using Fields = std::vector<schema::FieldId>;  // ascending

Fields Union(const Fields& a, const Fields& b) {
  Fields both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

Fields Intersection(const Fields& a, const Fields& b) {
  Fields both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

// By node, the fields without which it is false.
class Needs {
 public:
  explicit Needs(const query::Expression& query) : query_(query) {
    // Children stand before their parents.
    for (const query::Node& node : query.nodes()) needed_.push_back(NeededBy(node));
  }
  const Fields& Of(query::NodeId id) const { return needed_[query::Index(id)]; }
  const Fields& All() const { return Of(query_.root()); }

 private:
  Fields NeededBy(const query::Node& node) const {
    switch (node.kind) {
      case query::Node::Kind::kClause:
        if (std::holds_alternative<query::IsNull>(node.predicate)) return {};
        return {node.field};
      case query::Node::Kind::kGroup:
        return Union({node.field}, Of(node.children.front()));
      case query::Node::Kind::kNot: {
        const query::Node& child = query_.node(node.children.front());
        const bool is_null = child.kind == query::Node::Kind::kClause &&
                             std::holds_alternative<query::IsNull>(child.predicate);
        return is_null ? Fields{child.field} : Fields{};
      }
      case query::Node::Kind::kAnd:
      case query::Node::Kind::kOr:
        break;
    }
    Fields fields = Of(node.children.front());
    for (const query::NodeId child : node.children) {
      const Fields& more = Of(child);
      fields =
          node.kind == query::Node::Kind::kAnd ? Union(fields, more) : Intersection(fields, more);
    }
    return fields;
  }

  const query::Expression& query_;
  std::vector<Fields> needed_;
};

// What all parts need that the rule's own query stands beside.
Fields NeededByAllParts(const rule::Rule& rule) {
  std::optional<Fields> common;
  std::deque<query::Expression> joined;
  for (const RuleQuery& asked : QueriesOf(rule, joined)) {
    if (asked.part == nullptr) continue;
    const Needs needs(asked.written);
    common = common ? Intersection(*common, needs.All()) : needs.All();
  }
  return common.value_or(Fields{});
}

class Search {
 public:
  Search(const RuleQuery& asked, const schema::Schema& schema, text::Diagnostics& diagnostics)
      : query_(asked.whole()),
        asked_(asked),
        catalogue_(schema.catalogue),
        profiles_(ProfilesOf(asked.rule, schema)),
        diagnostics_(diagnostics),
        needs_(query_) {}

  // `present` are the fields that are there whenever this node decides.
  void Visit(query::NodeId id, bool negated, const Fields& present) {
    const query::Node& node = query_.node(id);
    switch (node.kind) {
      case query::Node::Kind::kClause:
        if (negated) CheckClause(node, present);
        return;
      case query::Node::Kind::kGroup:
        // One finding for a negated group says it all.
        if (negated) return CheckClause(node, present);
        Visit(node.children.front(), negated, Union(present, {node.field}));
        return;
      case query::Node::Kind::kNot:
        Visit(node.children.front(), !negated, present);
        return;
      case query::Node::Kind::kAnd:
      case query::Node::Kind::kOr: {
        const Fields inner = negated ? present : Union(present, needs_.Of(id));
        for (const query::NodeId child : node.children) Visit(child, negated, inner);
        return;
      }
    }
  }

 private:
  void CheckClause(const query::Node& node, const Fields& present) {
    if (std::holds_alternative<query::IsNull>(node.predicate) &&
        node.kind == query::Node::Kind::kClause)
      return;
    if (std::binary_search(present.begin(), present.end(), node.field)) return;
    std::vector<std::string_view> without;
    for (const schema::Profile* profile : profiles_) {
      if (!profile->fields[schema::Index(node.field)]->guaranteed) without.push_back(profile->name);
    }
    if (without.empty()) return;
    const std::string token = NameInRule(catalogue_, node.field);
    const bool sigma = asked_.rule.language == rule::Language::kSigma;
    AddInQuery(asked_, node.span, "negated-optional",
               fmt::format("the negation also holds where '{}' is absent, which {} allow{}{}",
                           token, fmt::join(without, " and "), without.size() == 1 ? "s" : "",
                           Remediates(asked_.rule) ? OrderedBy(asked_.rule) : std::string()),
               sigma ? fmt::format("add a selection with '{}: \"?*\"' if it must be there", token)
                     : fmt::format("add '{} is not null' if it must be there", token),
               diagnostics_);
  }

  const query::Expression& query_;
  const RuleQuery& asked_;
  const schema::Catalogue& catalogue_;
  const std::vector<const schema::Profile*> profiles_;
  text::Diagnostics& diagnostics_;
  const Needs needs_;
};

}  // namespace

void CheckNegatedOptional(const RuleQuery& asked, const schema::Schema& schema,
                          text::Diagnostics& diagnostics) {
  const Fields present = asked.asked == nullptr ? NeededByAllParts(asked.rule) : Fields{};
  Search(asked, schema, diagnostics).Visit(asked.whole().root(), false, present);
}

}  // namespace riposte::lint
