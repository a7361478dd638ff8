// Why a query holds for an event or does not: the tree of the plain evaluator with what each node
// saw. For people and tests, so it may be slow; nothing of the path of a batch calls it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/match/look_ups.h"
#include "engine/match/naive.h"
#include "rules/query/expression.h"
#include "rules/schema/profile.h"

namespace riposte::match {

std::string_view TruthName(Truth truth);  // "true", "false", "unknown"

// Why a node is as it is. Bounded: a field of the JSON form.
enum class Reason : uint8_t {
  kSatisfied,    // clause: a value satisfies it
  kUnsatisfied,  // clause: there are values, and none satisfies it
  kUndecodable,  // clause: none satisfies it, and one cannot be read as its field's type
  kPresent,      // clause `is null`: there is a value
  kAbsent,       // clause: no value; group: no sub-object
  kNotCarried,   // the same, as the event's format does not have the token
  kParts,        // and, or, not: what the parts say
  kSubObject,    // group: what its sub-objects say
};
std::string_view ReasonName(Reason reason);  // "satisfied", ...

// A value that a clause looked at.
struct SeenValue {
  std::string text{};  // as the event has it, perhaps cut; empty for an object
  size_t bytes = 0;    // of the whole text
  bool object = false;
  std::string sub_object{};  // the innermost one that it stands in; empty: the event itself
  event::Undecodable undecodable = event::Undecodable::kNone;
  Truth truth = Truth::kFalse;  // of the clause, if this were the only value
};

// A node of the query as it was evaluated for the event, or for one of its sub-objects. Texts own
// their bytes: it outlives the event.
struct Explained {
  query::NodeId node{};
  query::Node::Kind kind = query::Node::Kind::kClause;
  event::RowId row = event::kRootRow;  // what it was evaluated for
  std::string text{};                  // the clause as QQL; the group's token; "and", "or", "not"
  Truth truth = Truth::kFalse;
  Reason reason = Reason::kParts;
  std::string why{};  // the reason in words, harmless for a terminal
  // Whether the verdict on the whole query follows from this node's.
  bool decides = false;
  // How many clauses would have to say otherwise, at least, for this node to hold or to be false:
  // 0 if it is. No sub-object at all counts as one clause.
  size_t to_hold = 0, to_fail = 0;

  schema::FieldId field = schema::kNoField;  // clause, group
  std::vector<SeenValue> values{};           // clause; group without sub-objects
  size_t value_count = 0;                    // with those that are left out of `values`
  LookUps look_ups{};                        // where the event has no value of the field at all

  std::string sub_object{};     // group: "indicator[1]", the one that `children` are about: the
                                // first that satisfies it, or else the one that comes nearest
  size_t sub_object_count = 0;  // group

  std::vector<Explained> children{};
};

struct ExplainLimits {
  size_t values = 5;        // at least 1; of a clause
  size_t text_bytes = 160;  // of a value
};

// The root. `event` was decoded by a plan with all fields of the expression that its profile has.
Explained Explain(const query::Expression& expression, const schema::Catalogue& catalogue,
                  const event::Event& event, const Context& context, RegexCache& regexes,
                  const ExplainLimits& limits = {});

// "indicator[1]", "item[0].part[2]": counted from 0 within what it stands in; empty for the event.
std::string SubObjectName(const event::Event& event, event::RowId row,
                          const schema::Catalogue& catalogue);

}  // namespace riposte::match
