#include "app/columns.h"

#include <algorithm>

namespace riposte::app {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

}  // namespace

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::string CutAt(std::string_view text, size_t most) {
  size_t end = 0;
  for (size_t count = 0; end < text.size(); ++end) {
    if (IsContinuation(text[end])) continue;
    if (count++ == most) return std::string(text.substr(0, end)) + "...";
  }
  return std::string(text);
}

}  // namespace riposte::app
