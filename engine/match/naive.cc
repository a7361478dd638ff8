#include "engine/match/naive.h"

#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <variant>

#include "base/unicode.h"
#include "rules/query/text_match.h"

namespace riposte::match {
namespace {

using query::Expression;
using query::NodeId;

Truth FromBool(bool holds) { return holds ? Truth::kTrue : Truth::kFalse; }

template <typename T>
bool InInterval(const std::optional<T>& low, bool low_inclusive, const std::optional<T>& high,
                bool high_inclusive, const T& value) {
  if (low && (low_inclusive ? value < *low : value <= *low)) return false;
  if (high && (high_inclusive ? value > *high : value >= *high)) return false;
  return true;
}

std::optional<Time> Resolve(const std::optional<query::TimePoint>& point, Time now) {
  if (!point) return std::nullopt;
  return point->Resolve(now);
}

// One overload a predicate: whether a value that could be decoded satisfies it.
struct Holds {
  const event::Value& value;
  const Context& context;
  RegexCache& regexes;

  std::string_view Text(bool cased) const { return cased ? value.text : value.folded; }

  bool operator()(const query::Phrase& phrase) const {
    std::vector<std::string_view> words;
    unicode::Words(value.folded, words);
    return query::HasPhrase(phrase, words);
  }
  bool operator()(const query::Equals& equals) const { return Text(equals.cased) == equals.text; }
  bool operator()(const query::Wildcard& wildcard) const {
    return query::MatchesWildcard(wildcard, Text(wildcard.cased));
  }
  bool operator()(const query::Contains& contains) const {
    return Text(contains.cased).find(contains.text) != std::string_view::npos;
  }
  bool operator()(const query::Matches& matches) const {
    return regexes.Get(matches).Search(value.text);
  }
  bool operator()(const query::NumberIn& in) const {
    return InInterval(in.low, in.low_inclusive, in.high, in.high_inclusive, value.number);
  }
  bool operator()(const query::IpIn& in) const {
    return InInterval(in.low, in.low_inclusive, in.high, in.high_inclusive, value.ip);
  }
  bool operator()(const query::DateIn& in) const {
    return InInterval(Resolve(in.low, context.now), in.low_inclusive, Resolve(in.high, context.now),
                      in.high_inclusive, value.date);
  }
  bool operator()(const query::BoolIs& is) const { return value.boolean == is.value; }
  bool operator()(const query::OtherField&) const { return false; }  // asks for more than a value
  bool operator()(const query::IsNull&) const { return false; }      // there is a value
};

class TreeWalk {
 public:
  TreeWalk(const Expression& expression, const event::Event& event, const Context& context,
           RegexCache& regexes)
      : expression_(expression), event_(event), context_(context), regexes_(regexes) {}

  Truth Visit(NodeId id, event::RowId row) const {
    const query::Node& node = expression_.node(id);
    switch (node.kind) {
      case query::Node::Kind::kAnd: {
        Truth truth = Truth::kTrue;
        for (const NodeId child : node.children) truth = And(truth, Visit(child, row));
        return truth;
      }
      case query::Node::Kind::kOr: {
        Truth truth = Truth::kFalse;
        for (const NodeId child : node.children) truth = Or(truth, Visit(child, row));
        return truth;
      }
      case query::Node::Kind::kNot:
        return Not(Visit(node.children.front(), row));
      case query::Node::Kind::kClause:
        return VisitClause(node, row);
      case query::Node::Kind::kGroup:
        return VisitGroup(node, row);
    }
    RIPOSTE_CHECK(false, "a node of an unknown kind");
  }

 private:
  Truth VisitClause(const query::Node& node, event::RowId row) const {
    if (const query::OtherField* other = std::get_if<query::OtherField>(&node.predicate))
      return VisitOtherField(node.field, *other, row);
    Truth truth = Truth::kFalse;
    bool present = false;
    for (const event::Value& value : event_.values(node.field)) {
      if (!event_.Within(value.row, row)) continue;
      present = true;
      truth = Or(truth, EvaluatePredicate(node.predicate, value, context_, regexes_));
    }
    if (std::holds_alternative<query::IsNull>(node.predicate)) return FromBool(!present);
    return truth;
  }

  // Any value of the one field with any of the other.
  Truth VisitOtherField(schema::FieldId field, const query::OtherField& other,
                        event::RowId row) const {
    Truth truth = Truth::kFalse;
    for (const event::Value& value : event_.values(field)) {
      if (event_.Within(value.row, row)) truth = Or(truth, EvaluateOther(other, value, event_));
    }
    return truth;
  }

  Truth VisitGroup(const query::Node& node, event::RowId row) const {
    Truth truth = Truth::kFalse;
    const std::vector<event::Row>& rows = event_.rows();
    for (event::RowId inner = 0; inner < rows.size(); ++inner)
      if (rows[inner].object == node.field && event_.Within(inner, row))
        truth = Or(truth, Visit(node.children.front(), inner));
    return truth;
  }

  const Expression& expression_;
  const event::Event& event_;
  const Context& context_;
  RegexCache& regexes_;
};

}  // namespace

Truth And(Truth a, Truth b) {
  if (a == Truth::kFalse || b == Truth::kFalse) return Truth::kFalse;
  return a == Truth::kTrue && b == Truth::kTrue ? Truth::kTrue : Truth::kUnknown;
}

Truth Or(Truth a, Truth b) {
  if (a == Truth::kTrue || b == Truth::kTrue) return Truth::kTrue;
  return a == Truth::kFalse && b == Truth::kFalse ? Truth::kFalse : Truth::kUnknown;
}

Truth Not(Truth a) {
  if (a == Truth::kUnknown) return a;
  return FromBool(a == Truth::kFalse);
}

const Regex& RegexCache::Get(const query::Matches& predicate) {
  std::pair<std::string, bool> key(predicate.pattern, predicate.ignore_case);
  auto found = compiled_.find(key);
  if (found == compiled_.end()) {
    Result<Regex> compiled =
        Regex::Compile(predicate.pattern, {.ignore_case = predicate.ignore_case});
    RIPOSTE_CHECK(compiled.ok(), "the query was checked, its pattern compiles");
    found = compiled_
                .emplace(std::move(key), std::make_unique<const Regex>(std::move(compiled).value()))
                .first;
  }
  return *found->second;
}

Truth EvaluateOther(const query::OtherField& other, const event::Value& value,
                    const event::Event& event) {
  if (value.undecodable != event::Undecodable::kNone) return Truth::kUnknown;
  Truth truth = Truth::kFalse;
  for (const event::Value& with : event.values(other.field)) {
    const bool unknown = with.undecodable != event::Undecodable::kNone;
    const bool holds = other.cased ? query::ComparesWith(other.how, value.text, with.text)
                                   : query::ComparesWith(other.how, value.folded, with.folded);
    truth = Or(truth, unknown ? Truth::kUnknown : FromBool(holds));
  }
  return truth;
}

Truth EvaluatePredicate(const query::Predicate& predicate, const event::Value& value,
                        const Context& context, RegexCache& regexes) {
  if (std::holds_alternative<query::IsNull>(predicate)) return Truth::kFalse;
  if (value.undecodable != event::Undecodable::kNone) return Truth::kUnknown;
  return FromBool(std::visit(Holds{value, context, regexes}, predicate));
}

Truth EvaluateNode(const query::Expression& expression, query::NodeId node,
                   const event::Event& event, event::RowId row, const Context& context,
                   RegexCache& regexes) {
  return TreeWalk(expression, event, context, regexes).Visit(node, row);
}

Truth Evaluate(const query::Expression& expression, const event::Event& event,
               const Context& context, RegexCache& regexes) {
  return EvaluateNode(expression, expression.root(), event, event::kRootRow, context, regexes);
}

PlainMatcher::PlainMatcher(const rule::RuleSet& rules, const schema::Profile& profile)
    : parts_(PartsToMatch(rules, profile, joined_)) {
  std::set<schema::FieldId> fields;
  for (const RulePart& part : parts_) {
    for (const schema::FieldId field : part.query->Fields()) fields.insert(field);
    for (const schema::FieldId field : rule::FieldsOfMatches(rules.rules[part.rule]))
      fields.insert(field);
  }
  plan_ = event::Plan::Compile(*rules.schema, profile,
                               std::vector<schema::FieldId>(fields.begin(), fields.end()));
}

std::vector<Match> PlainMatcher::FindMatches(const event::Event& event, const Context& context) {
  std::vector<Match> matches;
  for (const RulePart& part : parts_)
    if (Evaluate(*part.query, event, context, regexes_) == Truth::kTrue)
      matches.push_back({.rule = part.rule, .part = part.part});
  return matches;
}

}  // namespace riposte::match
