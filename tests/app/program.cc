#include "tests/app/program.h"

#include <cstdlib>

#include <fmt/format.h>
#include <sys/wait.h>

#include "tests/support/corpus.h"

namespace riposte::test {

Answer Program::Run(const std::string& arguments, std::string_view input) const {
  const TempDir streams;
  streams.Write("in", input);
  std::string variables;
  for (const auto& [name, value] : environment_) variables += fmt::format(" '{}={}'", name, value);
  const std::string command =
      fmt::format("cd '{0}' && exec env -i{1} '{2}/riposte' {3} <'{4}/in' >'{4}/out' 2>'{4}/err'",
                  folder_.path(), variables, RIPOSTE_BINARY_DIR, arguments, streams.path());
  const int status = std::system(command.c_str());
  return {.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          .out = ReadFile(streams.path() + "/out"),
          .err = ReadFile(streams.path() + "/err")};
}

}  // namespace riposte::test
