#include "tests/app/program.h"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
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

std::unique_ptr<Running> Program::Start(const std::vector<std::string>& arguments) const {
  const std::string program = std::string(RIPOSTE_BINARY_DIR) + "/riposte";
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  std::array<char*, 1> environment = {nullptr};
  std::array<int, 2> log{};
  RIPOSTE_CHECK(pipe2(log.data(), O_CLOEXEC) == 0, "no pipe");
  const int pid = fork();
  RIPOSTE_CHECK(pid >= 0, "no process");
  if (pid == 0) {
    if (chdir(folder_.path().c_str()) != 0 || dup2(log[1], STDERR_FILENO) < 0) _exit(127);
    execve(program.c_str(), words.data(), environment.data());
    _exit(127);
  }
  close(log[1]);
  return std::make_unique<Running>(pid, log[0]);
}

Running::~Running() {
  if (pid_ != 0) {
    Send(SIGKILL);
    Wait();
  }
  close(log_);
}

bool Running::WaitForLog(std::string_view text) {
  std::array<char, 4096> buffer;
  while (true) {
    const size_t found = unread_.find(text);
    if (found != std::string::npos) {
      unread_.erase(0, found + text.size());
      return true;
    }
    const ssize_t count = read(log_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    unread_.append(buffer.data(), static_cast<size_t>(count));
  }
}

void Running::Send(int signal) const { RIPOSTE_CHECK(kill(pid_, signal) == 0, "no such process"); }

int Running::Wait() {
  int status = 0;
  RIPOSTE_CHECK(waitpid(pid_, &status, 0) == pid_, "no such child");
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace riposte::test
