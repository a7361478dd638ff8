#include "tests/app/child.h"

#include <array>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

namespace riposte::test {

ChildEnd RunChild(const std::function<void()>& body, const std::function<void(int)>& meanwhile) {
  std::array<int, 2> err{};
  RIPOSTE_CHECK(pipe(err.data()) == 0, "no pipe");
  const int pid = fork();
  RIPOSTE_CHECK(pid >= 0, "no process");
  if (pid == 0) {
    const rlimit none{};
    setrlimit(RLIMIT_CORE, &none);
    dup2(err[1], STDERR_FILENO);
    close(err[0]);
    close(err[1]);
    // An exception must not find its way into the parent's code.
    [&body]() noexcept { body(); }();
    _exit(0);
  }
  close(err[1]);
  ChildEnd end;
  std::array<char, 1024> buffer;
  for (ssize_t count = 0; (count = read(err[0], buffer.data(), buffer.size())) > 0;) {
    if (end.err.empty() && meanwhile) meanwhile(pid);
    end.err.append(buffer.data(), static_cast<size_t>(count));
  }
  close(err[0]);
  int status = 0;
  RIPOSTE_CHECK(waitpid(pid, &status, 0) == pid, "no such child");
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.exit = WEXITSTATUS(status);
  return end;
}

}  // namespace riposte::test
