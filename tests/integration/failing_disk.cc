// A disk that fails, to be preloaded, or part of a test: while the file $RIPOSTE_FAILING_DISK.fault
// is there, what is written below the folder $RIPOSTE_FAILING_DISK is refused. It has one word in
// it: `full`, nothing can be written (ENOSPC); `broken`, likewise (EIO); `sync`, what was written
// cannot be made durable (EIO).
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

namespace {

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// By the system's own calls: those that are replaced here must not be used.
std::string Contents(const std::string& path) {
  std::array<char, 16> bytes{};
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t count = read(file, bytes.data(), bytes.size());
  close(file);
  return {bytes.data(), static_cast<size_t>(count < 0 ? 0 : count)};
}

bool IsThere(int file, const std::string& folder) {
  std::array<char, 4096> path{};
  const ssize_t count =
      readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path.data(), path.size());
  return count > 0 &&
         std::string_view(path.data(), static_cast<size_t>(count)).starts_with(folder + "/");
}

bool Fails(int file, std::string_view how) {
  const char* const folder = std::getenv("RIPOSTE_FAILING_DISK");
  if (folder == nullptr) return false;
  const int before = errno;
  const bool fails =
      Contents(std::string(folder) + ".fault").starts_with(how) && IsThere(file, folder);
  errno = before;
  return fails;
}

bool CannotWrite(int file) {
  if (Fails(file, "full")) {
    errno = ENOSPC;
    return true;
  }
  if (!Fails(file, "broken")) return false;
  errno = EIO;
  return true;
}

bool CannotSync(int file) {
  if (!Fails(file, "sync")) return false;
  errno = EIO;
  return true;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  static const auto real = Real<ssize_t (*)(int, const void*, size_t)>("write");
  return CannotWrite(file) ? -1 : real(file, bytes, count);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  static const auto real = Real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return CannotWrite(file) ? -1 : real(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void* bytes, size_t count, off64_t at) {
  static const auto real = Real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return CannotWrite(file) ? -1 : real(file, bytes, count, at);
}

int fsync(int file) {
  static const auto real = Real<int (*)(int)>("fsync");
  return CannotSync(file) ? -1 : real(file);
}

int fdatasync(int file) {
  static const auto real = Real<int (*)(int)>("fdatasync");
  return CannotSync(file) ? -1 : real(file);
}

}  // extern "C"
#pragma GCC visibility pop
