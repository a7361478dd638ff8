// Rewrites a JSON text so that simdjson's DOM accepts what the rules for odd events accept. Plain
// code, independent of the walk and its indexes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace riposte::event {

struct DomText {
  std::string text;                  // for the DOM
  std::vector<std::string> numbers;  // as written, in document order
  bool invalid_utf8 = false;         // replaced by U+FFFD
  bool lone_surrogate = false;       // escapes of half a pair, replaced by U+FFFD
  bool number_range = false;         // numbers that nothing can hold, replaced by 0
};

// What is broken JSON stays broken JSON.
DomText RepairForDom(std::string_view text);

}  // namespace riposte::event
