// Bytes of a record to an Event (only here simdjson).
//
// Whatever is well-formed JSON of an object is decoded, however odd; what is rejected, and the text
// of every value, does not depend on which fields are asked for. The verdicts: design "odd events
// are matched" in docs/architecture.md.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "rules/schema/profile.h"

namespace riposte::event {

// Why a record is dead-lettered. Bounded: a metric label and a field of the record.
enum class Reject : uint8_t {
  kNone,
  kInvalidJson,  // the grammar is broken
  kNotAnObject,
  kTooDeep,   // more than kMaxDepth levels
  kTooLarge,  // more than the limit given
  kEmpty,     // no bytes, or a tombstone: counted, not dead-lettered
  kPoison,    // it crashed the process again and again: the pipeline's word, never a decoder's
  kCount,
};
std::string_view RejectName(Reject reason);  // "invalid_json", ...

inline constexpr int kMaxDepth = 1024;

// A field that is needed of those events only that have a value with the text `guard_text`
// (folded) in the field `guard`. kNoField: of all.
struct FieldUse {
  schema::FieldId field = schema::kNoField;
  schema::FieldId guard = schema::kNoField;
  std::string guard_text{};
  bool once_matched = false;  // like a role's: not to match an event, but of each that matched
};
std::vector<FieldUse> UsedAlways(std::span<const schema::FieldId> fields);

// What to extract: the fields of a rule set (and always the profile's roles), compiled for one
// profile. Immutable, shared.
class Plan {
 public:
  // A field with several uses is needed where one of them needs it; where none does, an event may
  // lack it. `schema` must outlive the plan.
  static std::shared_ptr<const Plan> CompileUses(const schema::Schema& schema,
                                                 const schema::Profile& profile,
                                                 std::span<const FieldUse> uses);
  // All fields of all events.
  static std::shared_ptr<const Plan> Compile(const schema::Schema& schema,
                                             const schema::Profile& profile,
                                             std::span<const schema::FieldId> fields);
  virtual ~Plan() = default;
};

// Decodes one record after the other into one reused Event: no allocation in steady state. One
// thread.
class Decoder {
 public:
  // `size_limit_bytes`: the topic's max.message.bytes.
  explicit Decoder(size_t size_limit_bytes = 64u << 20);
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  // On kNone event() is the event. `position` of a broken grammar (a byte offset, for people) is
  // error_offset(). The bytes need no padding.
  Reject Decode(const Plan& plan, std::string_view bytes);
  // The same, but the event has only what rules need of it, its time and its asset's id: enough for
  // matching. Most events match nothing; of one that does, Complete() adds the other roles, and the
  // fields that are used once it matched. `bytes` must still be there, and what was taken of the
  // event before is void.
  Reject DecodeForRules(const Plan& plan, std::string_view bytes);
  void Complete();
  const Event& event() const;
  size_t error_offset() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The oracle: the same contract through simdjson's DOM, slow and simple; for tests. The text is
// repaired first (UTF-8, lone surrogates, numbers out of range, byte order mark), then the DOM
// judges and gives the tree. It is no oracle for
// - the reason, where both reject: a text that is both broken and too deep may be called either;
// - the text of numbers, which is the source's own (the DOM keeps values only);
// - what is made of the raw values: alternatives, conditions, steps, conversion and folding are the
// same code for both.
class DomDecoder {
 public:
  explicit DomDecoder(size_t size_limit_bytes = 64u << 20);
  ~DomDecoder();
  Reject Decode(const Plan& plan, std::string_view bytes);
  const Event& event() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::event
