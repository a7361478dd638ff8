// Which values a rule's trigger takes of what fits each of its parts (rule::PartsOf), for its
// groups and its measure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/uuid.h"
#include "engine/trigger/kept_step.h"
#include "rules/rule/rule.h"

namespace riposte::trigger {

// Immutable. Refers to nothing.
struct RuleParts {
  struct Field {
    schema::FieldId id{};
    schema::FieldType type{};
  };
  // Of a part that takes another rule's firings: the places among the values of its groups.
  struct OfFirings {
    Uuid rule;
    std::vector<size_t> by;
    std::vector<size_t> measured;
  };
  struct Part {
    std::vector<Field> by;        // of an event: the key
    std::vector<Field> measured;  // of an event: what `distinct` or a measure of numbers takes
    std::optional<OfFirings> of_firings;
    bool until = false;
    bool IsMeasured() const {
      return of_firings ? !of_firings->measured.empty() : !measured.empty();
    }
  };

  std::vector<Part> parts;
  StepSet known = 0;  // parts but `until`
  bool has_until = false;
  size_t key_values = 0;
  std::optional<size_t> asset;  // which value of a key is an asset's id, in any of the parts
  StepSet distinct = 0;         // parts with a value of their own
  bool one_value = false;       // whichever part it fits, there is one value: a count of distinct
  bool numeric = false;         // a number is measured
};

RuleParts PartsOf(const rule::Rule& rule, const schema::Schema& schema);

}  // namespace riposte::trigger
