#include "engine/event/decode.h"

#include <algorithm>
#include <limits>

#include "engine/event/derive.h"
#include "engine/event/record.h"
#include "engine/event/walk.h"

namespace riposte::event {

std::string_view RejectName(Reject reason) {
  switch (reason) {
    case Reject::kNone:
      return "none";
    case Reject::kInvalidJson:
      return "invalid_json";
    case Reject::kNotAnObject:
      return "not_an_object";
    case Reject::kTooDeep:
      return "too_deep";
    case Reject::kTooLarge:
      return "too_large";
    case Reject::kEmpty:
      return "empty";
    case Reject::kPoison:
      return "poison";
    case Reject::kCount:
      break;
  }
  return "unknown";
}

struct Decoder::Impl {
  size_t size_limit = 0;
  size_t error_offset = 0;
  Walk walk;
  RawEvent raw;
  Deriver deriver;
  // Of the last one that DecodeForRules() took.
  const CompiledPlan* plan = nullptr;
  const Route* route = nullptr;
  std::string_view bytes;
  Event event;

  void Derive();
};

// What is walked, to an event.
void Decoder::Impl::Derive() {
  if (WithoutByteOrderMark(bytes).size() != bytes.size()) raw.Note(Oddity::kByteOrderMark);
  deriver.Derive(*plan, *route, bytes, raw, event);
}

Decoder::Decoder(size_t size_limit_bytes) : impl_(std::make_unique<Impl>()) {
  impl_->size_limit = std::min(size_limit_bytes, kLargestRecord);
}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Reject Decoder::Decode(const Plan& plan, std::string_view bytes) {
  const Reject reject = DecodeForRules(plan, bytes);
  if (reject == Reject::kNone) Complete();
  return reject;
}

Reject Decoder::DecodeForRules(const Plan& plan, std::string_view bytes) {
  impl_->error_offset = 0;
  impl_->route = nullptr;
  if (const Reject reject = CheckSize(bytes, impl_->size_limit); reject != Reject::kNone)
    return reject;
  const CompiledPlan& compiled = static_cast<const CompiledPlan&>(plan);
  const std::string_view text = WithoutByteOrderMark(bytes);
  RawEvent& raw = impl_->raw;
  if (const Reject reject = impl_->walk.Run(compiled, text, Walk::Extent::kPaths, raw);
      reject != Reject::kNone) {
    impl_->error_offset = bytes.size() - text.size() + impl_->walk.error_offset();
    return reject;
  }
  const Route& route = impl_->deriver.RouteOf(compiled, raw);
  if (route.reads_every_value) impl_->walk.Run(compiled, text, Walk::Extent::kEveryValue, raw);
  impl_->plan = &compiled;
  impl_->route = &route;
  impl_->bytes = bytes;
  impl_->Derive();
  return Reject::kNone;
}

void Decoder::Complete() {
  if (impl_->route == nullptr) return;
  const Route& route = *impl_->route;
  if (route.later_reads_every_value && !route.reads_every_value) {
    // What was derived views what the walk writes anew.
    impl_->walk.Run(*impl_->plan, WithoutByteOrderMark(impl_->bytes), Walk::Extent::kEveryValue,
                    impl_->raw);
    impl_->Derive();
  }
  impl_->deriver.Complete(route, impl_->raw, impl_->event);
  impl_->route = nullptr;
}

const Event& Decoder::event() const { return impl_->event; }
size_t Decoder::error_offset() const { return impl_->error_offset; }

}  // namespace riposte::event
