#include "rules/sigma/condition_lexer.h"

namespace riposte::sigma {
namespace {

using Kind = ConditionToken::Kind;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool EndsWord(char c) { return IsBlank(c) || c == '(' || c == ')' || c == '|'; }

Kind KindAt(char c) {
  switch (c) {
    case '(':
      return Kind::kOpen;
    case ')':
      return Kind::kClose;
    case '|':
      return Kind::kPipe;
    default:
      return Kind::kWord;
  }
}

}  // namespace

std::vector<ConditionToken> LexCondition(std::string_view condition) {
  std::vector<ConditionToken> tokens;
  const auto add = [&](Kind kind, size_t begin, size_t end) {
    tokens.push_back(
        {.kind = kind,
         .text = condition.substr(begin, end - begin),
         .span = {.begin = static_cast<uint32_t>(begin), .end = static_cast<uint32_t>(end)}});
  };
  for (size_t at = 0; at < condition.size();) {
    if (IsBlank(condition[at])) {
      ++at;
      continue;
    }
    const Kind kind = KindAt(condition[at]);
    size_t end = at + 1;
    while (kind == Kind::kWord && end < condition.size() && !EndsWord(condition[end])) ++end;
    add(kind, at, end);
    at = end;
  }
  add(Kind::kEnd, condition.size(), condition.size());
  return tokens;
}

}  // namespace riposte::sigma
