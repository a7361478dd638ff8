#include "rules/lint/protected_images.h"

#include <algorithm>

#include "base/unicode.h"
#include "rules/lint/clauses.h"
#include "rules/lint/finding.h"
#include "rules/lint/relation.h"
#include "rules/lint/tokens.h"

namespace riposte::lint {
namespace {

using schema::FieldId;

size_t NameBegin(std::string_view path) {
  const size_t separator = path.find_last_of("\\/");
  return separator == std::string_view::npos ? 0 : separator + 1;
}

// `*\name`: any folder.
bool IsAnyFolder(const query::Predicate& predicate) {
  const auto* wildcard = std::get_if<query::Wildcard>(&predicate);
  return wildcard != nullptr && wildcard->parts.size() == 2 && wildcard->parts.front().empty() &&
         NameBegin(wildcard->parts.back()) == 1;
}

// The tokens of the path that plays the role, and of its base name.
struct Tokens {
  std::vector<FieldId> paths, names;
};

Tokens TokensOf(const RuleQuery& asked, const schema::Schema& schema, schema::Role role) {
  Tokens tokens;
  for (const FieldId field : asked.whole().Fields()) {
    if (GivesRole(asked.rule, schema, field, role)) tokens.paths.push_back(field);
    const FieldId path = FullPathOf(schema.catalogue, field);
    if (path != schema::kNoField && GivesRole(asked.rule, schema, path, role))
      tokens.names.push_back(field);
  }
  return tokens;
}

bool Has(const std::vector<FieldId>& fields, FieldId field) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

// The operands that must hold.
std::vector<query::NodeId> Musts(const query::Expression& query) {
  const query::Node& root = query.node(query.root());
  if (root.kind == query::Node::Kind::kAnd) return root.children;
  return {query.root()};
}

}  // namespace

ProtectedImages::ProtectedImages(std::vector<protection::ProtectedPath> list)
    : list_(std::move(list)) {
  for (const protection::ProtectedPath& entry : list_) {
    const std::string name = entry.pattern.text().substr(NameBegin(entry.pattern.text()));
    if (name.find_first_of("*?") == std::string::npos) names_.push_back(unicode::Fold(name));
  }
  std::sort(names_.begin(), names_.end());
}

const ProtectedImages& ProtectedImages::Processes() {
  static const ProtectedImages images(protection::ShippedProcesses());
  return images;
}

const ProtectedImages& ProtectedImages::Files() {
  static const ProtectedImages images(protection::ShippedFiles());
  return images;
}

bool ProtectedImages::HasPath(std::string_view path) const {
  const std::string normalised = protection::NormalisePath(path);
  return !normalised.empty() &&
         std::any_of(list_.begin(), list_.end(), [&](const protection::ProtectedPath& entry) {
           return entry.pattern.Matches(normalised);
         });
}

bool ProtectedImages::HasName(std::string_view folded) const {
  return std::binary_search(names_.begin(), names_.end(), folded);
}

std::optional<ProtectedChoice> FindProtected(const RuleQuery& asked, const schema::Schema& schema,
                                             schema::Role role, const ProtectedImages& images) {
  const query::Expression& query = asked.whole();
  const Tokens tokens = TokensOf(asked, schema, role);
  const bool looks_at_path = !tokens.paths.empty();
  const auto is_protected = [&](const query::Predicate& predicate, bool of_path) {
    const std::string text = EndingOf(predicate);
    const bool whole = std::holds_alternative<query::Equals>(predicate);
    if (of_path && whole) return images.HasPath(text);
    const bool named = of_path ? IsAnyFolder(predicate) : whole && !looks_at_path;
    return named && images.HasName(std::string_view(text).substr(NameBegin(text)));
  };
  for (const query::NodeId id : Musts(query)) {
    const std::optional<Condition> condition = ConditionOf(query, id);
    if (!condition || condition->negated) continue;
    const bool of_path = Has(tokens.paths, condition->field);
    if (!of_path && !Has(tokens.names, condition->field)) continue;
    const bool all = std::all_of(
        condition->any_of.begin(), condition->any_of.end(),
        [&](const query::Predicate* predicate) { return is_protected(*predicate, of_path); });
    if (!all) continue;
    const std::string text = EndingOf(*condition->any_of.front());
    return ProtectedChoice{.span = query.node(id).span, .image = text.substr(NameBegin(text))};
  }
  return std::nullopt;
}

}  // namespace riposte::lint
