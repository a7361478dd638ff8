// From the values at the wanted paths to the values of the fields: alternatives, conditions, joins,
// steps, types, folding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event_builder.h"
#include "engine/event/raw.h"
#include "engine/event/steps.h"

namespace riposte::event {

// One event after the other; keeps its memory. One thread.
class Deriver {
 public:
  // Views of `out` live as long as the record's `bytes` and `raw`'s arena.
  void Derive(const CompiledPlan& plan, std::string_view bytes, RawEvent& raw, Event& out);

 private:
  enum class Answer : uint8_t { kUnasked, kNo, kYes };

  bool HasValues(const CompiledAlternative& alternative);
  bool AllHold(const CompiledAlternative& alternative);
  bool Holds(uint32_t condition);
  void DeriveField(const CompiledField& field, EventBuilder& builder);
  void DeriveAlternative(const CompiledField& field, const CompiledAlternative& alternative,
                         EventBuilder& builder);
  void AddJoined(const CompiledField& field, const CompiledAlternative& alternative,
                 EventBuilder& builder);
  void AddValue(const CompiledField& field, const CompiledAlternative& alternative, RawValue& raw,
                EventBuilder& builder);
  void UnnameRows(const CompiledField& field, const CompiledAlternative& alternative,
                  EventBuilder& builder);
  std::string_view Fold(std::string_view text);
  std::string_view FoldOnce(RawValue& raw);

  const CompiledPlan* plan_ = nullptr;
  RawEvent* raw_ = nullptr;
  std::vector<Answer> answers_;  // by condition
  StepRunner steps_;
  std::string joined_;
  std::string folded_;
};

}  // namespace riposte::event
