// Cutting UTF-8 text to a number of bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace riposte {

// The first bytes of `text`, at most `bytes_max`, without cutting a UTF-8 character.
std::string_view Clip(std::string_view text, size_t bytes_max);

}  // namespace riposte
