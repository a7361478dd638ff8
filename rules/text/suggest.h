// "Did you mean": the known name nearest to what was written.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace riposte::text {

// The candidate with the least edit distance (ignoring ASCII case, a swap of neighbours counts
// one), or empty if none is near: at most a third of the longer name's length, and at most `most`.
std::string_view Nearest(std::string_view written, std::span<const std::string_view> candidates,
                         size_t most = 4);

// "did you mean 'x'?", or empty.
std::string DidYouMean(std::string_view written, std::span<const std::string_view> candidates);

}  // namespace riposte::text
