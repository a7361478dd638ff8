#include "rules/lint/event_types.h"

#include <algorithm>
#include <vector>

#include "base/unicode.h"

namespace riposte::lint {
namespace {

using Conditions = std::vector<schema::Condition>;

bool HasValue(const schema::Condition& condition, const std::string& value) {
  return std::ranges::any_of(condition.any_of, [&](const std::string& one) {
    return unicode::Fold(one) == unicode::Fold(value);
  });
}

enum class Holds : uint8_t { kNever, kPerhaps, kAlways };

// Whether `wanted` holds for the events that satisfy `known`, whose fields have one value each.
Holds HoldsFor(const schema::Condition& wanted, const Conditions& known) {
  for (const schema::Condition& condition : known) {
    if (condition.path != wanted.path) continue;
    const auto in_wanted = [&](const std::string& value) { return HasValue(wanted, value); };
    if (std::ranges::all_of(condition.any_of, in_wanted)) return Holds::kAlways;
    if (std::ranges::none_of(condition.any_of, in_wanted)) return Holds::kNever;
  }
  return Holds::kPerhaps;
}

Holds AllHoldFor(const Conditions& wanted, const Conditions& known) {
  Holds all = Holds::kAlways;
  for (const schema::Condition& condition : wanted) all = std::min(all, HoldsFor(condition, known));
  return all;
}

std::optional<schema::EventType> ConstantType(const schema::Alternative& alternative) {
  return alternative.constant ? schema::ParseEventType(*alternative.constant) : std::nullopt;
}

// An alternative whose own conditions surely hold decides: those before it that may hold, too, are
// about another form of the format, and no event has two. Else it may be each that may hold.
Types TypesOf(const schema::FieldSource& type, const Conditions& known) {
  Types types = 0;
  for (const schema::Alternative& alternative : type.alternatives) {
    const Holds holds = AllHoldFor(alternative.when, known);
    if (holds == Holds::kNever) continue;
    const std::optional<schema::EventType> constant = ConstantType(alternative);
    const Types one = constant ? BitOf(*constant) : kAllTypes;
    if (holds == Holds::kAlways && !alternative.when.empty()) return one;
    types = static_cast<Types>(types | one);
    if (holds == Holds::kAlways) return types;
  }
  return types;
}

}  // namespace

Types TypesWhereTrue(const schema::Profile& profile, schema::FieldId truth) {
  const schema::FieldId type = profile.role(schema::Role::kEventType);
  if (!profile.Has(truth)) return 0;
  if (type == schema::kNoField || !profile.Has(type)) return kAllTypes;
  Types types = 0;
  for (const schema::Alternative& way : profile.fields[schema::Index(truth)]->alternatives) {
    if (way.constant != "true") return kAllTypes;
    types = static_cast<Types>(types | TypesOf(*profile.fields[schema::Index(type)], way.when));
  }
  return types;
}

}  // namespace riposte::lint
