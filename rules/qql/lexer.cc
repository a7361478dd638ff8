#include "rules/qql/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ip.h"

namespace riposte::qql {
namespace {

using text::Span;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool IsBracket(char c) { return c == '(' || c == ')' || c == '[' || c == ']'; }
bool IsOperatorChar(char c) { return c == '<' || c == '>' || c == '=' || c == '!' || c == '~'; }

// What ends a name.
bool EndsName(char c) {
  return IsBlank(c) || IsQuote(c) || IsBracket(c) || IsOperatorChar(c) || c == ':' || c == ',';
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

Span MakeSpan(size_t begin, size_t end) {
  return Span{static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

struct Spelling {
  std::string_view text;
  Operator op;
};
constexpr std::array<Spelling, 7> kOperators = {{{"=", Operator::kIs},
                                                 {"!=", Operator::kIsNot},
                                                 {"<", Operator::kLess},
                                                 {"<=", Operator::kLessOrEqual},
                                                 {">", Operator::kGreater},
                                                 {">=", Operator::kGreaterOrEqual},
                                                 {"~", Operator::kContains}}};
struct Misspelling {
  std::string_view text;
  Operator op;
  std::string_view hint;
};
constexpr std::array<Misspelling, 7> kMisspelt = {
    {{"==", Operator::kIs, "write ':' or '='"},
     {"<>", Operator::kIsNot, "write '!='"},
     {"=>", Operator::kGreaterOrEqual, "write '>='"},
     {"=<", Operator::kLessOrEqual, "write '<='"},
     {"=~", Operator::kContains, "write '~' or ': /.../'"},
     {"!~", Operator::kContains, "write 'not token ~ value'"},
     {"!", Operator::kIsNot, "write '!=' or 'not'"}}};

}  // namespace

void Lexer::SkipBlanks() { at_ = AfterBlanks(at_); }

size_t Lexer::AfterBlanks(size_t at) const {
  while (at < text_.size() && IsBlank(text_[at])) ++at;
  return at;
}

size_t Lexer::AfterName(size_t at) const {
  while (at < text_.size() && !EndsName(text_[at])) ++at;
  return at;
}

Span Lexer::PeekPiece() const {
  const size_t end = AfterName(at_);
  return MakeSpan(at_, std::min(end > at_ ? end : at_ + 1, text_.size()));
}

bool Lexer::IsWordAt(size_t at, std::string_view word) const {
  if (text_.size() - at < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (Lower(text_[at + i]) != word[i]) return false;
  }
  const size_t end = at + word.size();
  return end == text_.size() || IsBlank(text_[end]) || IsBracket(text_[end]);
}

std::optional<OperatorWord> Lexer::OperatorWordAt(size_t at) const {
  if (IsWordAt(at, "and")) return OperatorWord::kAnd;
  if (IsWordAt(at, "or")) return OperatorWord::kOr;
  if (IsWordAt(at, "not")) return OperatorWord::kNot;
  return std::nullopt;
}

Span Lexer::ReadOperatorWord() {
  const size_t begin = at_;
  at_ += IsWordAt(at_, "or") ? 2 : 3;
  return MakeSpan(begin, at_);
}

Span Lexer::ReadName() {
  const size_t begin = at_;
  at_ = AfterName(at_);
  return MakeSpan(begin, at_);
}

bool Lexer::TakeWord(std::string_view word) {
  if (!IsWordAt(at_, word)) return false;
  at_ = AfterBlanks(at_ + word.size());
  return true;
}

bool Lexer::AtClause() const {
  if (peek() == '(' || OperatorWordAt(at_) == OperatorWord::kNot) return true;
  const size_t end = AfterName(at_);
  if (end == at_) return false;
  const size_t next = AfterBlanks(end);
  return CharAt(next) == ':' || IsOperatorChar(CharAt(next)) || IsWordAt(next, "is");
}

bool Lexer::AtGroup() const {
  size_t at = at_;
  while (CharAt(at) == '(' || IsBlank(CharAt(at))) ++at;
  while (IsWordAt(at, "not")) at = AfterBlanks(at + 3);
  if (CharAt(at) == '(') return true;
  if (!IsLetter(CharAt(at))) return false;
  const size_t end = AfterName(at);
  const size_t next = AfterBlanks(end);
  if (CharAt(next) == ':') return CharAt(next + 1) != ':';  // "fe80::1" is an address
  return IsOperatorChar(CharAt(next)) || IsWordAt(next, "is");
}

std::optional<Lexer::OperatorRead> Lexer::ReadOperator() {
  const size_t begin = at_;
  std::string_view prefix;
  if (peek() == ':') {
    ++at_;
    const size_t next = AfterBlanks(at_);
    const char c = CharAt(next);
    const bool second = c == '<' || c == '>' || c == '=' || (c == '!' && CharAt(next + 1) == '=');
    if (!second) return OperatorRead{Operator::kIs, MakeSpan(begin, at_)};
    prefix = ":";
    at_ = next;
  }
  const size_t run = at_;
  while (IsOperatorChar(peek())) ++at_;
  const std::string_view written = text_.substr(run, at_ - run);
  if (written.empty()) return std::nullopt;
  const Span span = MakeSpan(begin, at_);
  for (const Spelling& spelling : kOperators) {
    if (spelling.text != written) continue;
    if (!prefix.empty()) {
      reporter_.Error(span, "unknown-operator", "unknown operator " + Quoted(Slice(span)),
                      "write " + Quoted(written) + " alone, or quote the value");
    }
    return OperatorRead{spelling.op, span};
  }
  for (const Misspelling& misspelling : kMisspelt) {
    if (misspelling.text != written) continue;
    reporter_.Error(span, "unknown-operator", "unknown operator " + Quoted(Slice(span)),
                    std::string(misspelling.hint));
    return OperatorRead{misspelling.op, span};
  }
  reporter_.Error(span, "unknown-operator", "unknown operator " + Quoted(Slice(span)),
                  "the operators are : = != < <= > >= ~ and 'is null'");
  return OperatorRead{Operator::kIs, span};
}

std::optional<Value> Lexer::ReadValue(const OperatorRead& op) {
  SkipBlanks();
  const char c = peek();
  if (c == '[' || c == '(') return ReadBrackets();
  if (c == '/') return ReadRegex();
  std::optional<Scalar> scalar;
  if (IsQuote(c)) {
    scalar = ReadQuoted();
  } else {
    const size_t begin = at_;
    scalar = ReadBare(/*in_brackets=*/false);
    if (!scalar && at_ == begin) {
      reporter_.Error(op.span, "missing-value", "missing value after " + Quoted(Slice(op.span)),
                      at_end() || IsBracket(peek())
                          ? ""
                          : "a value that looks like an operator or a token is quoted");
    }
  }
  if (!scalar) return std::nullopt;
  Value value;
  value.span = scalar->span;
  value.scalars.push_back(std::move(*scalar));
  return value;
}

std::optional<Scalar> Lexer::ReadQuoted() {
  const char quote = peek();
  const size_t begin = at_;
  bool escaped_quote = false;
  for (size_t i = begin + 1; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == quote) {
      at_ = i + 1;
      return MakeScalar(text_.substr(begin + 1, i - begin - 1),
                        quote == '`' ? Scalar::Form::kBacktick : Scalar::Form::kQuoted,
                        MakeSpan(begin, at_));
    }
    if (c == '\\' && i + 1 < text_.size()) {
      const char next = text_[i + 1];
      if (next == quote) escaped_quote = true;
      if (IsQuote(next) || next == '\\' || next == '*') ++i;
    }
  }
  const size_t line_end = std::min(text_.find('\n', begin), text_.size());
  at_ = text_.size();
  cut_short_ = true;
  const std::string closing(1, quote);
  reporter_.Error(MakeSpan(begin, line_end), "unterminated-quote", "the quote is not closed",
                  escaped_quote ? "a backslash in front of a quote takes away its meaning: end a "
                                  "path with \\\\" +
                                      closing
                                : "add " + closing);
  return std::nullopt;
}

std::optional<Value> Lexer::ReadRegex() {
  const size_t begin = at_;
  Value value;
  value.kind = Value::Kind::kRegex;
  size_t i = begin + 1;
  for (; i < text_.size() && text_[i] != '/'; ++i) {
    if (text_[i] == '\\' && i + 1 < text_.size()) {
      if (text_[i + 1] != '/') value.pattern += '\\';
      ++i;
    }
    value.pattern += text_[i];
  }
  if (i >= text_.size()) {
    const size_t line_end = std::min(text_.find('\n', begin), text_.size());
    at_ = text_.size();
    cut_short_ = true;
    reporter_.Error(MakeSpan(begin, line_end), "unterminated-regex",
                    "the regular expression is not closed",
                    "add '/', or quote a path that begins with '/'");
    return std::nullopt;
  }
  ++i;
  if (Lower(CharAt(i)) == 'i') {
    value.ignore_case = true;
    ++i;
  }
  at_ = i;
  value.span = MakeSpan(begin, at_);
  if (at_end() || IsBlank(peek()) || IsBracket(peek())) return value;
  while (!at_end() && !IsBlank(peek()) && !IsBracket(peek())) ++at_;
  reporter_.Error(MakeSpan(begin, at_), "regex-flags",
                  "a regular expression ends with '/' or '/i', here text follows it",
                  "quote a path that begins with '/'");
  return std::nullopt;
}

Lexer::Word Lexer::ScanWord(size_t at, bool in_brackets) const {
  size_t round = 0, square = 0;
  for (; at < text_.size() && !IsBlank(text_[at]); ++at) {
    const char c = text_[at];
    const bool outside = round == 0 && square == 0;
    if (c == ')' && round == 0) break;
    if (c == ']' && square == 0) break;
    if (in_brackets && outside && (c == ',' || (c == '.' && CharAt(at + 1) == '.'))) break;
    if (c == '(') ++round;
    if (c == ')') --round;
    if (c == '[') ++square;
    if (c == ']') --square;
  }
  return Word{at, round == 0 && square == 0};
}

// Whether the word at `at` looks like `token:`. A drive ("C:\x"), an address ("fe80::1",
// "https://x") does not.
bool Lexer::LooksLikeToken(size_t at, size_t end) const {
  const size_t begin = at;
  while (CharAt(at) == '(' || CharAt(at) == '[') ++at;
  if (!IsLetter(CharAt(at))) return false;
  const size_t colon = AfterName(at);
  if (CharAt(colon) != ':') return false;
  const char next = CharAt(colon + 1);
  if (next == ':' || next == '\\' || (next == '/' && CharAt(colon + 2) == '/')) return false;
  const std::string_view word = text_.substr(begin, end - begin);
  return !IpAddress::Parse(word) && !IpRange::ParseCidr(word);
}

// Whether a known token with a comparison or null test begins here: a value does not go on over it.
bool Lexer::IsTokenWithOperator(size_t at) const {
  while (CharAt(at) == '(' || CharAt(at) == '[') ++at;
  const size_t end = AfterName(at);
  if (end == at) return false;
  size_t next = AfterBlanks(end);
  if (IsWordAt(next, "not")) next = AfterBlanks(next + 3);
  const bool has_operator = IsOperatorChar(CharAt(next)) || IsWordAt(next, "is");
  return has_operator && is_token_(text_.substr(at, end - at));
}

bool Lexer::EndsBareValue(size_t at, bool in_brackets, bool first) const {
  const char c = CharAt(at);
  if (at >= text_.size() || c == ')' || c == ']') return true;
  if (in_brackets && (c == ',' || (c == '.' && CharAt(at + 1) == '.'))) return true;
  if (OperatorWordAt(at) || (!first && IsQuote(c))) return true;
  const Word word = ScanWord(at, in_brackets);
  const std::string_view written = text_.substr(at, word.end - at);
  if (written == "&&" || written == "||") return true;  // meant as `and` and `or`
  if (!first && c == '(' && !word.balanced) return true;
  return LooksLikeToken(at, word.end) || IsTokenWithOperator(at);
}

std::optional<Scalar> Lexer::ReadBare(bool in_brackets) {
  const size_t begin = at_;
  size_t end = at_;
  std::string words;
  while (!EndsBareValue(at_, in_brackets, end == begin)) {
    const Word word = ScanWord(at_, in_brackets);
    if (!word.balanced) {
      reporter_.Error(MakeSpan(at_, word.end), "bare-bracket",
                      "a bracket in a bare word is closed within the word", "quote the value");
      SkipJunk();
      return std::nullopt;
    }
    // Blanks between words, line ends too, are one blank.
    if (!words.empty()) words += ' ';
    words += text_.substr(at_, word.end - at_);
    end = word.end;
    at_ = AfterBlanks(end);
  }
  if (words.empty()) return std::nullopt;
  at_ = end;
  return MakeScalar(words, Scalar::Form::kBare, MakeSpan(begin, end));
}

std::optional<Value> Lexer::ReadBrackets() {
  const size_t open = at_++;
  const char opener = text_[open];
  Value value;
  value.kind = Value::Kind::kList;
  SkipBlanks();
  if (peek() == ']' || peek() == ')') {
    ++at_;
    reporter_.Error(MakeSpan(open, at_), "empty-list", "the brackets are empty",
                    "write at least one value, or 'is null'");
    return std::nullopt;
  }
  const std::optional<Scalar> first = ReadElement();
  if (first) value.scalars.push_back(*first);
  SkipBlanks();
  const bool range = peek() == '.' && CharAt(at_ + 1) == '.';
  const bool complete = range ? ReadRangeEnd(value, open) : ReadElements(value, open);
  if (!complete || !first) return std::nullopt;
  value.span = MakeSpan(open, at_);
  if (!range && opener == '(') {
    reporter_.Error(value.span, "list-in-parentheses",
                    "'(' begins a range or, behind an object token, a group",
                    "a list stands in '[' and ']', a range has '..'");
    return std::nullopt;
  }
  value.low_inclusive = opener == '[';
  value.high_inclusive = text_[at_ - 1] == ']';
  return value;
}

std::optional<Scalar> Lexer::ReadElement() {
  SkipBlanks();
  if (IsQuote(peek())) return ReadQuoted();
  const size_t begin = at_;
  std::optional<Scalar> scalar = ReadBare(/*in_brackets=*/true);
  if (!scalar) {
    // What else stands here is reported as no separator.
    const bool nothing = peek() == ',' || peek() == ']' || peek() == ')' || peek() == '.';
    if (at_ == begin && nothing) {
      reporter_.Error(PeekPiece(), "missing-value", "missing value in the brackets");
    }
  } else if (text_[begin] == '/') {
    reporter_.Error(scalar->span, "regex-in-list",
                    "a regular expression cannot stand in a list or range",
                    "join clauses with 'or'; quote a path that begins with '/'");
    return std::nullopt;
  }
  return scalar;
}

// The rest of a list behind its first element.
bool Lexer::ReadElements(Value& value, size_t open) {
  bool complete = true;
  while (true) {
    SkipBlanks();
    const char c = peek();
    if (c == ']' || c == ')') {
      ++at_;
      if (c == (text_[open] == '[' ? ']' : ')')) return complete;
      reporter_.Error(MakeSpan(at_ - 1, at_), "unbalanced-bracket",
                      "a list in '[' is closed by ']'");
      return false;
    }
    if (c != ',') break;
    ++at_;
    std::optional<Scalar> element = ReadElement();
    complete = complete && element.has_value();
    if (element) value.scalars.push_back(std::move(*element));
  }
  if (at_end()) {
    reporter_.Error(MakeSpan(open, open + 1), "unbalanced-bracket",
                    "'" + std::string(1, text_[open]) + "' is not closed");
  } else {
    reporter_.Error(PeekPiece(), "list-separator",
                    "expected ',' or ']' in the list, found " + Quoted(Slice(PeekPiece())),
                    "close the list, or quote values that have operators in them");
    SkipToClosingBracket();
  }
  return false;
}

bool Lexer::ReadRangeEnd(Value& value, size_t open) {
  value.kind = Value::Kind::kRange;
  at_ += CharAt(at_ + 2) == '.' ? 3 : 2;
  std::optional<Scalar> high = ReadElement();
  const bool complete = high.has_value();
  if (high) value.scalars.push_back(std::move(*high));
  SkipBlanks();
  if (peek() == ']' || peek() == ')') {
    ++at_;
    return complete;
  }
  if (at_end()) {
    reporter_.Error(MakeSpan(open, open + 1), "unbalanced-bracket",
                    "'" + std::string(1, text_[open]) + "' is not closed");
  } else {
    reporter_.Error(
        PeekPiece(), "list-separator",
        "expected ']' or ')' at the end of the range, found " + Quoted(Slice(PeekPiece())),
        "a range has two ends");
    SkipToClosingBracket();
  }
  return false;
}

// To behind the closing bracket if it seems to belong to the brackets that the cursor is in.
void Lexer::SkipToClosingBracket() {
  for (size_t at = at_; at < text_.size(); ++at) {
    const char c = text_[at];
    if (c == ':' || c == '<' || c == '>' || c == '=' || c == '~') return;
    if (c != ']' && c != ')') continue;
    at_ = at + 1;
    return;
  }
}

void Lexer::SkipJunk() {
  size_t depth = 0;
  bool word_begin = true;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (depth == 0 && (c == ')' || c == ']')) return;
    if (depth == 0 && word_begin && OperatorWordAt(at_)) return;
    word_begin = IsBlank(c) || IsBracket(c);
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (IsQuote(c)) {
      const size_t closing = text_.find(c, at_ + 1);
      if (closing != std::string_view::npos) at_ = closing;
    }
  }
}

}  // namespace riposte::qql
