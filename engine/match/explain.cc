#include "engine/match/explain.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/unicode.h"
#include "engine/match/explain_words.h"
#include "rules/query/print.h"

namespace riposte::match {
namespace {

using event::RowId;
using query::Node;
using query::NodeId;
using schema::FieldId;

// At most `limit` bytes, not ending within a character.
std::string_view Cut(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  size_t end = 0;
  while (true) {
    const size_t next = end + unicode::Decode(text, end).length;
    if (next > limit) return text.substr(0, end);
    end = next;
  }
}

class Explainer {
 public:
  Explainer(const query::Expression& expression, const schema::Catalogue& catalogue,
            const event::Event& event, const Context& context, RegexCache& regexes,
            const ExplainLimits& limits)
      : expression_(expression),
        catalogue_(catalogue),
        event_(event),
        context_(context),
        regexes_(regexes),
        limits_(limits) {}

  // `object`: the token of the innermost group around the node.
  Explained Visit(NodeId id, RowId row, FieldId object) {
    const Node& node = expression_.node(id);
    Explained out{.node = id, .kind = node.kind, .row = row, .field = node.field};
    out.truth = EvaluateNode(expression_, id, event_, row, context_, regexes_);
    switch (node.kind) {
      case Node::Kind::kAnd:
      case Node::Kind::kOr:
      case Node::Kind::kNot:
        VisitParts(node, row, object, out);
        break;
      case Node::Kind::kClause:
        out.text = query::PrintNode(expression_, id, object, catalogue_);
        VisitClause(node, row, out);
        break;
      case Node::Kind::kGroup:
        out.text = catalogue_.token(node.field).name;
        VisitGroup(node, row, out);
        break;
    }
    out.why = WordsFor(out, event_, catalogue_);
    return out;
  }

 private:
  void VisitParts(const Node& node, RowId row, FieldId object, Explained& out) {
    out.reason = Reason::kParts;
    for (const NodeId child : node.children) out.children.push_back(Visit(child, row, object));
    size_t all_hold = 0, all_fail = 0;
    size_t one_holds = std::numeric_limits<size_t>::max(), one_fails = one_holds;
    for (const Explained& child : out.children) {
      all_hold += child.to_hold;
      all_fail += child.to_fail;
      one_holds = std::min(one_holds, child.to_hold);
      one_fails = std::min(one_fails, child.to_fail);
    }
    if (node.kind == Node::Kind::kAnd) {
      out.text = "and";
      out.to_hold = all_hold;
      out.to_fail = one_fails;
    } else if (node.kind == Node::Kind::kOr) {
      out.text = "or";
      out.to_hold = one_holds;
      out.to_fail = all_fail;
    } else {
      out.text = "not";
      out.to_hold = one_fails;
      out.to_fail = one_holds;
    }
  }

  void VisitClause(const Node& node, RowId row, Explained& out) {
    out.to_hold = out.truth == Truth::kTrue ? 0 : 1;
    out.to_fail = out.truth == Truth::kFalse ? 0 : 1;
    CollectValues(node, row, out);
    if (out.value_count == 0) {
      NoteAbsence(out);
    } else if (std::holds_alternative<query::IsNull>(node.predicate)) {
      out.reason = Reason::kPresent;
    } else if (out.truth == Truth::kTrue) {
      out.reason = Reason::kSatisfied;
    } else {
      out.reason = out.truth == Truth::kFalse ? Reason::kUnsatisfied : Reason::kUndecodable;
    }
  }

  void VisitGroup(const Node& node, RowId row, Explained& out) {
    const std::vector<event::Row>& rows = event_.rows();
    out.to_hold = std::numeric_limits<size_t>::max();
    for (RowId inner = 0; inner < rows.size(); ++inner) {
      if (rows[inner].object != node.field || !event_.Within(inner, row)) continue;
      ++out.sub_object_count;
      Explained child = Visit(node.children.front(), inner, node.field);
      out.to_hold = std::min(out.to_hold, child.to_hold);
      out.to_fail += child.to_fail;
      // One that stands for the group's own verdict, and of these the nearest.
      if (child.truth != out.truth) continue;
      if (!out.children.empty() && out.children.front().to_hold <= child.to_hold) continue;
      out.children.clear();
      out.children.push_back(std::move(child));
    }
    if (out.sub_object_count == 0) {
      out.to_hold = 1;
      CollectValues(node, row, out);  // scalars in the object's place
      return NoteAbsence(out);
    }
    out.reason = Reason::kSubObject;
    out.sub_object = SubObjectName(event_, out.children.front().row, catalogue_);
  }

  void CollectValues(const Node& node, RowId row, Explained& out) {
    bool telling_seen = false;
    for (const event::Value& value : event_.values(node.field)) {
      if (!event_.Within(value.row, row)) continue;
      ++out.value_count;
      SeenValue seen = Describe(node, value);
      // The first value that the verdict rests on is always among those shown.
      const bool telling = !telling_seen && seen.truth == out.truth;
      telling_seen = telling_seen || telling;
      if (out.values.size() < limits_.values) {
        out.values.push_back(std::move(seen));
      } else if (telling) {
        out.values.back() = std::move(seen);
      }
    }
  }

  SeenValue Describe(const Node& node, const event::Value& value) {
    const bool of_object = catalogue_.token(node.field).type == schema::FieldType::kObject;
    SeenValue seen{.text = std::string(Cut(value.text, limits_.text_bytes)),
                   .bytes = value.text.size(),
                   .object = value.undecodable == event::Undecodable::kObjectValue ||
                             (of_object && value.text.empty()),
                   .sub_object = SubObjectName(event_, value.row, catalogue_),
                   .undecodable = value.undecodable};
    if (node.kind != Node::Kind::kClause) return seen;
    const query::OtherField* const other = std::get_if<query::OtherField>(&node.predicate);
    seen.truth = other != nullptr ? EvaluateOther(*other, value, event_)
                                  : EvaluatePredicate(node.predicate, value, context_, regexes_);
    return seen;
  }

  void NoteAbsence(Explained& out) {
    if (!event_.profile().Has(out.field)) {
      out.reason = Reason::kNotCarried;
      return;
    }
    out.reason = Reason::kAbsent;
    if (!event_.values(out.field).empty()) return;
    auto known = look_ups_.find(out.field);
    if (known == look_ups_.end())
      known = look_ups_.emplace(out.field, LookUpsOf(event_, out.field)).first;
    out.look_ups = known->second;
  }

  const query::Expression& expression_;
  const schema::Catalogue& catalogue_;
  const event::Event& event_;
  const Context& context_;
  RegexCache& regexes_;
  const ExplainLimits limits_;
  std::map<FieldId, LookUps> look_ups_;  // a field may be absent in many sub-objects
};

// The node decides; so do those below it that its verdict follows from.
void MarkDeciding(Explained& node) {
  node.decides = true;
  for (Explained& child : node.children)
    if (node.kind == Node::Kind::kNot || child.truth == node.truth) MarkDeciding(child);
}

}  // namespace

std::string_view TruthName(Truth truth) {
  switch (truth) {
    case Truth::kFalse:
      return "false";
    case Truth::kTrue:
      return "true";
    case Truth::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kSatisfied:
      return "satisfied";
    case Reason::kUnsatisfied:
      return "unsatisfied";
    case Reason::kUndecodable:
      return "undecodable";
    case Reason::kPresent:
      return "present";
    case Reason::kAbsent:
      return "absent";
    case Reason::kNotCarried:
      return "not_carried";
    case Reason::kParts:
      return "parts";
    case Reason::kSubObject:
      break;
  }
  return "sub_object";
}

Explained Explain(const query::Expression& expression, const schema::Catalogue& catalogue,
                  const event::Event& event, const Context& context, RegexCache& regexes,
                  const ExplainLimits& limits) {
  RIPOSTE_CHECK(limits.values > 0, "a verdict that rests on a value shows it");
  Explained root = Explainer(expression, catalogue, event, context, regexes, limits)
                       .Visit(expression.root(), event::kRootRow, schema::kNoField);
  MarkDeciding(root);
  return root;
}

std::string SubObjectName(const event::Event& event, RowId row,
                          const schema::Catalogue& catalogue) {
  const std::vector<event::Row>& rows = event.rows();
  std::vector<RowId> chain;  // innermost first
  for (; row != event::kRootRow; row = rows[row].parent)
    if (rows[row].object != schema::kNoField) chain.push_back(row);
  std::string name;
  std::string_view outer;
  for (const RowId at : std::vector<RowId>(chain.rbegin(), chain.rend())) {
    const std::string_view token = catalogue.token(rows[at].object).name;
    const bool inside = !outer.empty() && token.size() > outer.size() && token.starts_with(outer) &&
                        token[outer.size()] == '.';
    if (!name.empty() && !inside) name += ' ';
    name += inside ? token.substr(outer.size()) : token;
    const auto index = std::count_if(rows.begin(), rows.begin() + at, [&](const event::Row& other) {
      return other.object == rows[at].object && other.parent == rows[at].parent;
    });
    name += '[' + std::to_string(index) + ']';
    outer = token;
  }
  return name;
}

}  // namespace riposte::match
