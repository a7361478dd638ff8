#include "rules/lint/negated_optional.h"

#include <algorithm>
#include <iterator>
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

class Search {
 public:
  Search(const rule::Rule& rule, const schema::Schema& schema, text::Diagnostics& diagnostics)
      : query_(rule.query),
        rule_(rule),
        catalogue_(schema.catalogue),
        profiles_(ProfilesOf(rule, schema)),
        diagnostics_(diagnostics),
        needed_(rule.query.nodes().size()) {
    // Children stand before their parents.
    for (size_t i = 0; i < needed_.size(); ++i) needed_[i] = NeededBy(query_.nodes()[i]);
  }

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
        const Fields inner = negated ? present : Union(present, needed_[query::Index(id)]);
        for (const query::NodeId child : node.children) Visit(child, negated, inner);
        return;
      }
    }
  }

 private:
  // The fields without which the node is false.
  Fields NeededBy(const query::Node& node) const {
    switch (node.kind) {
      case query::Node::Kind::kClause:
        if (std::holds_alternative<query::IsNull>(node.predicate)) return {};
        return {node.field};
      case query::Node::Kind::kGroup:
        return Union({node.field}, needed_[query::Index(node.children.front())]);
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
    Fields fields = needed_[query::Index(node.children.front())];
    for (const query::NodeId child : node.children) {
      const Fields& more = needed_[query::Index(child)];
      fields =
          node.kind == query::Node::Kind::kAnd ? Union(fields, more) : Intersection(fields, more);
    }
    return fields;
  }

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
    const bool sigma = rule_.language == rule::Language::kSigma;
    AddInQuery(rule_, node.span, "negated-optional",
               fmt::format("the negation also holds where '{}' is absent, which {} allow{}{}",
                           token, fmt::join(without, " and "), without.size() == 1 ? "s" : "",
                           Remediates(rule_) ? OrderedBy(rule_) : std::string()),
               sigma ? fmt::format("add a selection with '{}: \"?*\"' if it must be there", token)
                     : fmt::format("add '{} is not null' if it must be there", token),
               diagnostics_);
  }

  const query::Expression& query_;
  const rule::Rule& rule_;
  const schema::Catalogue& catalogue_;
  const std::vector<const schema::Profile*> profiles_;
  text::Diagnostics& diagnostics_;
  std::vector<Fields> needed_;  // by node
};

}  // namespace

void CheckNegatedOptional(const rule::Rule& rule, const schema::Schema& schema,
                          text::Diagnostics& diagnostics) {
  if (rule.query.empty()) return;
  Search(rule, schema, diagnostics).Visit(rule.query.root(), false, {});
}

}  // namespace riposte::lint
