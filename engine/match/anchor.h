// What a rule is indexed by: equalities of which one must hold if the rule matches, so that the
// rule need not be looked at where none does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/number.h"
#include "engine/event/event.h"
#include "rules/query/expression.h"
#include "rules/schema/catalogue.h"

namespace riposte::match {

// A field's value as the index knows it: equal values have equal keys. Different ones may have,
// too, which costs an evaluation.
using AnchorKey = uint64_t;
AnchorKey KeyOf(schema::FieldId field, std::string_view folded);
AnchorKey KeyOf(schema::FieldId field, const Number& number);
// The key of an event's value of a field of `type`; none if the value cannot be decoded.
std::optional<AnchorKey> KeyOf(schema::FieldId field, schema::FieldType type,
                               const event::Value& value);

struct Anchor {
  schema::FieldId field = schema::kNoField;
  AnchorKey key = 0;
  bool operator==(const Anchor&) const = default;
};

// The anchors of `expression`: if it is true of an event, then the event has the field and key of
// at least one. Empty if there is no such set; the rule must be evaluated always then. Of several
// sets, the one that likely holds most rarely.
std::optional<std::vector<Anchor>> ChooseAnchors(const query::Expression& expression,
                                                 const schema::Catalogue& catalogue);

}  // namespace riposte::match
