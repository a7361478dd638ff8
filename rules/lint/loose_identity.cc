#include "rules/lint/loose_identity.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/lint/finding.h"

namespace riposte::lint {
namespace {

// Last parts of the tokens that say which process, file or host it is, folded.
constexpr std::array<std::string_view, 5> kIdentities = {"name", "path", "fullpath", "hostname",
                                                         "netbiosname"};

bool IsIdentity(const schema::Token& token) {
  if (token.type != schema::FieldType::kText) return false;
  std::string part = token.name.substr(token.name.rfind('.') + 1);
  for (char& c : part) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kIdentities.begin(), kIdentities.end(), part) != kIdentities.end();
}

class Search {
 public:
  Search(const rule::Rule& rule, const schema::Catalogue& catalogue, text::Diagnostics& diagnostics)
      : rule_(rule), catalogue_(catalogue), diagnostics_(diagnostics) {}

  // A negated phrase leaves events out: it selects no target.
  void Visit(query::NodeId id, bool negated) {
    const query::Node& node = rule_.query.node(id);
    if (node.kind == query::Node::Kind::kClause) {
      if (!negated) CheckClause(node);
      return;
    }
    const bool inner = node.kind == query::Node::Kind::kNot ? !negated : negated;
    for (const query::NodeId child : node.children) Visit(child, inner);
  }

 private:
  void CheckClause(const query::Node& node) {
    const schema::Token& token = catalogue_.token(node.field);
    if (!std::holds_alternative<query::Phrase>(node.predicate) || !IsIdentity(token)) return;
    AddInQuery(
        rule_, node.span, "loose-identity",
        fmt::format("'{}' is selected by a phrase, which longer values hold, too", token.name),
        "put the whole value in backticks", diagnostics_);
  }

  const rule::Rule& rule_;
  const schema::Catalogue& catalogue_;
  text::Diagnostics& diagnostics_;
};

}  // namespace

void CheckLooseIdentity(const rule::Rule& rule, const schema::Schema& schema,
                        text::Diagnostics& diagnostics) {
  if (!Remediates(rule) || rule.query.empty()) return;
  Search(rule, schema.catalogue, diagnostics).Visit(rule.query.root(), false);
}

}  // namespace riposte::lint
