// The built program, run from outside.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/temp_dir.h"

namespace riposte::test {

struct Answer {
  int exit = -1;  // -1: it did not exit by itself
  std::string out, err;
};

// A working folder of its own, in which relative paths are those of the arguments. Nothing of the
// caller's environment reaches the program.
class Program {
 public:
  // Text of a file below the folder, made with the folders above it.
  void Write(const std::string& name, std::string_view bytes) const { folder_.Write(name, bytes); }
  void SetEnvironment(const std::string& name, const std::string& value) {
    environment_.emplace_back(name, value);
  }
  // `arguments` are words separated by blanks; a word in '...' may hold some.
  Answer Run(const std::string& arguments, std::string_view input = {}) const;

 private:
  const TempDir folder_;
  std::vector<std::pair<std::string, std::string>> environment_;
};

}  // namespace riposte::test
