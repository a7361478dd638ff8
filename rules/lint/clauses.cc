#include "rules/lint/clauses.h"

namespace riposte::lint {

std::vector<bool> NegatedNodes(const query::Expression& query) {
  std::vector<bool> negated(query.nodes().size(), false);
  // Parents stand behind their children.
  for (size_t i = negated.size(); i-- > 0;) {
    const query::Node& node = query.nodes()[i];
    const bool inner = negated[i] != (node.kind == query::Node::Kind::kNot);
    for (const query::NodeId child : node.children) negated[query::Index(child)] = inner;
  }
  return negated;
}

std::vector<std::string> LiteralsOf(const query::Predicate& predicate) {
  if (const auto* equals = std::get_if<query::Equals>(&predicate)) return {equals->text};
  if (const auto* contains = std::get_if<query::Contains>(&predicate)) return {contains->text};
  std::vector<std::string> literals;
  if (const auto* wildcard = std::get_if<query::Wildcard>(&predicate)) {
    for (const std::string& part : wildcard->parts)
      if (!part.empty()) literals.push_back(part);
  }
  return literals;
}

std::string EndingOf(const query::Predicate& predicate) {
  if (const auto* equals = std::get_if<query::Equals>(&predicate)) return equals->text;
  if (const auto* wildcard = std::get_if<query::Wildcard>(&predicate))
    return wildcard->parts.back();
  return {};
}

}  // namespace riposte::lint
