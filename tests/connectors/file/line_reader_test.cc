#include "connectors/file/line_reader.h"

#include <cstring>

#include <gtest/gtest.h>

namespace riposte::file {
namespace {

// Hands out its text in pieces of a size.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string text, size_t piece) : text_(std::move(text)), piece_(piece) {}
  Result<size_t> Read(std::span<char> buffer) override {
    const size_t size = std::min({piece_, buffer.size(), text_.size() - begin_});
    std::memcpy(buffer.data(), text_.data() + begin_, size);
    begin_ += size;
    return size;
  }

 private:
  std::string text_;
  size_t piece_, begin_ = 0;
};

std::vector<std::string> Lines(const std::string& text, size_t piece, size_t limit = 100) {
  LineReader reader(std::make_unique<PieceSource>(text, piece), limit);
  std::vector<std::string> lines;
  while (true) {
    const Result<std::optional<std::string_view>> line = reader.Next();
    EXPECT_TRUE(line.ok());
    if (!line->has_value()) break;
    lines.emplace_back(**line);
  }
  EXPECT_EQ(reader.lines(), static_cast<int64_t>(lines.size()));
  return lines;
}

TEST(LineReaderTest, TheSameLinesHoweverTheBytesCome) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> rows = {
      {"", {}},
      {"a", {"a"}},
      {"a\n", {"a"}},
      {"a\nb", {"a", "b"}},
      {"a\r\nb\r\n", {"a", "b"}},
      {"\n\na\n", {"", "", "a"}},
      {"a\rb\n", {"a\rb"}},
  };
  for (const auto& [text, expected] : rows)
    for (const size_t piece : {1, 2, 3, 100}) EXPECT_EQ(Lines(text, piece), expected) << text;
}

TEST(LineReaderTest, ALongLineIsCutSoThatItIsSeenToBeTooLong) {
  for (const size_t piece : {1, 7, 1000}) {
    EXPECT_EQ(Lines("12345\nx\n", piece, 5), (std::vector<std::string>{"12345", "x"}));
    EXPECT_EQ(Lines("123456\nx\n", piece, 5), (std::vector<std::string>{"123456", "x"}));
    EXPECT_EQ(Lines("123456789\nx\n", piece, 5), (std::vector<std::string>{"123456", "x"}));
  }
}

}  // namespace
}  // namespace riposte::file
