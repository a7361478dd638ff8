// A scan of an event's texts for all literals at once (only here Vectorscan).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/event/event.h"

namespace riposte::match {

// A text to be looked for in a field's folded values.
struct Literal {
  schema::FieldId field = schema::kNoField;
  std::string text{};   // two bytes or more
  uint32_t number = 0;  // what is told when it is found
};

// A field that many literals are for is scanned for these alone; the other fields are scanned
// together. So each byte is scanned once, and not for what is looked for elsewhere: a byte costs
// the more the more literals there are, and each that is found in a wrong field costs, too. Values
// are joined with a byte between them that stands in none. The scan knows of each literal only a
// window of a few bytes, the one that fewest other literals have; the rest is compared where the
// window is found. So what is told is exact. Immutable, shared.
class LiteralScan {
 public:
  // A field has a scan of its own if it has so many literals.
  static constexpr size_t kOwnScan = 8;

  // No field and text twice.
  explicit LiteralScan(std::vector<Literal> literals);
  LiteralScan(LiteralScan&&) noexcept;
  LiteralScan& operator=(LiteralScan&&) noexcept;
  ~LiteralScan();

  // Working memory of one worker, for any number of scans one after the other.
  class Scratch {
   public:
    Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;
    ~Scratch();

   private:
    friend class LiteralScan;
    struct Impl;
    std::unique_ptr<Impl> impl_;
  };
  // To be called before a scan's first Find() with the scratch. Allocates.
  void Prepare(Scratch& scratch) const;

  // Appends the numbers of the literals that stand in a decodable value of their field, in no
  // order, some more than once. False if some may be missing: windows were found more than
  // `windows_max` times, or the texts are beyond what can be joined.
  bool Find(const event::Event& event, size_t windows_max, Scratch& scratch,
            std::vector<uint32_t>& found) const;

  // Of the compiled databases.
  size_t memory_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace riposte::match
