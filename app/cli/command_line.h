// The command line: verbs with options, help texts and suggestions (only here CLI11).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/session.h"

namespace riposte::cli {

// The options of one verb, as it declares them. The variables must live as long as the command
// line; what is not given keeps its value.
class Options {
 public:
  Options(Options&&) = delete;
  void Flag(const std::string& name, bool& value, const std::string& help);
  void Text(const std::string& name, std::string& value, const std::string& placeholder,
            const std::string& help, bool required = false);
  // May be repeated, and takes several values each time.
  void List(const std::string& name, std::vector<std::string>& values,
            const std::string& placeholder, const std::string& help, bool required = false);
  void Choice(const std::string& name, std::string& value, const std::vector<std::string>& choices,
              const std::string& help);
  void Positional(const std::string& placeholder, std::string& value, const std::string& help,
                  bool required = false);
  void Positionals(const std::string& placeholder, std::vector<std::string>& values,
                   const std::string& help, bool required = false);

 private:
  friend class CommandLine;
  explicit Options(void* command) : command_(command) {}
  void* command_;  // CLI::App
};

struct Verb {
  std::string name;                  // "check"; "config show" is a verb of a verb
  std::string summary;               // one sentence without a full stop
  std::string examples;              // lines behind "Examples:"; no line end at the end
  std::vector<std::string> formats;  // of --format, the first is the default
  std::function<void(Options&)> declare;
  std::function<Exit(Session&)> run;
};

// Reads the arguments, runs the verb, and returns the process' exit code. Help goes to stdout,
// errors to stderr with the nearest known word.
int RunCommandLine(int argc, char** argv, std::vector<Verb> verbs);

}  // namespace riposte::cli
