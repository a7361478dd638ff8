#include "rules/sigma/correlation_expression.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "rules/sigma/condition_lexer.h"
#include "rules/text/suggest.h"

namespace riposte::sigma {
namespace {

using Kind = ConditionToken::Kind;
using Terms = std::vector<CorrelationTerm>;  // all of them hold

constexpr std::string_view kCode = "correlation-condition";

bool IsWord(const ConditionToken& token, std::string_view word) {
  constexpr auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return token.kind == Kind::kWord && std::ranges::equal(token.text, word, {}, lower);
}

std::vector<size_t> Union(const std::vector<size_t>& a, const std::vector<size_t>& b) {
  std::vector<size_t> both;
  std::ranges::set_union(a, b, std::back_inserter(both));
  return both;
}

// An operator precedence parser with stacks of its own: brackets may be nested to any depth. What
// an operand says is kept as terms throughout, so an operator that has no such form is told where
// it stands.
class ExpressionParser {
 public:
  ExpressionParser(const text::Fragment& condition, std::vector<Written>& rules,
                   text::Diagnostics& diagnostics)
      : condition_(condition),
        rules_(rules),
        rules_are_given_(!rules.empty()),
        diagnostics_(diagnostics),
        tokens_(LexCondition(condition.text())),
        named_(rules.size(), false) {}

  std::optional<Terms> Parse() {
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
        Fail(operators_.back().span, "the bracket is not closed", "add ')'");
      } else {
        Reduce();
      }
    }
    if (failed_ || broken_) return std::nullopt;
    return Checked(std::move(operands_.back()));
  }

 private:
  enum class Op : uint8_t { kBracket, kOr, kAnd, kNot };  // binding stronger and stronger
  struct Operator {
    Op kind;
    text::Span span;
  };

  void ReadOperand(const ConditionToken& token) {
    if (token.kind == Kind::kOpen) {
      operators_.push_back({.kind = Op::kBracket, .span = token.span});
    } else if (IsWord(token, "not")) {
      operators_.push_back({.kind = Op::kNot, .span = token.span});
    } else if (token.kind != Kind::kWord || IsWord(token, "and") || IsWord(token, "or")) {
      Fail(token.span, fmt::format("'{}' stands where a rule should", token.text),
           "write the name of a rule");
    } else if (IsWord(tokens_[next_], "of")) {
      Fail({.begin = token.span.begin, .end = tokens_[next_].span.end},
           fmt::format("a correlation has no '{} of'", token.text),
           "name the rules, with 'and' or 'or' between them");
    } else {
      ReadRule(token);
    }
  }

  void ReadRule(const ConditionToken& token) {
    wants_operand_ = false;
    const auto known = std::ranges::find(rules_, token.text, &Written::text);
    size_t place = static_cast<size_t>(known - rules_.begin());
    if (known == rules_.end()) {
      if (rules_are_given_) return ReportUnknown(token);
      if (rules_.size() == kMostCorrelated) return FailSize(token.span);
      rules_.push_back({.text = std::string(token.text), .span = condition_.ToSource(token.span)});
      named_.push_back(true);
    }
    named_[place] = true;
    operands_.push_back({{.absent = false, .rules = {place}}});
  }

  void ReportUnknown(const ConditionToken& token) {
    std::vector<std::string_view> names;
    names.reserve(rules_.size());
    for (const Written& rule : rules_) names.push_back(rule.text);
    std::string hint = text::DidYouMean(token.text, names);
    if (hint.empty()) hint = "add it to 'rules'";
    diagnostics_.Error(condition_, token.span, "unknown-rule",
                       fmt::format("'rules' has no '{}'", token.text), std::move(hint));
    broken_ = true;
    operands_.emplace_back();
  }

  void ReadOperator(const ConditionToken& token) {
    if (token.kind == Kind::kClose) return Close(token);
    if (IsWord(token, "and")) return Push(Op::kAnd, token);
    if (IsWord(token, "or")) return Push(Op::kOr, token);
    Fail(token.span, fmt::format("'{}' stands where 'and' or 'or' should", token.text),
         "join the two with 'and' or 'or'");
  }

  void Push(Op op, const ConditionToken& token) {
    while (!failed_ && !operators_.empty() && operators_.back().kind >= op) Reduce();
    operators_.push_back({.kind = op, .span = token.span});
    wants_operand_ = true;
  }

  void Close(const ConditionToken& token) {
    while (!failed_ && !operators_.empty() && operators_.back().kind != Op::kBracket) Reduce();
    if (failed_) return;
    if (operators_.empty()) return Fail(token.span, "the bracket was not opened", "remove it");
    operators_.pop_back();
  }

  void Reduce() {
    const Operator op = operators_.back();
    operators_.pop_back();
    Terms right = std::move(operands_.back());
    operands_.pop_back();
    if (op.kind == Op::kNot) return operands_.push_back(Not(std::move(right), op.span));
    Terms& left = operands_.back();
    if (op.kind == Op::kAnd) {
      left.insert(left.end(), right.begin(), right.end());
      if (left.size() > kMostCorrelated) FailSize(op.span);
    } else {
      left = Or(left, right, op.span);
    }
  }

  // Either of two rules may match; anything more would be several correlations.
  Terms Or(const Terms& left, const Terms& right, text::Span span) {
    if (broken_) return {};
    const bool single = left.size() == 1 && right.size() == 1;
    if (!single || left.front().absent || right.front().absent) {
      Fail(span, "'or' joins more than rules: each side would be a correlation of its own",
           "write one correlation for each side");
      return {};
    }
    return {{.absent = false, .rules = Union(left.front().rules, right.front().rules)}};
  }

  // "None of them" of a choice, and back again.
  Terms Not(Terms terms, text::Span span) {
    if (broken_) return {};
    if (terms.size() == 1) {
      terms.front().absent = !terms.front().absent;
      return terms;
    }
    if (!std::ranges::all_of(terms, &CorrelationTerm::absent)) {
      Fail(span, "that several do not all match cannot be waited for", "write 'not' before each");
      return {};
    }
    CorrelationTerm any;
    for (const CorrelationTerm& term : terms) any.rules = Union(any.rules, term.rules);
    return {std::move(any)};
  }

  std::optional<Terms> Checked(Terms terms) {
    std::ranges::sort(terms, {}, [](const CorrelationTerm& term) {
      return std::tuple(term.rules.front(), term.absent, term.rules);
    });
    const auto again = std::ranges::unique(terms);
    terms.erase(again.begin(), again.end());
    const bool possible = !Contradicts(terms);
    if (!possible)
      Fail(All(), "the condition never holds: a rule has to match and must not",
           "leave one of them out");
    const bool complete = NamesAll();
    if (!possible || !complete) return std::nullopt;
    return terms;
  }

  // One of the rules is wanted, and each of them is ruled out.
  static bool Contradicts(const Terms& terms) {
    std::vector<size_t> excluded;
    for (const CorrelationTerm& term : terms)
      if (term.absent) excluded = Union(excluded, term.rules);
    return std::ranges::any_of(terms, [&](const CorrelationTerm& term) {
      return !term.absent && std::ranges::includes(excluded, term.rules);
    });
  }

  bool NamesAll() {
    bool all = true;
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (named_[i]) continue;
      all = false;
      diagnostics_.Error(condition_.source(), rules_[i].span, kCode,
                         fmt::format("the condition does not name '{}'", rules_[i].text),
                         "add it there, or leave it out here");
    }
    return all;
  }

  text::Span All() const {
    return {.begin = tokens_.front().span.begin, .end = tokens_.back().span.end};
  }

  void FailEnd() {
    Fail(tokens_.back().span,
         tokens_.size() == 1 ? "the condition is empty" : "the condition breaks off",
         "write the name of a rule");
  }

  void FailSize(text::Span span) {
    diagnostics_.Error(condition_, span, "too-many-steps",
                       fmt::format("the condition joins more than {} rules", kMostCorrelated),
                       "name each once, or split the correlation");
    failed_ = true;
  }

  void Fail(text::Span span, std::string message, std::string hint) {
    diagnostics_.Error(condition_, span, kCode, std::move(message), std::move(hint));
    failed_ = true;
  }

  const text::Fragment& condition_;
  std::vector<Written>& rules_;
  const bool rules_are_given_;
  text::Diagnostics& diagnostics_;
  const std::vector<ConditionToken> tokens_;
  std::vector<bool> named_;  // by rule: the condition names it
  size_t next_ = 0;
  bool wants_operand_ = true;
  bool failed_ = false;  // the condition has an error
  bool broken_ = false;  // it names what is not there
  std::vector<Operator> operators_;
  std::vector<Terms> operands_;
};

}  // namespace

std::optional<Terms> ParseCorrelationExpression(const text::Fragment& condition,
                                                std::vector<Written>& rules,
                                                text::Diagnostics& diagnostics) {
  return ExpressionParser(condition, rules, diagnostics).Parse();
}

}  // namespace riposte::sigma
