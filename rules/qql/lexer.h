// Reads the pieces of a query. What a piece may be depends on where it stands (bare words are
// values behind an operator, names before one), so the parser asks for what it expects.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rules/qql/report.h"
#include "rules/qql/value.h"
#include "rules/text/source.h"

namespace riposte::qql {

enum class OperatorWord : uint8_t { kAnd, kOr, kNot };

// A cursor over the text. Each Read reports what is wrong with its piece, and always moves on.
class Lexer {
 public:
  using IsToken = std::function<bool(std::string_view)>;

  // `is_token` says whether a name is one of a token, where the cursor stands.
  Lexer(std::string_view text, Reporter& reporter, IsToken is_token)
      : text_(text), reporter_(reporter), is_token_(std::move(is_token)) {}

  void SkipBlanks();
  bool at_end() const { return at_ >= text_.size(); }
  // 0 at the end.
  char peek() const { return CharAt(at_); }
  uint32_t position() const { return static_cast<uint32_t>(at_); }
  void Advance(size_t bytes) { at_ += bytes; }
  std::string_view Slice(text::Span span) const {
    return text_.substr(span.begin, span.end - span.begin);
  }
  // One character or word, for messages about what stands where something else should.
  text::Span PeekPiece() const;

  // The word `and`, `or` or `not` at the cursor; ReadOperatorWord also passes it.
  std::optional<OperatorWord> PeekOperatorWord() const { return OperatorWordAt(at_); }
  text::Span ReadOperatorWord();

  // What can be a name: empty if the character at the cursor cannot be in one.
  text::Span ReadName();
  // Whether `word` (lower case) is at the cursor, as a whole word; passes it and blanks behind it.
  bool TakeWord(std::string_view word);
  // Whether `not is` is at the cursor.
  bool AtNotIs() const { return IsWordAt(at_, "not") && IsWordAt(AfterBlanks(at_ + 3), "is"); }
  // Whether a clause, a bracket or a `not` begins at the cursor.
  bool AtClause() const;
  // Whether the '(' at the cursor has a clause in it.
  bool AtGroup() const;

  struct OperatorRead {
    Operator op;
    text::Span span;
  };
  // Empty, and nothing reported, if there is no operator at the cursor. A misspelt one is reported.
  std::optional<OperatorRead> ReadOperator();
  // The value behind an operator. Empty if it was reported.
  std::optional<Value> ReadValue(const OperatorRead& op);

  // Whether a quote or regular expression was not closed, so that all behind it was taken for its
  // text: what seems to be missing there is no error of its own.
  bool cut_short() const { return cut_short_; }

  // Passes what cannot be understood: up to an operator word or a closing bracket, brackets and
  // quotes in it as wholes.
  void SkipJunk();

 private:
  char CharAt(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  size_t AfterBlanks(size_t at) const;
  size_t AfterName(size_t at) const;
  bool IsWordAt(size_t at, std::string_view word) const;
  std::optional<OperatorWord> OperatorWordAt(size_t at) const;
  bool LooksLikeToken(size_t at, size_t end) const;
  bool IsTokenWithOperator(size_t at) const;
  struct Word {
    size_t end;
    bool balanced;  // each bracket that opens in it closes in it
  };
  Word ScanWord(size_t at, bool in_brackets) const;
  bool EndsBareValue(size_t at, bool in_brackets, bool first) const;

  std::optional<Scalar> ReadQuoted();
  std::optional<Scalar> ReadBare(bool in_brackets);
  std::optional<Value> ReadRegex();
  std::optional<Value> ReadBrackets();
  std::optional<Scalar> ReadElement();
  bool ReadElements(Value& value, size_t open);
  bool ReadRangeEnd(Value& value, size_t open);
  void SkipToClosingBracket();

  std::string_view text_;
  Reporter& reporter_;
  IsToken is_token_;
  size_t at_ = 0;
  bool cut_short_ = false;
};

}  // namespace riposte::qql
