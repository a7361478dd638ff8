#include "rules/qql/parse.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/unicode.h"
#include "rules/qql/check.h"
#include "rules/qql/lexer.h"
#include "rules/qql/report.h"
#include "rules/text/suggest.h"

namespace riposte::qql {
namespace {

using query::NodeId;
using schema::FieldId;
using schema::FieldType;
using text::Span;

constexpr size_t kMostNested = 1000;

// Brackets that are open, or the whole query. Operands gather here until the bracket closes: the
// parser has no recursion, nesting costs memory alone.
struct Level {
  Span begin;                             // the bracket, for a group from its token on
  FieldId object = schema::kNoField;      // innermost object whose group this is or stands in
  FieldId group = schema::kNoField;       // this bracket is a group over it
  bool quiet = false;                     // over something unknown: names and types are not checked
  bool negated = false;                   // by `not` in front
  bool present_and_not = false;           // by `!=`
  std::vector<NodeId> alternatives = {};  // of an `or`
  std::vector<NodeId> conjuncts = {};     // of the `and` under way
};

// What stood in front of where a clause is expected.
enum class Before : uint8_t { kStart, kWord, kBracket };

class Parser {
 public:
  Parser(const text::Fragment& query, const schema::Catalogue& catalogue,
         text::Diagnostics& diagnostics)
      : catalogue_(catalogue),
        reporter_(query, diagnostics),
        lexer_(query.text(), reporter_,
               [this](std::string_view name) { return Find(name) != schema::kNoField; }),
        checker_(catalogue, expression_, reporter_) {}

  std::optional<query::Expression> Run();

 private:
  bool Operand();
  bool Between();
  void Clause();
  bool ClauseBehind(Span name);
  bool NullTest(Span name);
  void ReportNoOperator(Span name);
  void ReportNoClause(std::string message);
  void OpenBracket();
  void OpenGroup(Span name, FieldId field, const Lexer::OperatorRead& op);
  void Open(Level level);
  void CloseBracket();
  std::optional<NodeId> Finish(Level& level, uint32_t end);
  void AddOperand(NodeId node);
  bool CheckDepth(Span span, const Lexer::OperatorRead& op, const Value& value);

  FieldId Find(std::string_view name) const;
  FieldId Resolve(Span name);
  void ReportUnknown(Span name);
  Level& level() { return levels_.back(); }
  const Level& level() const { return levels_.back(); }

  const schema::Catalogue& catalogue_;
  Reporter reporter_;
  Lexer lexer_;
  query::Expression expression_;
  Checker checker_;
  std::vector<Level> levels_{Level{}};
  bool expects_operand_ = true;
  bool negated_ = false;  // an odd number of `not` since the last operand
  Before before_ = Before::kStart;
  Span before_span_;
  bool value_missing_ = false;  // of the last clause, or it was in error
  bool stopped_ = false;        // too deep to go on
};

std::optional<query::Expression> Parser::Run() {
  bool more = true;
  while (more && !reporter_.gave_up() && !stopped_) {
    lexer_.SkipBlanks();
    more = expects_operand_ ? Operand() : Between();
  }
  if (!reporter_.gave_up() && !stopped_ && !lexer_.cut_short()) {
    for (size_t i = levels_.size(); i-- > 1;) {
      reporter_.Error(levels_[i].begin, "unbalanced-bracket", "'(' is not closed", "add ')'");
    }
  }
  if (reporter_.failed()) return std::nullopt;
  const std::optional<NodeId> root = Finish(level(), lexer_.position());
  RIPOSTE_CHECK(root.has_value(), "a query without errors has a clause");
  expression_.SetRoot(*root);
  return std::move(expression_);
}

// Where a clause, a bracket or `not` is expected. False at the end.
bool Parser::Operand() {
  if (lexer_.at_end()) {
    if (!lexer_.cut_short()) ReportNoClause("the query ends where a clause is expected");
    return false;
  }
  if (const std::optional<OperatorWord> word = lexer_.PeekOperatorWord()) {
    const Span span = lexer_.ReadOperatorWord();
    if (word == OperatorWord::kNot) {
      negated_ = !negated_;
    } else {
      reporter_.Error(span, "missing-clause",
                      "expected a clause in front of " + Quoted(lexer_.Slice(span)));
    }
    before_ = Before::kWord;
    before_span_ = span;
    return true;
  }
  switch (lexer_.peek()) {
    case '(':
      OpenBracket();
      return true;
    case ')':
    case ']':
      ReportNoClause(before_ == Before::kBracket ? "the brackets are empty"
                                                 : "the bracket ends where a clause is expected");
      expects_operand_ = false;
      return true;
    default:
      Clause();
      return true;
  }
}

void Parser::ReportNoClause(std::string message) {
  if (before_ == Before::kStart) {
    reporter_.Error(lexer_.PeekPiece(), "missing-clause", std::move(message));
  } else if (before_ == Before::kBracket) {
    const Span end = lexer_.PeekPiece();
    reporter_.Error(Span{before_span_.begin, end.end}, "missing-clause", std::move(message),
                    "put a clause in them");
  } else {
    reporter_.Error(before_span_, "missing-clause", std::move(message),
                    "a clause follows " + Quoted(lexer_.Slice(before_span_)));
  }
  negated_ = false;
}

// Where `and`, `or` or a closing bracket is expected. False at the end.
bool Parser::Between() {
  if (lexer_.at_end()) return false;
  const char c = lexer_.peek();
  if (c == ')') {
    CloseBracket();
    return true;
  }
  if (c == ']') {
    reporter_.Error(lexer_.PeekPiece(), "unbalanced-bracket", "']' closes nothing", "remove it");
    lexer_.Advance(1);
    return true;
  }
  const std::optional<OperatorWord> word = lexer_.PeekOperatorWord();
  if (word == OperatorWord::kAnd || word == OperatorWord::kOr) {
    before_span_ = lexer_.ReadOperatorWord();
    before_ = Before::kWord;
    expects_operand_ = true;
    if (word == OperatorWord::kOr && !level().conjuncts.empty()) {
      level().alternatives.push_back(
          expression_.AddAnd(std::exchange(level().conjuncts, {}), before_span_));
    }
    return true;
  }
  const Span piece = lexer_.PeekPiece();
  const std::string_view written = lexer_.Slice(piece);
  std::string hint = "quote a value that has such words or signs in it";
  if (written.starts_with('&')) hint = "write 'and'";
  if (written.starts_with('|')) hint = "write 'or'";
  // A clause behind an operator without a value was said to miss that value.
  const bool reported = std::exchange(value_missing_, false) && lexer_.AtClause();
  if (!reported)
    reporter_.Error(piece, "missing-operator", "missing 'and' or 'or' before " + Quoted(written),
                    std::move(hint));
  if (written == "&&" || written == "||") lexer_.Advance(written.size());
  lexer_.SkipBlanks();
  if (lexer_.AtClause()) {
    expects_operand_ = true;
    before_ = Before::kWord;
    before_span_ = piece;
  } else {
    lexer_.SkipJunk();
  }
  return true;
}

void Parser::OpenBracket() {
  const Span span{lexer_.position(), lexer_.position() + 1};
  lexer_.Advance(1);
  Open(Level{.begin = span, .object = level().object, .quiet = level().quiet});
}

void Parser::Open(Level opened) {
  before_ = Before::kBracket;
  before_span_ = opened.begin;
  opened.negated = std::exchange(negated_, false);
  levels_.push_back(std::move(opened));
  if (levels_.size() - 1 <= kMostNested) return;
  reporter_.Error(before_span_, "too-deep", "the query nests deeper than 1,000 levels");
  stopped_ = true;
}

void Parser::CloseBracket() {
  if (levels_.size() == 1) {
    reporter_.Error(lexer_.PeekPiece(), "unbalanced-bracket", "')' closes nothing", "remove it");
    lexer_.Advance(1);
    return;
  }
  lexer_.Advance(1);
  Level closed = std::move(levels_.back());
  levels_.pop_back();
  const std::optional<NodeId> node = Finish(closed, lexer_.position());
  negated_ = closed.negated;
  if (node) AddOperand(*node);
  negated_ = false;
  expects_operand_ = false;
}

// The node of all that a level holds; empty if that was in error.
std::optional<NodeId> Parser::Finish(Level& finished, uint32_t end) {
  const Span span{finished.begin.begin, end};
  if (!finished.conjuncts.empty()) {
    finished.alternatives.push_back(expression_.AddAnd(std::move(finished.conjuncts), span));
  }
  if (finished.alternatives.empty()) return std::nullopt;
  NodeId node = expression_.AddOr(std::move(finished.alternatives), span);
  if (finished.group != schema::kNoField) node = expression_.AddGroup(finished.group, node, span);
  if (finished.present_and_not) node = checker_.PresentAndNot(finished.group, node, span);
  return node;
}

void Parser::AddOperand(NodeId node) {
  const Span span = expression_.node(node).span;
  level().conjuncts.push_back(negated_ ? expression_.AddNot(node, span) : node);
}

void Parser::Clause() {
  const Span name = lexer_.ReadName();
  if (name.begin == name.end) {
    const Span piece = lexer_.PeekPiece();
    reporter_.Error(
        piece, "missing-token", "expected a token, found " + Quoted(lexer_.Slice(piece)),
        lexer_.peek() == '!' ? "write 'not'" : "a value follows its token: 'token: value'");
    if (lexer_.peek() == '!') {
      lexer_.Advance(1);
      return;
    }
    lexer_.SkipJunk();
  } else {
    lexer_.SkipBlanks();
    if (ClauseBehind(name)) return;
  }
  negated_ = false;
  expects_operand_ = false;
}

// What follows a name. Returns whether that was a group's bracket: its first clause comes next.
bool Parser::ClauseBehind(Span name) {
  if (NullTest(name)) return false;
  if (lexer_.peek() == '(' && Find(lexer_.Slice(name)) != schema::kNoField && lexer_.AtGroup()) {
    reporter_.Error(name, "missing-colon", "missing ':' between the token and its group",
                    "write " + std::string(lexer_.Slice(name)) + ": ( ... )");
    OpenGroup(name, Resolve(name), {Operator::kIs, name});
    return true;
  }
  const std::optional<Lexer::OperatorRead> op = lexer_.ReadOperator();
  if (!op) {
    ReportNoOperator(name);
    return false;
  }
  const FieldId field = Resolve(name);
  lexer_.SkipBlanks();
  const bool may_be_group = op->op == Operator::kIs || op->op == Operator::kIsNot;
  const bool is_object =
      field != schema::kNoField && catalogue_.token(field).type == FieldType::kObject;
  if (lexer_.peek() == '(' && may_be_group && (is_object || lexer_.AtGroup())) {
    OpenGroup(name, field, *op);
    return true;
  }
  const std::optional<Value> value = lexer_.ReadValue(*op);
  value_missing_ = !value;
  if (!value || field == schema::kNoField) return false;
  const Span whole{name.begin, value->span.end};
  if (!CheckDepth(whole, *op, *value)) return false;
  const ClauseText clause{.field = field, .name = name, .op = *op, .whole = whole};
  if (const std::optional<NodeId> node = checker_.Clause(clause, *value)) AddOperand(*node);
  return false;
}

// A list and a `!=` become a level of their own.
bool Parser::CheckDepth(Span span, const Lexer::OperatorRead& op, const Value& value) {
  size_t depth = levels_.size() - 1;
  if (value.kind == Value::Kind::kList) ++depth;
  if (op.op == Operator::kIsNot) ++depth;
  if (depth <= kMostNested) return true;
  reporter_.Error(span, "too-deep", "the query nests deeper than 1,000 levels");
  return false;
}

// `[not] is [not] null` behind a name, if it is that.
bool Parser::NullTest(Span name) {
  const Span begin = lexer_.PeekPiece();
  bool negated = lexer_.AtNotIs() && lexer_.TakeWord("not");
  if (!lexer_.TakeWord("is")) return false;
  if (lexer_.TakeWord("not")) negated = !negated;
  const Span last = lexer_.PeekPiece();
  const FieldId field = Resolve(name);
  if (!lexer_.TakeWord("null")) {
    reporter_.Error(Span{begin.begin, last.end}, "null-test", "expected 'null' behind 'is'",
                    "write 'is null' or 'is not null'; a value follows ':'");
    lexer_.SkipJunk();
    return true;
  }
  if (field == schema::kNoField) return true;
  const Span span{name.begin, last.end};
  const NodeId null = expression_.AddClause(field, query::IsNull{}, span);
  AddOperand(negated ? expression_.AddNot(null, span) : null);
  return true;
}

void Parser::ReportNoOperator(Span name) {
  const std::string written(lexer_.Slice(name).substr(0, 60));
  const bool known = Find(lexer_.Slice(name)) != schema::kNoField;
  std::string hint = known ? "write '" + written + ": value' or '" + written + " is not null'"
                           : "a value follows its token: 'token: " + written + "'";
  if (lexer_.TakeWord("in")) hint = "write '" + written + ": [a, b]'";
  reporter_.Error(name, "missing-comparison",
                  "expected ':' or another operator behind " + Quoted(lexer_.Slice(name)),
                  std::move(hint));
  lexer_.SkipJunk();
}

void Parser::OpenGroup(Span name, FieldId field, const Lexer::OperatorRead& op) {
  Level group{.begin = {name.begin, lexer_.position() + 1}};
  lexer_.Advance(1);
  const bool known = field != schema::kNoField;
  if (known && catalogue_.token(field).type == FieldType::kObject) {
    group.object = field;
    group.group = field;
    group.present_and_not = op.op == Operator::kIsNot;
  } else {
    if (known) {
      const schema::Token& token = catalogue_.token(field);
      reporter_.Error(name, "group-without-object",
                      "only an object token has a group; " + Quoted(token.name) + " is of type " +
                          std::string(schema::FieldTypeName(token.type)),
                      "a list stands in '[' and ']', a range has '..'");
    }
    group.quiet = true;
  }
  group.quiet = group.quiet || level().quiet;
  Open(std::move(group));
}

// The token of a name: inside a group first as one of the object's, then as a full name.
FieldId Parser::Find(std::string_view name) const {
  if (name.size() > 1000) return schema::kNoField;
  if (level().object != schema::kNoField) {
    const std::string relative = catalogue_.token(level().object).name + "." + std::string(name);
    if (const FieldId found = catalogue_.Find(relative); found != schema::kNoField) return found;
  }
  return catalogue_.Find(name);
}

// As Find(), with a report of what is wrong with the name.
FieldId Parser::Resolve(Span name) {
  if (level().quiet) return schema::kNoField;
  const FieldId field = Find(lexer_.Slice(name));
  if (field == schema::kNoField) {
    ReportUnknown(name);
    return field;
  }
  if (level().object == schema::kNoField) return field;
  const schema::Token& token = catalogue_.token(field);
  for (const FieldId group : token.groups) {
    if (group == level().object) return field;
  }
  reporter_.Error(
      name, "outside-group",
      Quoted(token.name) + " is not part of " + Quoted(catalogue_.token(level().object).name),
      "put its clause outside the group's brackets");
  return schema::kNoField;
}

void Parser::ReportUnknown(Span name) {
  constexpr size_t kLongestName = 200;
  const std::string_view written = lexer_.Slice(name);
  std::string hint;
  if (written.size() <= kLongestName) {
    std::vector<std::string_view> names;
    for (const schema::Token& token : catalogue_.tokens()) names.push_back(token.name);
    if (level().object != schema::kNoField) {
      const size_t prefix = catalogue_.token(level().object).name.size() + 1;
      for (const schema::Token& token : catalogue_.tokens()) {
        for (const FieldId group : token.groups) {
          if (group == level().object) names.push_back(std::string_view(token.name).substr(prefix));
        }
      }
    }
    hint = text::DidYouMean(written, names);
  }
  if (hint.empty()) hint = "'riposte fields' lists the tokens";
  reporter_.Error(name, "unknown-token", "unknown token " + Quoted(written), std::move(hint));
}

}  // namespace

std::optional<query::Expression> Parse(const text::Fragment& query,
                                       const schema::Catalogue& catalogue,
                                       text::Diagnostics& diagnostics) {
  const std::string_view text = query.text();
  Reporter reporter(query, diagnostics);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    reporter.Error(Span{0, static_cast<uint32_t>(text.size())}, "query-empty", "the query is empty",
                   "write at least one clause: 'token: value'");
    return std::nullopt;
  }
  if (!unicode::IsValidUtf8(text)) {
    reporter.Error(Span{0, static_cast<uint32_t>(text.size())}, "invalid-utf8",
                   "the query is not valid UTF-8");
    return std::nullopt;
  }
  return Parser(query, catalogue, diagnostics).Run();
}

}  // namespace riposte::qql
