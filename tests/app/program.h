// The built program, run from outside.
#pragma once

#include <memory>
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

// The program while it runs. What it logs is read here.
class Running {
 public:
  Running(int pid, int log) : pid_(pid), log_(log) {}
  ~Running();  // killed if it still runs
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Reads the log until `text` stands in what was not read before. False at its end.
  bool WaitForLog(std::string_view text);
  void Send(int signal) const;
  // Its exit code once it ended by itself; -1 if a signal ended it.
  int Wait();

 private:
  int pid_;  // 0: it ended
  int log_;
  std::string unread_;
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
  // Starts it with these words as arguments, and leaves it to itself.
  std::unique_ptr<Running> Start(const std::vector<std::string>& arguments) const;
  const std::string& path() const { return folder_.path(); }

 private:
  const TempDir folder_;
  std::vector<std::pair<std::string, std::string>> environment_;
};

}  // namespace riposte::test
