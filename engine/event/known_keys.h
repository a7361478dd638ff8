// The keys that events have again and again: what is wanted below each, which object had it last,
// and which key came next. Most keys of an event need one comparison with what was guessed.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/event/plan.h"

namespace riposte::event {

// A key known at one place of the events, counted from 1. 0: none.
using KeyId = uint16_t;
inline constexpr KeyId kNoKey = 0;

// Learns from one document after the other, up to a bound. One thread.
class KnownKeys {
 public:
  // The place of the keys of an object: at a wanted path, or else at a depth below which nothing is
  // wanted. Of two objects that are open at the same time, no two have the same place.
  using Place = uint32_t;
  static Place PlaceOf(PathId path) { return static_cast<Place>(path); }
  static Place PlaceAtDepth(size_t depth) { return kFirstDepth + static_cast<Place>(depth); }

  // Longer keys are never known, nor such as have a backslash: the bytes of a known key in the JSON
  // are its text.
  static constexpr size_t kLongest = 32;
  static constexpr size_t kMost = 4096;

  // What is known of a key. 64 bytes, so that one cache line has it.
  struct alignas(64) Key {
    std::array<char, kLongest> text{};  // zeros behind it
    uint32_t size = UINT32_MAX;
    Place place = 0;
    uint64_t object = 0;  // the number of the last one that had it
    uint32_t hash = 0;
    PathId path = kNoPath;  // of the member
    std::array<KeyId, 2> next{};
    KeyId inner = kNoKey;  // the first key of the object that is its value
    bool wanted = false;   // whether values are, at the path

    std::string_view view() const { return {text.data(), size}; }
  };

  // A new document. Forgets everything where the plan is another, or after many keys that found no
  // room.
  void Begin(const CompiledPlan& plan);
  Key& operator[](KeyId id) { return keys_[id]; }

  // What came after `last` the last time, or first in the object that `last` holds (`is_first`).
  KeyId Expected(KeyId last, bool is_first) const {
    return is_first ? keys_[last].inner : keys_[last].next[0];
  }
  // Whether that is the key at `place` with the bytes [at, at + size). Up to `end` bytes can be
  // read.
  bool Is(KeyId id, Place place, const char* at, size_t size, const char* end) const {
    return Equals(keys_[id], place, at, size, end);
  }
  // The same of what came the last time or, not for the first key, the time before; kNoKey: it is
  // neither.
  KeyId Guess(KeyId last, bool is_first, Place place, const char* at, size_t size,
              const char* end) {
    const KeyId expected = Expected(last, is_first);
    if (Is(expected, place, at, size, end)) return expected;
    Key& key = keys_[last];
    if (is_first || !Is(key.next[1], place, at, size, end)) return kNoKey;
    std::swap(key.next[0], key.next[1]);
    return key.next[0];
  }
  // `id` came after `last`: the next guess.
  void Learn(KeyId last, bool is_first, KeyId id) {
    Key& key = keys_[last];
    if (is_first) {
      key.inner = id;
    } else {
      key.next = {id, key.next[0]};
    }
  }
  // The key at `place` with this text, which becomes known if it can; `path` is that of the object,
  // kNoPath at a depth. kNoKey: it is none that can be known. Within a document the answer stays
  // the same.
  KeyId Find(Place place, PathId path, std::string_view text, uint64_t hash);

 private:
  static constexpr Place kFirstDepth = 1u << 31;

  static bool Equals(const Key& key, Place place, const char* at, size_t size, const char* end) {
    if (((key.size ^ size) | (key.place ^ place)) != 0) return false;
#if defined(__SSE2__)
    if (static_cast<size_t>(end - at) >= kLongest) {
      const auto equal = [&](size_t offset) {
        const __m128i known =
            _mm_load_si128(reinterpret_cast<const __m128i*>(key.text.data() + offset));
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + offset));
        return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(known, bytes)));
      };
      const uint64_t mask = uint64_t{equal(0)} | uint64_t{equal(16)} << 16;
      return (~mask & ((uint64_t{1} << size) - 1)) == 0;
    }
#endif
    return std::memcmp(key.text.data(), at, size) == 0;
  }
  void Forget();

  const CompiledPlan* plan_ = nullptr;
  uint64_t plan_number_ = 0;
  std::vector<Key> keys_;     // [0] is none, and what comes before the first key of all
  std::vector<KeyId> table_;  // by place and text; open addressing, at most half full
  size_t refused_ = 0;        // keys for want of room
};

}  // namespace riposte::event
