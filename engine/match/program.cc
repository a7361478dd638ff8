#include "engine/match/program.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/find.h"
#include "rules/query/text_match.h"

namespace riposte::match {
namespace {

// Whether `value` lies in the interval, its ends made comparable by `resolve`.
template <typename Ends, typename T, typename Resolve>
bool Lies(const query::Interval<Ends>& interval, const T& value, const Resolve& resolve) {
  if (interval.low) {
    const T low = resolve(*interval.low);
    if (value < low || (value == low && !interval.low_inclusive)) return false;
  }
  if (interval.high) {
    const T high = resolve(*interval.high);
    if (value > high || (value == high && !interval.high_inclusive)) return false;
  }
  return true;
}

struct Same {
  template <typename T>
  const T& operator()(const T& value) const {
    return value;
  }
};

}  // namespace

// Writes the codes of clauses, one overload a predicate.
struct Program::Writer {
  Program& program;
  const AnchorChoice& choice;
  TermId id;
  const Term& term;
  Code& code;

  double operator()(const query::Equals& equals) const {
    SetText(Op::kEquals, equals.text, equals.cased);
    return 1;
  }
  double operator()(const query::Contains& contains) const {
    SetText(Op::kContains, contains.text, contains.cased);
    return 4;
  }
  double operator()(const query::Wildcard& wildcard) const {
    const std::vector<std::string>& parts = wildcard.parts;
    const bool is_one_star = parts.size() == 2 && wildcard.gaps.empty();
    if (is_one_star && parts.front().empty()) {
      SetText(Op::kEndsWith, parts.back(), wildcard.cased);
      return 1;
    }
    if (is_one_star && parts.back().empty()) {
      SetText(Op::kStartsWith, parts.front(), wildcard.cased);
      return 1;
    }
    SetPredicate(Op::kWildcard);
    return 6;
  }
  double operator()(const query::Phrase&) const {
    SetPredicate(Op::kPhrase);
    return 16;
  }
  double operator()(const query::Matches& matches) const {
    Result<Regex> regex = Regex::Compile(matches.pattern, {.ignore_case = matches.ignore_case});
    RIPOSTE_CHECK(regex.ok(), "the query was checked, its pattern compiles");
    code.op = Op::kRegex;
    code.begin = static_cast<uint32_t>(program.patterns_.size());
    Pattern pattern{.regex = std::move(regex).value(), .literals = {}};
    for (const Anchor* anchor : choice.Collect(id))
      if (anchor->kind == Anchor::Kind::kLiteral) pattern.literals.push_back(anchor->text);
    program.patterns_.push_back(std::move(pattern));
    return 32;
  }
  double operator()(const query::NumberIn&) const {
    SetPredicate(Op::kNumber);
    return 1;
  }
  double operator()(const query::IpIn&) const {
    SetPredicate(Op::kIp);
    return 1;
  }
  double operator()(const query::DateIn&) const {
    SetPredicate(Op::kDate);
    return 2;
  }
  double operator()(const query::BoolIs& is) const {
    code.op = Op::kBool;
    code.flag = is.value;
    return 1;
  }
  double operator()(const query::IsNull&) const {
    code.op = Op::kNull;
    return 1;
  }
  template <typename Unknown>
  double operator()(const Unknown&) const {
    code.op = Op::kOther;
    code.begin = static_cast<uint32_t>(program.others_.size());
    program.others_.push_back({.expression = term.expression, .node = term.node});
    return 32;
  }

 private:
  void SetText(Op op, std::string_view text, bool cased) const {
    code.op = op;
    code.flag = cased;
    code.begin = static_cast<uint32_t>(program.texts_.size());
    code.count = static_cast<uint32_t>(text.size());
    program.texts_ += text;
  }
  void SetPredicate(Op op) const {
    code.op = op;
    code.begin = static_cast<uint32_t>(program.predicates_.size());
    program.predicates_.push_back(&term.predicate());
  }
};

Program::Program(const PredicateTable& table, const AnchorChoice& choice) {
  codes_.resize(table.size());
  std::vector<Estimate> estimates(table.size());
  for (TermId id = 0; id < table.size(); ++id) {
    const Term& term = table.term(id);
    codes_[id].field = term.field;
    if (term.kind == query::Node::Kind::kClause) {
      const Writer writer{
          .program = *this, .choice = choice, .id = id, .term = term, .code = codes_[id]};
      estimates[id].cost = std::visit(writer, term.predicate());
      if (choice.Rarity(id) != AnchorChoice::kNone) estimates[id].share = choice.Rarity(id);
    } else {
      AddOperator(term.kind, table.children(id), codes_[id], estimates, estimates[id]);
    }
  }
}

void Program::AddOperator(query::Node::Kind kind, std::span<const TermId> children, Code& code,
                          const std::vector<Estimate>& estimates, Estimate& estimate) {
  code.begin = static_cast<uint32_t>(children_.size());
  code.count = static_cast<uint32_t>(children.size());
  children_.insert(children_.end(), children.begin(), children.end());
  double cost = 0, rarest = 1, any = 0;
  for (const TermId child : children) {
    cost += estimates[child].cost;
    rarest = std::min(rarest, estimates[child].share);
    any += estimates[child].share;
  }
  // First the child that decides most often for what it costs.
  const auto sort_by = [&](const auto& deciding) {
    std::stable_sort(children_.begin() + code.begin, children_.end(), [&](TermId a, TermId b) {
      return estimates[a].cost * deciding(estimates[b].share) <
             estimates[b].cost * deciding(estimates[a].share);
    });
  };
  switch (kind) {
    case query::Node::Kind::kAnd:
      code.op = Op::kAnd;
      estimate = {.cost = cost, .share = rarest};
      return sort_by([](double share) { return 1.01 - share; });
    case query::Node::Kind::kOr:
      code.op = Op::kOr;
      estimate = {.cost = cost, .share = std::min(any, 0.9)};
      return sort_by([](double share) { return 0.01 + share; });
    case query::Node::Kind::kNot:
      code.op = Op::kNot;
      estimate = {.cost = cost, .share = 1 - rarest};
      return;
    case query::Node::Kind::kGroup:
      code.op = Op::kGroup;
      estimate = {.cost = cost * 2, .share = rarest};  // once for each row
      return;
    case query::Node::Kind::kClause:
      break;
  }
  RIPOSTE_CHECK(false, "an operator");
}

struct Program::Run {
  const Program& program;
  const event::Event& event;
  const Context& context;
  Scratch& scratch;

  // What was found out once about the whole event is not asked again.
  Truth Visit(TermId id, event::RowId row) const {
    if (row != event::kRootRow) return Evaluate(id, row);
    if (scratch.truths.Has(id)) return static_cast<Truth>(scratch.truths.Get(id));
    const Truth truth = Evaluate(id, row);
    scratch.truths.Set(id, static_cast<uint32_t>(truth));
    return truth;
  }

  Truth Evaluate(TermId id, event::RowId row) const {
    const Code& code = program.codes_[id];
    switch (code.op) {
      case Op::kAnd:
        return Combine(code, row, Truth::kFalse, Truth::kTrue);
      case Op::kOr:
        return Combine(code, row, Truth::kTrue, Truth::kFalse);
      case Op::kNot:
        return Not(Visit(program.children_[code.begin], row));
      case Op::kGroup:
        return VisitGroup(code, row);
      case Op::kOther: {
        const Other& other = program.others_[code.begin];
        return EvaluateNode(*other.expression, other.node, event, row, context, scratch.regexes);
      }
      case Op::kNull:
        return IsNull(code, row);
      default:
        return VisitClause(code, row);
    }
  }

  // The first child that is `decisive` decides; without one, an unknown child makes it unknown.
  Truth Combine(const Code& code, event::RowId row, Truth decisive, Truth neutral) const {
    Truth truth = neutral;
    for (uint32_t i = 0; i < code.count; ++i) {
      const Truth child = Visit(program.children_[code.begin + i], row);
      if (child == decisive) return decisive;
      if (child == Truth::kUnknown) truth = child;
    }
    return truth;
  }

  Truth VisitGroup(const Code& code, event::RowId row) const {
    Truth truth = Truth::kFalse;
    const std::vector<event::Row>& rows = event.rows();
    for (event::RowId inner = row; inner < rows.size(); ++inner) {
      if (rows[inner].object != code.field || !event.Within(inner, row)) continue;
      const Truth one = Visit(program.children_[code.begin], inner);
      if (one == Truth::kTrue) return one;
      if (one == Truth::kUnknown) truth = one;
    }
    return truth;
  }

  bool IsIn(const event::Value& value, event::RowId row) const {
    return row == event::kRootRow || event.Within(value.row, row);
  }

  Truth IsNull(const Code& code, event::RowId row) const {
    for (const event::Value& value : event.values(code.field))
      if (IsIn(value, row)) return Truth::kFalse;
    return Truth::kTrue;
  }

  Truth VisitClause(const Code& code, event::RowId row) const {
    Truth truth = Truth::kFalse;
    for (const event::Value& value : event.values(code.field)) {
      if (!IsIn(value, row)) continue;
      if (value.undecodable != event::Undecodable::kNone) {
        truth = Truth::kUnknown;
      } else if (Holds(code, value)) {
        return Truth::kTrue;
      }
    }
    return truth;
  }

  bool Holds(const Code& code, const event::Value& value) const {
    const std::string_view text = code.flag ? value.text : value.folded;
    switch (code.op) {
      case Op::kEquals:
        return text == TextOf(code);
      case Op::kContains:
        return HasPart(text, TextOf(code));
      case Op::kStartsWith:
        return text.starts_with(TextOf(code));
      case Op::kEndsWith:
        return text.ends_with(TextOf(code));
      case Op::kWildcard: {
        const auto& wildcard = PredicateOf<query::Wildcard>(code);
        return query::MatchesWildcard(wildcard, wildcard.cased ? value.text : value.folded);
      }
      case Op::kPhrase:
        return query::HasPhrase(PredicateOf<query::Phrase>(code), scratch.words.Words(value));
      case Op::kRegex:
        return Finds(program.patterns_[code.begin], value);
      case Op::kNumber:
        return Lies(PredicateOf<query::NumberIn>(code), value.number, Same{});
      case Op::kIp:
        return Lies(PredicateOf<query::IpIn>(code), value.ip, Same{});
      case Op::kDate:
        return Lies(PredicateOf<query::DateIn>(code), value.date,
                    [&](const query::TimePoint& point) { return point.Resolve(context.now); });
      case Op::kBool:
        return value.boolean == code.flag;
      default:
        RIPOSTE_CHECK(false, "an operation on a value");
    }
  }

  std::string_view TextOf(const Code& code) const {
    return std::string_view(program.texts_).substr(code.begin, code.count);
  }
  template <typename Predicate>
  const Predicate& PredicateOf(const Code& code) const {
    return *std::get_if<Predicate>(program.predicates_[code.begin]);
  }

  static bool Finds(const Pattern& pattern, const event::Value& value) {
    const auto stands_in_value = [&](const std::string& literal) {
      return HasPart(value.folded, literal);
    };
    if (!pattern.literals.empty() && std::ranges::none_of(pattern.literals, stands_in_value))
      return false;
    return pattern.regex.Search(value.text);
  }
};

void Program::Begin(Scratch& scratch) const {
  scratch.truths.Begin(codes_.size());
  scratch.words.Clear();
}

bool Program::IsTrue(TermId term, const event::Event& event, const Context& context,
                     Scratch& scratch) const {
  const Run run{.program = *this, .event = event, .context = context, .scratch = scratch};
  return run.Visit(term, event::kRootRow) == Truth::kTrue;
}

}  // namespace riposte::match
