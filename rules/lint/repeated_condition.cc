#include "rules/lint/repeated_condition.h"

#include <algorithm>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "rules/lint/finding.h"
#include "rules/lint/relation.h"

namespace riposte::lint {

namespace {

using query::Node;
using query::NodeId;

// Operands that are no equalities are compared pair by pair, up to so many.
constexpr size_t kMostCompared = 200;

// What stands between two operands, if it is only what joins them.
bool IsSeparator(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t') continue;
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return word == "," || word == "or" || word == "and";
}

class Search {
 public:
  Search(const RuleQuery& asked, text::Diagnostics& diagnostics)
      : asked_(asked), query_(asked.written), diagnostics_(diagnostics) {}

  void Visit(const Node& node) {
    boost::unordered_flat_map<std::string, size_t> equalities;
    for (size_t i = 0; i < node.children.size(); ++i) {
      const Node& child = query_.node(node.children[i]);
      const auto* equals = std::get_if<query::Equals>(&child.predicate);
      if (child.kind == Node::Kind::kClause && equals != nullptr) {
        const auto [first, is_new] = equalities.emplace(
            fmt::format("{} {} {}", schema::Index(child.field), equals->cased, equals->text), i);
        if (!is_new) Report(node, first->second, i);
      } else if (node.children.size() <= kMostCompared) {
        FindEqual(node, i);
      }
    }
  }

 private:
  void FindEqual(const Node& node, size_t index) {
    for (size_t i = 0; i < index; ++i) {
      if (!SameTree(query_, node.children[i], node.children[index])) continue;
      return Report(node, i, index);
    }
  }

  void Report(const Node& node, size_t first, size_t second) {
    const text::Span earlier = query_.node(node.children[first]).span;
    const text::Span later = query_.node(node.children[second]).span;
    // A front end made both out of one condition, or a `!=` out of its own.
    if (earlier == later || IsShared(node, first) || IsShared(node, second)) return;
    WarnInQuery(asked_, later,
                {.code = "repeated-condition",
                 .message = fmt::format("'{}' is there twice", Excerpt(asked_, later)),
                 .hint = "remove one",
                 .fix_in_query = Removal(node, second)},
                diagnostics_);
  }

  bool IsShared(const Node& node, size_t index) const {
    const text::Span span = query_.node(node.children[index]).span;
    return std::count_if(node.children.begin(), node.children.end(),
                         [&](NodeId id) { return query_.node(id).span == span; }) > 1;
  }

  // The operand together with what joins it to the one before.
  std::optional<text::Fix> Removal(const Node& node, size_t index) const {
    const text::Span before = query_.node(node.children[index - 1]).span;
    const text::Span span = query_.node(node.children[index]).span;
    if (before.end >= span.begin || span.end > asked_.text.size()) return std::nullopt;
    const std::string_view text = asked_.text;
    if (!IsSeparator(text.substr(before.end, span.begin - before.end))) return std::nullopt;
    return text::Fix{.span = {.begin = before.end, .end = span.end}, .replacement = ""};
  }

  const RuleQuery& asked_;
  const query::Expression& query_;
  text::Diagnostics& diagnostics_;
};

}  // namespace

void CheckRepeatedCondition(const RuleQuery& asked, const schema::Schema&,
                            text::Diagnostics& diagnostics) {
  Search search(asked, diagnostics);
  for (const Node& node : asked.written.nodes()) {
    if (node.kind == Node::Kind::kAnd || node.kind == Node::Kind::kOr) search.Visit(node);
  }
}

}  // namespace riposte::lint
