// Texts in columns of a terminal, counted in code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace riposte::app {

// `text` is UTF-8.
size_t CodePoints(std::string_view text);
// `text`, of one that is longer the first `most` code points and "...".
std::string CutAt(std::string_view text, size_t most);

}  // namespace riposte::app
