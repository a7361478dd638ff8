// The backslash escapes of a JSON text: checked, indexed, decoded.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace riposte::event {

// The escapes of one text after the other; keeps its memory. One thread.
class EscapeIndex {
 public:
  // `plain` leaves the processor's vector instructions alone: for tests, the answers are the same.
  explicit EscapeIndex(bool plain = false);

  // The offset of the first backslash that begins no escape of RFC 8259, or empty: all are
  // well-formed. `text` is shorter than 4 GiB. Backslashes outside strings are taken for escapes
  // too: the grammar refuses them elsewhere.
  std::optional<size_t> Build(std::string_view text);

  // Where the first escape in [begin, end) begins, or `end`; both halves of a surrogate pair count.
  // Of the text of the last Build() that was well-formed.
  uint32_t Next(uint32_t begin, uint32_t end) const {
    if (begin >= end) return end;
    uint64_t bits = starts_[begin / kBlock] & ~uint64_t{0} << begin % kBlock;
    for (uint32_t block = begin / kBlock;; bits = starts_[++block]) {
      if (bits != 0) {
        const uint32_t at = block * kBlock + static_cast<uint32_t>(std::countr_zero(bits));
        return at < end ? at : end;
      }
      if ((block + 1) * uint64_t{kBlock} >= end) return end;
    }
  }
  // Whether an escape names half of a surrogate pair without the other half.
  bool has_lone_surrogate() const { return has_lone_surrogate_; }

  // What escapes.cc's loops over the blocks of a text share.
  struct Scan;

 private:
  static constexpr uint32_t kBlock = 64;  // bytes of the text that one word of starts_ is about

  void (*scan_)(Scan&);
  std::vector<uint64_t> starts_;  // a bit for each byte; longer than in use: it never shrinks
  bool has_lone_surrogate_ = false;
};

// What Unescape() may write behind its result.
inline constexpr size_t kUnescapeSlack = 16;

// Writes bytes [begin, end) of `text` with their escapes decoded to `out`, which has room for end -
// begin + kUnescapeSlack bytes; lone surrogates become U+FFFD. `escapes` is of the same text.
// Returns the end of what was written.
char* Unescape(std::string_view text, uint32_t begin, uint32_t end, const EscapeIndex& escapes,
               char* out);

}  // namespace riposte::event
