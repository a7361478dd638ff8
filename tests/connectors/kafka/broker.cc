#include "tests/connectors/kafka/broker.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

namespace riposte::test {
namespace {

constexpr int kMissing = 77;  // of kafka.sh: no Java or no Maven

const std::string& Script() {
  static const std::string path = std::string(RIPOSTE_SOURCE_DIR) + "/tests/support/kafka/kafka.sh";
  return path;
}

int ExitCode(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool IsFree(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free =
      bind(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(socket_fd);
  return free;
}

}  // namespace

int FreePorts(int count) {
  std::random_device random;
  for (;;) {
    // Below the range that the kernel gives to outgoing connections.
    const int first = 20000 + static_cast<int>(random() % 12000);
    bool free = true;
    for (int i = 0; i < count; ++i) free = free && IsFree(first + i);
    if (free) return first;
  }
}

const std::string& Broker::WhyNot() {
  static const std::string reason = [] {
    if (ExitCode(Script() + " fetch") != kMissing) return std::string();
    return std::string("a real Kafka needs Java 17 and Maven; kafka.sh says above what is missing");
  }();
  return reason;
}

Broker& Broker::Get() {
  static Broker broker;
  return broker;
}

Broker::Broker() : port_(FreePorts(3)) { Start(); }

Broker::~Broker() { Kill(); }

int Broker::Run(const std::string& arguments) const {
  return ExitCode(fmt::format("{} {}", Script(), arguments));
}

void Broker::Start() {
  RIPOSTE_CHECK(Run(fmt::format("start {} {} --sasl", data_.path(), port_)) == 0,
                "the broker starts");
}

void Broker::Stop() { Run(fmt::format("stop {}", data_.path())); }
void Broker::Kill() { Run(fmt::format("stop {} --kill", data_.path())); }

void Broker::Pause() { Signal(SIGSTOP); }
void Broker::Resume() { Signal(SIGCONT); }

void Broker::Signal(int signal) const {
  std::ifstream file(data_.path() + "/pid");
  pid_t pid = 0;
  RIPOSTE_CHECK(file >> pid && kill(pid, signal) == 0, "the broker runs");
}

std::string Broker::address() const { return fmt::format("127.0.0.1:{}", port_); }
std::string Broker::sasl_address() const { return fmt::format("127.0.0.1:{}", port_ + 2); }

}  // namespace riposte::test
