// From the values at the wanted paths to the values of the fields: alternatives, conditions, joins,
// steps, types, folding.
#pragma once

#include <span>
#include <string_view>

#include "engine/event/event_builder.h"
#include "engine/event/raw.h"
#include "engine/event/route.h"
#include "engine/event/steps.h"

namespace riposte::event {

// One event after the other; keeps its memory. One thread.
class Deriver {
 public:
  // Valid until the next call, and as long as the plan.
  const Route& RouteOf(const CompiledPlan& plan, RawEvent& raw) { return router_.Find(plan, raw); }
  // The fields that the event's rules need, and the oddities. `route` is that of the event. Views
  // of `out` live as long as the record's `bytes` and `raw`'s arena.
  void Derive(const CompiledPlan& plan, const Route& route, std::string_view bytes, RawEvent& raw,
              Event& out);
  // Adds the other fields to what Derive() made of the same event.
  void Complete(const Route& route, RawEvent& raw, Event& out);

 private:
  void DeriveFields(const Route& route, std::span<const Route::Field> fields,
                    EventBuilder& builder);
  void DeriveField(const Route& route, const Route::Field& field, EventBuilder& builder);
  void DeriveChoice(const Route::Field& field, const Route::Choice& choice, EventBuilder& builder);
  void DeriveObject(const Route& route, const Route::Field& field, EventBuilder& builder);
  bool HasValues(const CompiledAlternative& alternative);
  void AddConstant(const Route::Field& field, const Route::Choice& choice, EventBuilder& builder);
  void AddJoined(const Route::Field& field, const Route::Choice& choice, EventBuilder& builder);
  void AddValue(const Route::Field& field, const Route::Choice& choice, RawValue& raw,
                EventBuilder& builder);
  void UnnameRows(schema::FieldId object, const CompiledAlternative& alternative,
                  EventBuilder& builder);

  RawEvent* raw_ = nullptr;
  Router router_;
  StepRunner steps_;
};

}  // namespace riposte::event
