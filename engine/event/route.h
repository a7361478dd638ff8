// Which fields an event needs, and which alternatives of them may count: decided once for each
// combination of conditions that events have.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/event/plan.h"
#include "engine/event/raw.h"

namespace riposte::event {

struct Route {
  // What is needed of an alternative for nearly all events, in few bytes.
  struct Choice {
    const CompiledAlternative* alternative = nullptr;
    PathId path = kNoPath;  // if it is read from one path
    bool has_steps = false;
    bool holds = true;  // its conditions do; else the field is an object's
  };
  // The alternatives of a field in their order: of an object token all, of another one those whose
  // conditions hold.
  struct Field {
    const CompiledField* field = nullptr;
    uint32_t first = 0, count = 0;
    PathId only = kNoPath;  // the field is absent if nothing stands there; kNoPath: it takes more
    schema::FieldId id = schema::kNoField;
    schema::FieldId same_as = schema::kNoField;
    schema::FieldType type{};
    bool is_text = false;  // text or keyword
    bool union_of_all = false;
  };

  std::span<const Choice> ChoicesOf(const Field& field) const {
    return {choices.data() + field.first, field.count};
  }

  // Whether one of the fields does, one of `later`.
  bool reads_every_value = false, later_reads_every_value = false;
  std::vector<uint64_t> truth;  // bit by bit, the conditions that hold
  // What the event needs to be matched, and what beyond that once it is. Fields without an
  // alternative are in neither.
  std::vector<Field> fields, later;
  std::vector<Choice> choices;  // of both
};

// Routes of one event after the other; keeps its memory. One thread.
class Router {
 public:
  // So many combinations are remembered; beyond that it begins anew.
  static constexpr size_t kMost = 256;

  // The route of the event that `raw` has. Valid until the next call, and as long as the plan.
  const Route& Find(const CompiledPlan& plan, RawEvent& raw);

 private:
  void Judge(const CompiledPlan& plan, RawEvent& raw);
  void Forget();
  void Add(const CompiledPlan& plan);
  // `read_as`: by the first of fields with the same values, the one of them that is read.
  static void AddField(const CompiledField& field, std::vector<schema::FieldId>& read_as,
                       Route& route, std::vector<Route::Field>& fields);

  uint64_t plan_number_ = 0;
  std::vector<uint64_t> truth_;  // of the event
  std::vector<Route> routes_;
  std::vector<uint16_t> table_;  // of indexes + 1; open addressing, at most half full
  size_t last_ = 0;
};

}  // namespace riposte::event
