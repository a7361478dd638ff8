// A small HTTP/1.1 server for probes and metrics (only here Boost.Beast): GET and HEAD on fixed
// paths.
//
// One thread serves all connections asynchronously, so a slow or idle client holds up nobody.
// Everything a client can make it keep is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace riposte::http {

// Borrowed for the call.
struct Request {
  std::string_view path;   // as sent, without the query
  std::string_view query;  // behind '?', as sent
  // Whether the query has the parameter `name`, with or without a value.
  bool HasParameter(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Runs on the server's thread: answers from memory, at once, and does not throw.
using Handler = std::function<Response(const Request&)>;

struct ServerOptions {
  std::string listen = "127.0.0.1:9465";  // "address:port", "[::1]:port"; port 0: any free one
  uint32_t header_bytes_max = 8u << 10;   // else 431
  uint64_t body_bytes_max = 64u << 10;    // else 413; bodies are read and dropped
  Duration request_timeout{
      10'000};  // for a whole request and for its answer; then the connection is closed
  size_t connections_max = 64;  // one more is closed at once
};

class Server {
 public:
  // Listens and serves when it returns. kInvalidArgument: `listen` is not an address and a port;
  // kIo: it cannot be bound.
  static Result<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                               std::vector<std::pair<std::string, Handler>> routes);
  // Closes all connections and ends the thread.
  ~Server();
  uint16_t port() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::http
