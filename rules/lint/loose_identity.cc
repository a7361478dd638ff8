#include "rules/lint/loose_identity.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/lint/finding.h"
#include "rules/lint/tokens.h"

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

// What a field of a Sigma rule is named where it says which image or file it is.
constexpr std::array<std::string_view, 4> kSigmaEndings = {"image", "imageloaded", "filename",
                                                           "processname"};

bool IsSigmaIdentity(const schema::Catalogue& catalogue, schema::FieldId field) {
  const std::string name = unicode::Fold(NameInRule(catalogue, field));
  return std::ranges::any_of(kSigmaEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

bool IsSeparator(char c) { return c == '\\' || c == '/'; }

// Whether a name in the value goes on where the text that is looked for ends, or began before it. A
// text that ends in a separator selects a folder, one that begins with a dot an ending.
bool CutsName(const query::Predicate& predicate) {
  std::string_view first, last;  // empty: a gap
  bool open_front = true, open_end = true;
  if (const auto* contains = std::get_if<query::Contains>(&predicate)) {
    first = last = contains->text;
  } else if (const auto* wildcard = std::get_if<query::Wildcard>(&predicate)) {
    open_front = wildcard->parts.front().empty();
    open_end = wildcard->parts.back().empty();
    first = open_front ? wildcard->parts[1] : wildcard->parts.front();
    last = open_end ? wildcard->parts[wildcard->parts.size() - 2] : wildcard->parts.back();
  } else {
    return false;
  }
  if (first.empty() || last.empty()) return false;  // any value
  const bool before = open_front && !IsSeparator(first.front()) && first.front() != '.';
  return before || (open_end && !IsSeparator(last.back()));
}

class Search {
 public:
  Search(const RuleQuery& asked, const schema::Catalogue& catalogue, text::Diagnostics& diagnostics)
      : asked_(asked), catalogue_(catalogue), diagnostics_(diagnostics) {}

  // A negated phrase leaves events out: it selects no target.
  void Visit(query::NodeId id, bool negated) {
    const query::Node& node = asked_.written.node(id);
    if (node.kind == query::Node::Kind::kClause) {
      if (!negated) CheckClause(node);
      return;
    }
    const bool inner = node.kind == query::Node::Kind::kNot ? !negated : negated;
    for (const query::NodeId child : node.children) Visit(child, inner);
  }

 private:
  void CheckClause(const query::Node& node) {
    if (asked_.rule.language == rule::Language::kSigma) return CheckSigmaClause(node);
    const schema::Token& token = catalogue_.token(node.field);
    if (!std::holds_alternative<query::Phrase>(node.predicate) || !IsIdentity(token)) return;
    AddInQuery(
        asked_, node.span, "loose-identity",
        fmt::format("'{}' is selected by a phrase, which longer values hold, too", token.name),
        "put the whole value in backticks", diagnostics_);
  }

  // Sigma has no phrases; its `contains` does what they do.
  void CheckSigmaClause(const query::Node& node) {
    if (!IsSigmaIdentity(catalogue_, node.field) || !CutsName(node.predicate)) return;
    AddInQuery(asked_, node.span, "loose-identity",
               fmt::format("'{}' is selected by a part of a name, which longer names hold, too{}",
                           NameInRule(catalogue_, node.field), OrderedBy(asked_.rule)),
               "write the whole name with 'endswith' and a separator: '\\name.exe'", diagnostics_);
  }

  const RuleQuery& asked_;
  const schema::Catalogue& catalogue_;
  text::Diagnostics& diagnostics_;
};

}  // namespace

void CheckLooseIdentity(const RuleQuery& asked, const schema::Schema& schema,
                        text::Diagnostics& diagnostics) {
  if (!Remediates(asked.rule) || !SelectsTargets(asked)) return;
  Search(asked, schema.catalogue, diagnostics).Visit(asked.written.root(), false);
}

}  // namespace riposte::lint
