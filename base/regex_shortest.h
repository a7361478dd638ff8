// The size that a text must have for a pattern to match it.
#pragma once

#include <cstddef>
#include <string_view>

namespace riposte {

// RE2 finds the pattern, which compiles, in no text of fewer bytes. What stands in groups and
// alternations does not count, so mostly more are needed; repetitions do: 1000 for ".{1000,}", of
// which RE2 makes a thousand states.
size_t ShortestMatchBytes(std::string_view pattern);

}  // namespace riposte
