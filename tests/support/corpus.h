// Where the shared corpus is. It is not part of the project: a test that needs it says so and is
// skipped where it is absent.
#pragma once

#include <optional>
#include <string>

namespace riposte::test {

// The folder `name` of the corpus (RIPOSTE_CORPUS, else ../shared/corpus beside the project), or
// empty if it is not there.
std::optional<std::string> CorpusFolder(const std::string& name);

// The whole file, as bytes. A file that cannot be read ends the test program.
std::string ReadFile(const std::string& path);

}  // namespace riposte::test

// Skips the test, with the reason, unless the corpus has the folder; defines `variable` as its
// path.
#define RIPOSTE_REQUIRE_CORPUS(variable, name)                                             \
  const std::optional<std::string> variable##_found = ::riposte::test::CorpusFolder(name); \
  if (!variable##_found)                                                                   \
    GTEST_SKIP() << "needs the shared corpus (" << (name)                                  \
                 << "): set RIPOSTE_CORPUS to its folder";                                 \
  const std::string& variable = *variable##_found
