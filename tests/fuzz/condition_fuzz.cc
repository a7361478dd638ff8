// Any bytes as a Sigma condition: a tree or errors, each at a place in the text; and the tree means
// what a parser by recursive descent, written after the specification's grammar, computes.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "rules/sigma/condition_lexer.h"
#include "rules/sigma/condition_parse.h"

namespace {

using riposte::query::Expression;
using riposte::query::Node;
using riposte::sigma::ConditionToken;
using riposte::sigma::Selection;

// What each selection is under all 16 assignments of truth at once, a bit for each.
struct Named {
  std::string_view name;
  uint16_t truth;
};
constexpr Named kNamed[] = {{"s1", 0xAAAA}, {"s2", 0xCCCC}, {"f1", 0xF0F0}, {"_h", 0xFF00}};
constexpr size_t kMostTokens = 2000;  // the other parser recurses

std::vector<Selection> Selections() {
  std::vector<Selection> selections;
  for (size_t i = 0; i < std::size(kNamed); ++i) {
    Selection& selection = selections.emplace_back();
    selection.name = kNamed[i].name;
    Expression& clause = selection.expression.emplace();
    const riposte::schema::FieldId field{static_cast<uint16_t>(i)};
    clause.SetRoot(clause.AddClause(field, riposte::query::IsNull{}, {}));
  }
  return selections;
}

uint16_t TruthOf(const Expression& expression) {
  std::vector<uint16_t> truths;  // children stand before their parents
  for (const Node& node : expression.nodes()) {
    uint16_t truth = node.kind == Node::Kind::kAnd ? 0xFFFF : 0;
    if (node.kind == Node::Kind::kClause) truth = kNamed[static_cast<size_t>(node.field)].truth;
    for (const riposte::query::NodeId child : node.children) {
      const uint16_t of_child = truths[riposte::query::Index(child)];
      if (node.kind == Node::Kind::kAnd) truth &= of_child;
      if (node.kind == Node::Kind::kOr) truth |= of_child;
      if (node.kind == Node::Kind::kNot) truth = static_cast<uint16_t>(~of_child);
    }
    truths.push_back(truth);
  }
  return truths.back();
}

// Of a condition that is right.
class Descent {
 public:
  explicit Descent(std::string_view condition) : tokens_(riposte::sigma::LexCondition(condition)) {}

  bool is_short() const { return tokens_.size() < kMostTokens; }
  uint16_t Or() {
    uint16_t truth = And();
    while (Takes("or")) truth |= And();
    return truth;
  }
  bool at_end() const { return tokens_[next_].kind == ConditionToken::Kind::kEnd; }

 private:
  uint16_t And() {
    uint16_t truth = Not();
    while (Takes("and")) truth &= Not();
    return truth;
  }

  uint16_t Not() { return Takes("not") ? static_cast<uint16_t>(~Not()) : Operand(); }

  uint16_t Operand() {
    if (Takes("(")) {
      const uint16_t truth = Or();
      RIPOSTE_CHECK(Takes(")"), "a bracket is closed");
      return truth;
    }
    const std::string_view word = tokens_[next_++].text;
    if (!Takes("of")) return *TruthOfName(word);
    const std::string_view pattern = tokens_[next_++].text;
    const bool all = word != "1";
    uint16_t truth = all ? 0xFFFF : 0;
    for (const Named& named : kNamed) {
      if (named.name.starts_with('_') && !pattern.starts_with('_')) continue;
      if (pattern != "them" && !Fits(pattern, named.name)) continue;
      truth = static_cast<uint16_t>(all ? truth & named.truth : truth | named.truth);
    }
    return truth;
  }

  static bool Fits(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return name.empty();
    if (pattern.starts_with("**")) return Fits(pattern.substr(1), name);  // or it takes for ever
    if (pattern.front() == '*')
      return Fits(pattern.substr(1), name) || (!name.empty() && Fits(pattern, name.substr(1)));
    return !name.empty() && pattern.front() == name.front() &&
           Fits(pattern.substr(1), name.substr(1));
  }

  static const uint16_t* TruthOfName(std::string_view name) {
    const auto* found = std::ranges::find(kNamed, name, &Named::name);
    RIPOSTE_CHECK(found != std::end(kNamed), "the name is there");
    return &found->truth;
  }

  bool Takes(std::string_view word) {
    const std::string_view text = tokens_[next_].text;
    const bool is_it = std::ranges::equal(
        text, word, {}, [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    next_ += is_it ? 1 : 0;
    return is_it;
  }

  std::vector<ConditionToken> tokens_;
  size_t next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<Selection> selections = Selections();  // the parse notes which it uses
  const riposte::text::Fragment condition(std::make_shared<const riposte::text::Source>(
      "fuzz", std::string(reinterpret_cast<const char*>(data), size)));
  riposte::text::Diagnostics diagnostics;
  Expression tree;
  const std::optional<riposte::query::NodeId> root =
      riposte::sigma::ParseCondition(condition, selections, diagnostics, tree);
  RIPOSTE_CHECK(root.has_value() != diagnostics.has_errors(), "a tree, or errors");
  for (const riposte::text::Diagnostic& one : diagnostics.all()) {
    RIPOSTE_CHECK(one.span.begin <= one.span.end && one.span.end <= size, "a place in the text");
    RIPOSTE_CHECK(!one.message.empty() && !one.code.empty(), "says what it is");
    RIPOSTE_CHECK(!Render(one).empty(), "can be shown");
  }
  if (!root) return 0;
  tree.SetRoot(*root);
  Descent descent(condition.text());
  if (!descent.is_short()) return 0;
  RIPOSTE_CHECK(descent.Or() == TruthOf(tree), "it means what the grammar says");
  RIPOSTE_CHECK(descent.at_end(), "all of it is read");
  return 0;
}
