// Which keys an object of the event has had, to find the second of two equal ones.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace riposte::event {

// The keys of all objects of one document after the other, in one table; keeps its memory. One
// thread.
class KeySet {
 public:
  // Forgets all keys; there will be at most `most_keys`.
  void Begin(size_t most_keys);
  // A number for one more object of the document, never given before.
  uint64_t NewObject() { return next_object_++; }
  // Whether `key` is new in `object`. `hash` is a hash of `key` that its author cannot foresee;
  // `key` stays valid until the next Begin().
  bool Insert(uint64_t object, std::string_view key, uint64_t hash);

 private:
  struct Entry {
    uint64_t hash = 0;
    std::string_view key;
    uint64_t object = 0;  // below first_object_: of an earlier document, free
  };
  std::vector<Entry> entries_;
  size_t mask_ = 0;
  uint64_t first_object_ = 1;
  uint64_t next_object_ = 1;
};

}  // namespace riposte::event
