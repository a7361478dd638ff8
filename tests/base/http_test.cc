#include "base/http.h"

#include <memory>
#include <string>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace riposte::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A client that sends exactly what it is told.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    connected_ =
        connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    const timeval limit{.tv_sec = 20, .tv_usec = 0};  // a hang is a failure, not a wait for ever
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  ~RawClient() { close(socket_); }
  RawClient(const RawClient&) = delete;

  bool connected() const { return connected_; }
  bool Send(const std::string& bytes) {
    return send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  void EndSending() { shutdown(socket_, SHUT_WR); }
  // Until the server closes. "(timeout)" is appended if it never does.
  std::string ReadAll() {
    std::string all;
    char buffer[4096];
    while (true) {
      const ssize_t count = recv(socket_, buffer, sizeof(buffer), 0);
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return all + "(timeout)";
      if (count <= 0) return all;
      all.append(buffer, static_cast<size_t>(count));
    }
  }
  // Until `text` was seen.
  std::string ReadUntil(const std::string& text) {
    std::string all;
    char byte = 0;
    while (all.find(text) == std::string::npos && recv(socket_, &byte, 1, 0) == 1) all += byte;
    return all;
  }

 private:
  int socket_;
  bool connected_ = false;
};

class HttpTest : public testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    Result<std::unique_ptr<Server>> server = Server::Start(
        options, {{"/livez", [](const Request&) { return Response{.body = "ok\n"}; }},
                  {"/readyz", [](const Request& request) {
                     return Response{
                         .status = 503,
                         .body = request.HasParameter("verbose") ? "because\n" : "no\n"};
                   }}});
    ASSERT_TRUE(server.ok()) << server.status().message();
    server_ = std::move(server).value();
  }
  std::string Ask(const std::string& bytes) {
    RawClient client(server_->port());
    EXPECT_TRUE(client.connected());
    client.Send(bytes);
    return client.ReadAll();
  }
  std::string Get(const std::string& target) {
    return Ask("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  std::unique_ptr<Server> server_;
};

TEST_F(HttpTest, AnswersOnItsPaths) {
  Start();
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Get("/livez"), HasSubstr("\r\n\r\nok\n"));
  EXPECT_THAT(Get("/readyz"), HasSubstr("503"));
  EXPECT_THAT(Get("/readyz?verbose"), HasSubstr("\r\n\r\nbecause\n"));
  EXPECT_THAT(Get("/readyz?a=b&verbose=1"), HasSubstr("because"));
  EXPECT_THAT(Get("/readyz?verboses"), HasSubstr("\r\n\r\nno\n"));
  EXPECT_THAT(Get("/other"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Get("/livez/"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(HttpTest, HeadHasTheLengthAndNoBody) {
  Start();
  const std::string answer = Ask("HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST_F(HttpTest, OtherMethodsAreRefused) {
  Start();
  const std::string answer = Ask("DELETE /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(HttpTest, OneConnectionServesManyRequests) {
  Start();
  RawClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.ReadUntil("ok\n"), StartsWith("HTTP/1.1 200 "));
  }
  client.Send(
      "GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  const std::string pipelined = client.ReadAll();
  EXPECT_THAT(pipelined, HasSubstr("ok\n"));
  EXPECT_THAT(pipelined, testing::EndsWith("no\n"));
}

TEST_F(HttpTest, BadRequestsAreRefusedAndClosed) {
  Start();
  for (const char* const bytes : {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                                  "GET / HTTP/1.1\r\nno colon\r\n\r\n",
                                  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                                  "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    EXPECT_THAT(Ask(bytes), StartsWith("HTTP/1.1 400 ")) << bytes;
  }
}

// The limit counts the request line and all header fields.
TEST_F(HttpTest, HeadersUpToTheLimit) {
  ServerOptions options;
  options.header_bytes_max = 1024;
  Start(options);
  const std::string begin = "GET /livez HTTP/1.1\r\nConnection: close\r\nX: ";
  const std::string end = "\r\n\r\n";
  const size_t fits = options.header_bytes_max - begin.size() - end.size();
  EXPECT_THAT(Ask(begin + std::string(fits, 'a') + end), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask(begin + std::string(fits + 1, 'a') + end), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Ask(begin + std::string(200'000, 'a') + end), StartsWith("HTTP/1.1 431 "));
  std::string short_fields = "GET /livez HTTP/1.1\r\n";
  for (int i = 0; i < 1000; ++i) short_fields += "a: b\r\n";
  EXPECT_THAT(Ask(short_fields + end), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpTest, BodiesUpToTheLimit) {
  ServerOptions options;
  options.body_bytes_max = 100;
  Start(options);
  const std::string begin = "GET /livez HTTP/1.1\r\nConnection: close\r\nContent-Length: ";
  EXPECT_THAT(Ask(begin + "100\r\n\r\n" + std::string(100, 'b')), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask(begin + "101\r\n\r\n" + std::string(101, 'b')), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpTest, AClientThatGoesAwayIsForgotten) {
  Start();
  {
    RawClient client(server_->port());
    client.Send("GET /livez HT");
  }
  RawClient half(server_->port());
  half.Send("GET /livez HT");
  half.EndSending();
  EXPECT_EQ(half.ReadAll(), "");
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpTest, SlowClientsAreCutOffAndHoldUpNobody) {
  ServerOptions options;
  options.request_timeout = Duration(300);
  Start(options);
  RawClient slow(server_->port());
  slow.Send("GET /livez HTTP/1.1\r\nX: a");  // and never the end
  RawClient silent(server_->port());
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(slow.ReadAll(), "");
  EXPECT_EQ(silent.ReadAll(), "");
}

TEST_F(HttpTest, ConnectionsUpToTheLimit) {
  ServerOptions options;
  options.connections_max = 2;
  Start(options);
  RawClient first(server_->port()), second(server_->port());
  for (RawClient* const client : {&first, &second}) {  // answered, so accepted
    client->Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client->ReadUntil("ok\n"), StartsWith("HTTP/1.1 200 "));
  }
  RawClient third(server_->port());
  EXPECT_EQ(third.ReadAll(), "");
  first.Send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(first.ReadAll(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpTest, EndsWithOpenConnections) {
  Start();
  RawClient client(server_->port());
  client.Send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  client.ReadUntil("ok\n");
  server_.reset();
  EXPECT_EQ(client.ReadAll(), "");
}

TEST(Http, ListenAddresses) {
  for (const char* const listen : {"", "9465", "localhost:9465", "127.0.0.1:", "127.0.0.1:65536",
                                   "127.0.0.1:-1", "127.0.0.1:9x", "1.2.3:9465"}) {
    const Result<std::unique_ptr<Server>> server = Server::Start({.listen = listen}, {});
    ASSERT_FALSE(server.ok()) << listen;
    EXPECT_EQ(server.status().code(), ErrorCode::kInvalidArgument) << listen;
  }
}

TEST(Http, APortThatIsTakenIsSaid) {
  const Result<std::unique_ptr<Server>> first = Server::Start({.listen = "127.0.0.1:0"}, {});
  ASSERT_TRUE(first.ok());
  const std::string listen = "127.0.0.1:" + std::to_string(first.value()->port());
  const Result<std::unique_ptr<Server>> second = Server::Start({.listen = listen}, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), ErrorCode::kIo);
  EXPECT_THAT(second.status().message(), HasSubstr(listen));
}

}  // namespace
}  // namespace riposte::http
