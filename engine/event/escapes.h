// The backslash escapes of a JSON text: checked, indexed, decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace riposte::event {

// The escapes of one text after the other; keeps its memory. One thread.
class EscapeIndex {
 public:
  // The offset of the first backslash that begins no escape of RFC 8259, or empty: all are
  // well-formed. `text` is shorter than 4 GiB. Backslashes outside strings are taken for escapes
  // too: the grammar refuses them elsewhere.
  std::optional<size_t> Build(std::string_view text);

  // Offsets of the backslashes, ascending; a surrogate pair counts once. UINT32_MAX stands at the
  // end. Valid until the next Build().
  const uint32_t* starts() const { return starts_.data(); }
  // Whether an escape names half of a surrogate pair without the other half.
  bool has_lone_surrogate() const { return has_lone_surrogate_; }

 private:
  std::vector<uint32_t> starts_;  // longer than what is in use: it never shrinks
  bool has_lone_surrogate_ = false;
};

// Writes bytes [begin, end) of `text` with their escapes decoded to `out`, which has room for end -
// begin bytes; lone surrogates become U+FFFD. `escape` points into EscapeIndex::starts() of the
// same text, at the first that is not before `begin`. Returns the end of what was written.
char* Unescape(std::string_view text, uint32_t begin, uint32_t end, const uint32_t* escape,
               char* out);

}  // namespace riposte::event
