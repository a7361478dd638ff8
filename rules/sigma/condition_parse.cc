#include "rules/sigma/condition_parse.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rules/sigma/aggregation.h"
#include "rules/sigma/condition_lexer.h"
#include "rules/text/suggest.h"

namespace riposte::sigma {
namespace {

using Kind = ConditionToken::Kind;
using query::NodeId;

// Whether the whole name fits the pattern, a star being any text.
bool FitsPattern(std::string_view pattern, std::string_view name) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (size_t next = pattern.find('*'); next != std::string_view::npos; next = pattern.find('*')) {
    const size_t found = name.find(pattern.substr(0, next));
    if (found == std::string_view::npos) return false;
    name.remove_prefix(found + next);
    pattern.remove_prefix(next + 1);
  }
  return name.ends_with(pattern);
}

std::string Lower(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// An operator precedence parser with stacks of its own: brackets may be nested to any depth.
class ConditionParser {
 public:
  ConditionParser(const text::Fragment& condition, std::vector<Selection>& selections,
                  text::Diagnostics& diagnostics, query::Expression& out)
      : condition_(condition),
        selections_(selections),
        diagnostics_(diagnostics),
        out_(out),
        tokens_(LexCondition(condition.text())) {}

  std::optional<NodeId> Parse() {
    while (!failed_ && tokens_[next_].kind != Kind::kEnd) {
      const ConditionToken& token = tokens_[next_++];
      if (wants_operand_) {
        ReadOperand(token);
      } else {
        ReadOperator(token);
      }
    }
    if (!failed_ && wants_operand_) FailEnd();
    while (!failed_ && !operators_.empty()) {
      if (operators_.back().kind == Op::kBracket) {
        Fail(operators_.back().span, "sigma-condition", "the bracket is not closed", "add ')'");
      } else {
        Reduce();
      }
    }
    if (failed_ || broken_) return std::nullopt;
    return operands_.back();
  }

 private:
  enum class Op : uint8_t { kBracket, kOr, kAnd, kNot };  // binding stronger and stronger
  struct Operator {
    Op kind;
    text::Span span;
  };

  void ReadOperand(const ConditionToken& token) {
    switch (token.kind) {
      case Kind::kOpen:
        operators_.push_back({.kind = Op::kBracket, .span = token.span});
        return;
      case Kind::kWord:
        return ReadWord(token);
      default:
        return Fail(token.span, "sigma-condition",
                    fmt::format("'{}' stands where a search identifier should", token.text),
                    "write the name of a selection");
    }
  }

  void ReadWord(const ConditionToken& token) {
    const std::string word = Lower(token.text);
    const bool is_known = Find(token.text) != nullptr;
    const ConditionToken& behind = tokens_[next_];
    if (behind.kind == Kind::kWord && Lower(behind.text) == "of") return ReadQuantifier(token);
    if (word == "not" && !is_known) {
      operators_.push_back({.kind = Op::kNot, .span = token.span});
      return;
    }
    if ((word == "and" || word == "or") && !is_known)
      return Fail(token.span, "sigma-condition",
                  fmt::format("'{}' stands where a search identifier should", token.text),
                  "write the name of a selection before it");
    AddNamed(token);
  }

  // "1 of them", "all of selection*"; `token` is the first word.
  void ReadQuantifier(const ConditionToken& token) {
    const std::string quantity = Lower(token.text);
    ++next_;
    const ConditionToken& what = tokens_[next_];
    if (quantity != "1" && quantity != "all")
      return Fail(token.span, "sigma-condition", fmt::format("'{} of' is unknown", token.text),
                  "there are '1 of' and 'all of'");
    if (what.kind != Kind::kWord)
      return Fail(what.span, "sigma-condition", "'of' has nothing behind it",
                  "write 'them', or a name with '*': 'selection*'");
    ++next_;
    const text::Span span = {.begin = token.span.begin, .end = what.span.end};
    std::vector<NodeId> nodes;
    bool any = false;
    for (Selection& selection : selections_) {
      if (!IsMeant(what.text, selection.name)) continue;
      any = true;
      if (const std::optional<NodeId> node = Copy(selection, what.span)) nodes.push_back(*node);
    }
    if (!any)
      return Fail(what.span, "no-selection",
                  what.text == "them" ? "there is no selection for 'them'"
                                      : fmt::format("no selection is called '{}'", what.text),
                  "names that begin with '_' are left out");
    if (failed_) return;
    if (nodes.empty()) nodes.push_back(Placeholder(span));
    AddOperand(quantity == "1" ? out_.AddOr(std::move(nodes), InFile(span))
                               : out_.AddAnd(std::move(nodes), InFile(span)));
  }

  static bool IsMeant(std::string_view pattern, std::string_view name) {
    const bool hidden = name.starts_with('_');
    if (pattern == "them") return !hidden;
    return FitsPattern(pattern, name) && (!hidden || pattern.starts_with('_'));
  }

  void AddNamed(const ConditionToken& token) {
    Selection* selection = Find(token.text);
    if (selection == nullptr) {
      std::vector<std::string_view> names;
      names.reserve(selections_.size());
      for (const Selection& known : selections_) names.push_back(known.name);
      return Fail(token.span, "unknown-selection",
                  fmt::format("there is no selection '{}'", token.text),
                  text::DidYouMean(token.text, names));
    }
    const std::optional<NodeId> node = Copy(*selection, token.span);
    if (!failed_) AddOperand(node ? *node : Placeholder(token.span));
  }

  // Empty if the selection had an error, or there are too many nodes.
  std::optional<NodeId> Copy(Selection& selection, text::Span span) {
    selection.used = true;
    if (!selection.expression) {
      broken_ = true;
      return std::nullopt;
    }
    if (out_.nodes().size() + selection.expression->nodes().size() > kMaxNodes) {
      Fail(span, "rule-too-large", fmt::format("the rule compares more than {} times", kMaxNodes),
           "name each selection once, and shorten the lists");
      return std::nullopt;
    }
    return out_.AddCopy(*selection.expression);
  }

  // Stands for a selection that had an error, so that the rest can be read.
  NodeId Placeholder(text::Span span) {
    broken_ = true;
    return out_.AddClause(schema::kNoField, query::IsNull{}, InFile(span));
  }

  void AddOperand(NodeId node) {
    operands_.push_back(node);
    wants_operand_ = false;
  }

  void ReadOperator(const ConditionToken& token) {
    switch (token.kind) {
      case Kind::kClose:
        return Close(token);
      case Kind::kPipe:
        return Fail({.begin = token.span.begin, .end = tokens_.back().span.end},
                    "sigma-aggregation",
                    "aggregations in a condition are deprecated, and not available",
                    AggregationHint(condition_.text().substr(token.span.end)));
      case Kind::kWord: {
        const std::string word = Lower(token.text);
        if (word == "and") return Push(Op::kAnd, token);
        if (word == "or") return Push(Op::kOr, token);
        break;
      }
      default:
        break;
    }
    Fail(token.span, "sigma-condition",
         fmt::format("'{}' stands where 'and' or 'or' should", token.text),
         "join the two with 'and' or 'or'");
  }

  void Push(Op op, const ConditionToken& token) {
    while (!operators_.empty() && operators_.back().kind >= op) Reduce();
    operators_.push_back({.kind = op, .span = token.span});
    wants_operand_ = true;
  }

  void Close(const ConditionToken& token) {
    while (!operators_.empty() && operators_.back().kind != Op::kBracket) Reduce();
    if (operators_.empty())
      return Fail(token.span, "sigma-condition", "the bracket was not opened", "remove it");
    operators_.pop_back();
  }

  void Reduce() {
    const Operator op = operators_.back();
    operators_.pop_back();
    const NodeId right = operands_.back();
    operands_.pop_back();
    if (op.kind == Op::kNot) return operands_.push_back(out_.AddNot(right, InFile(op.span)));
    const NodeId left = operands_.back();
    operands_.back() = op.kind == Op::kAnd ? out_.AddAnd({left, right}, InFile(op.span))
                                           : out_.AddOr({left, right}, InFile(op.span));
  }

  Selection* Find(std::string_view name) {
    const auto found = std::ranges::find(selections_, name, &Selection::name);
    return found == selections_.end() ? nullptr : &*found;
  }

  // The selections' spans count in the file, and so do those of the operators then.
  text::Span InFile(text::Span span) const { return condition_.ToSource(span); }

  void FailEnd() {
    const bool empty = tokens_.size() == 1;
    Fail(tokens_.back().span, "sigma-condition",
         empty ? "the condition is empty" : "the condition breaks off",
         "write the name of a selection");
  }

  void Fail(text::Span span, std::string_view code, std::string message, std::string hint) {
    if (!failed_) diagnostics_.Error(condition_, span, code, std::move(message), std::move(hint));
    failed_ = true;
  }

  const text::Fragment& condition_;
  std::vector<Selection>& selections_;
  text::Diagnostics& diagnostics_;
  query::Expression& out_;
  const std::vector<ConditionToken> tokens_;
  size_t next_ = 0;
  bool wants_operand_ = true;
  bool failed_ = false;  // the condition has an error
  bool broken_ = false;  // a selection had one
  std::vector<Operator> operators_;
  std::vector<NodeId> operands_;
};

}  // namespace

std::optional<NodeId> ParseCondition(const text::Fragment& condition,
                                     std::vector<Selection>& selections,
                                     text::Diagnostics& diagnostics, query::Expression& out) {
  return ConditionParser(condition, selections, diagnostics, out).Parse();
}

}  // namespace riposte::sigma
