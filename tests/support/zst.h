// Reads the compressed recordings of the shared corpus.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace riposte::test {

// Calls `each` with every line of a .zst file, without its line feed, until it returns false. A
// file that cannot be read ends the test program.
void ForEachLineOfZst(const std::string& path, const std::function<bool(std::string_view)>& each);

}  // namespace riposte::test
