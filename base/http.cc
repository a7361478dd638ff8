#include "base/http.h"

#include <array>
#include <charconv>
#include <optional>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace riposte::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using Routes = std::vector<std::pair<std::string, Handler>>;
using WireResponse = wire::response<wire::string_body>;

Result<tcp::endpoint> ParseListen(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  const Status malformed(
      ErrorCode::kInvalidArgument,
      fmt::format("'{}' is not an address and a port, as in 127.0.0.1:9465", listen));
  if (colon == std::string::npos) return malformed;
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const std::from_chars_result parsed = std::from_chars(listen.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end) return malformed;
  error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error) return malformed;
  return tcp::endpoint(address, port);
}

WireResponse MakeResponse(wire::status status, std::string_view body, bool keep_alive) {
  WireResponse response(status, 11);
  response.set(wire::field::content_type, "text/plain; charset=utf-8");
  response.body() = std::string(body);
  response.keep_alive(keep_alive);
  return response;
}

WireResponse Answer(const Routes& routes, const wire::request<wire::string_body>& request) {
  if (request.method() != wire::verb::get && request.method() != wire::verb::head) {
    WireResponse response =
        MakeResponse(wire::status::method_not_allowed, "only GET and HEAD\n", request.keep_alive());
    response.set(wire::field::allow, "GET, HEAD");
    return response;
  }
  const std::string_view target(request.target().data(), request.target().size());
  const size_t question = target.find('?');
  const Request asked{.path = target.substr(0, question),
                      .query = question == std::string_view::npos ? std::string_view()
                                                                  : target.substr(question + 1)};
  for (const auto& [path, handler] : routes) {
    if (path != asked.path) continue;
    const Response answer = handler(asked);
    WireResponse response =
        MakeResponse(static_cast<wire::status>(answer.status), answer.body, request.keep_alive());
    response.set(wire::field::content_type, answer.content_type);
    response.set(wire::field::cache_control, "no-store");
    return response;
  }
  return MakeResponse(wire::status::not_found, "not found\n", request.keep_alive());
}

// What to answer to a request that could not be read, or nothing if the client is gone or too slow.
std::optional<WireResponse> AnswerTo(const error_code& error) {
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow) {
    return MakeResponse(wire::status::request_header_fields_too_large, "header too large\n", false);
  }
  if (error == wire::error::body_limit) {
    return MakeResponse(wire::status::payload_too_large, "body too large\n", false);
  }
  if (error.category() == wire::make_error_code(wire::error::bad_method).category() &&
      error != wire::error::end_of_stream && error != wire::error::partial_message) {
    return MakeResponse(wire::status::bad_request, "bad request\n", false);
  }
  return std::nullopt;
}

// One connection; lives as long as an operation of its own is under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const ServerOptions& options, const Routes& routes,
          size_t& open_sessions)
      : stream_(std::move(socket)),
        buffer_(options.header_bytes_max + 4096),
        options_(options),
        routes_(routes),
        open_sessions_(open_sessions) {
    ++open_sessions_;
  }
  ~Session() { --open_sessions_; }
  Session(const Session&) = delete;

  void Read() {
    parser_.emplace();
    parser_->header_limit(options_.header_bytes_max);
    parser_->body_limit(options_.body_bytes_max);
    header_bytes_ = 0;
    stream_.expires_after(options_.request_timeout);
    ReadSome();
  }

 private:
  // Piece by piece, because Beast's own limit counts each line alone: endless short fields would
  // pass it.
  void ReadSome() {
    const bool in_header = !parser_->is_header_done();
    wire::async_read_some(stream_, buffer_, *parser_,
                          [self = shared_from_this(), in_header](error_code error, size_t bytes) {
                            if (in_header) self->header_bytes_ += bytes;
                            if (!error && self->header_bytes_ > self->options_.header_bytes_max) {
                              error = wire::error::header_limit;
                            }
                            if (error || self->parser_->is_done()) {
                              self->OnRead(error);
                            } else {
                              self->ReadSome();
                            }
                          });
  }

  void OnRead(const error_code& error) {
    if (error) {
      std::optional<WireResponse> answer = AnswerTo(error);
      if (answer) Write(std::move(*answer));
      return;
    }
    const bool head_only = parser_->get().method() == wire::verb::head;
    WireResponse answer = Answer(routes_, parser_->get());
    answer.prepare_payload();
    if (head_only) answer.body().clear();  // the length stays
    Send(std::move(answer));
  }

  void Write(WireResponse answer) {
    answer.prepare_payload();
    Send(std::move(answer));
  }

  void Send(WireResponse answer) {
    response_.emplace(std::move(answer));
    stream_.expires_after(options_.request_timeout);
    const bool keep_alive = response_->keep_alive();
    wire::async_write(stream_, *response_,
                      [self = shared_from_this(), keep_alive](const error_code& error, size_t) {
                        if (error) return;
                        if (keep_alive) {
                          self->Read();
                        } else {
                          self->CloseGracefully();
                        }
                      });
  }

  // A client that is still sending would lose the answer to a reset: say that we are done and drop
  // what it sends, for a while.
  void CloseGracefully() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(options_.request_timeout);
    Drain();
  }

  void Drain() {
    stream_.async_read_some(asio::buffer(dropped_),
                            [self = shared_from_this()](const error_code& error, size_t bytes) {
                              self->drained_ += bytes;
                              if (!error && self->drained_ < kDrainBytesMax) self->Drain();
                            });
  }

  static constexpr size_t kDrainBytesMax = 1u << 20;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const ServerOptions& options_;
  const Routes& routes_;
  size_t& open_sessions_;
  std::optional<wire::request_parser<wire::string_body>> parser_;
  std::optional<WireResponse> response_;
  std::array<char, 4096> dropped_{};
  size_t header_bytes_ = 0;
  size_t drained_ = 0;
};

}  // namespace

bool Request::HasParameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    if (pair.substr(0, pair.find('=')) == name) return true;
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 1);
  }
  return false;
}

struct Server::Impl {
  Impl(ServerOptions server_options, Routes server_routes)
      : options(std::move(server_options)), routes(std::move(server_routes)) {}

  Status Listen(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Status(ErrorCode::kIo,
                    fmt::format("cannot listen on {}: {}", options.listen, error.message()));
    }
    return Status::Ok();
  }

  void Accept() {
    acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {  // out of descriptors, most likely: do not spin
        retry.expires_after(std::chrono::milliseconds(100));
        retry.async_wait([this](const error_code& cancelled) {
          if (!cancelled) Accept();
        });
        return;
      }
      if (open_sessions < options.connections_max) {
        std::make_shared<Session>(std::move(socket), options, routes, open_sessions)->Read();
      }
      Accept();
    });
  }

  const ServerOptions options;
  const Routes routes;
  size_t open_sessions = 0;  // outlives the sessions, which the context's end destroys
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer retry{context};
  std::thread thread;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Routes routes) {
  const Result<tcp::endpoint> endpoint = ParseListen(options.listen);
  if (!endpoint.ok()) return endpoint.status();
  std::unique_ptr<Impl> impl = std::make_unique<Impl>(options, std::move(routes));
  RIPOSTE_TRY(impl->Listen(endpoint.value()));
  impl->Accept();
  impl->thread = std::thread([context = &impl->context] { context->run(); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() {
  impl_->context.stop();
  impl_->thread.join();
}

uint16_t Server::port() const {
  error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

}  // namespace riposte::http
