// Golden examples: files that a test's output must equal byte for byte.
#pragma once

#include <string>
#include <string_view>

namespace riposte::test {

// Compares `actual` and a line feed with tests/golden/<name>; a difference fails the current test.
// With the environment variable RIPOSTE_UPDATE_GOLDEN set the file is written instead.
void ExpectGolden(const std::string& name, std::string_view actual);

}  // namespace riposte::test
