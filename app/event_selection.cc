#include "app/event_selection.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "connectors/file/byte_source.h"
#include "connectors/file/line_reader.h"

namespace riposte::app {
namespace {

std::optional<int64_t> NumberIn(std::string_view digits) {
  int64_t number = 0;
  const std::from_chars_result parsed =
      std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || number < 0)
    return std::nullopt;
  return number;
}

// The number behind the last colon, if that is one.
std::optional<int64_t> LineIn(std::string_view text, std::string_view& file) {
  const size_t colon = text.find_last_of(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::optional<int64_t> line = NumberIn(text.substr(colon + 1));
  if (line) file = text.substr(0, colon);
  return line;
}

struct Lines {
  int64_t from = 1;
  int64_t to = std::numeric_limits<int64_t>::max();
};

// The two numbers behind the last colon, if those are such.
std::optional<Lines> LinesIn(std::string_view text, std::string_view& file) {
  const size_t colon = text.find_last_of(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view range = text.substr(colon + 1);
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<int64_t> from = NumberIn(range.substr(0, dash));
  const std::optional<int64_t> to = NumberIn(range.substr(dash + 1));
  if (!from || !to) return std::nullopt;
  file = text.substr(0, colon);
  return Lines{.from = *from, .to = *to};
}

Result<std::string> ReadBytes(const std::string& path, size_t limit) {
  Result<std::unique_ptr<file::ByteSource>> source = file::OpenBytes(path);
  if (!source.ok()) return source.status();
  std::string bytes;
  std::vector<char> buffer(64u << 10);
  while (bytes.size() <= limit) {
    const Result<size_t> got = (*source)->Read(buffer);
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    bytes.append(buffer.data(), *got);
  }
  return bytes;
}

// Whether an object ends with a line and another begins the next one: no single object has that.
bool HasAnEventALine(std::string_view bytes) {
  size_t feed = bytes.find('\n');
  while (feed != std::string_view::npos) {
    const size_t end = bytes.find_last_not_of(" \t\r\n", feed);
    const size_t next = bytes.find_first_not_of(" \t\r\n", feed);
    if (end != std::string_view::npos && next != std::string_view::npos && bytes[end] == '}' &&
        bytes[next] == '{')
      return true;
    feed = bytes.find('\n', feed + 1);
  }
  return false;
}

Result<SelectedEvent> ReadLine(const std::string& path, int64_t wanted, size_t event_bytes_max) {
  if (wanted == 0) return Status(ErrorCode::kNotFound, "lines are counted from 1");
  Result<file::LineReader> reader = file::LineReader::Open(path, event_bytes_max);
  if (!reader.ok()) return reader.status();
  while (true) {
    const Result<std::optional<std::string_view>> line = reader->Next();
    if (!line.ok()) return line.status();
    if (!*line)
      return Status(ErrorCode::kNotFound,
                    fmt::format("{} has {} line{}, not {}", path, reader->lines(),
                                reader->lines() == 1 ? "" : "s", wanted));
    if (reader->lines() == wanted)
      return SelectedEvent{.bytes = std::string(**line), .file = path, .line = wanted};
  }
}

}  // namespace

Result<SelectedEvent> ReadEvent(const std::string& text, size_t event_bytes_max) {
  std::error_code ignored;
  std::string_view file;
  const std::optional<int64_t> line = LineIn(text, file);
  if (line && !std::filesystem::exists(text, ignored))
    return ReadLine(std::string(file), *line, event_bytes_max);
  Result<std::string> bytes = ReadBytes(text, event_bytes_max);
  if (!bytes.ok()) return bytes.status();
  if (HasAnEventALine(*bytes))
    return Status(
        ErrorCode::kInvalidArgument,
        fmt::format("{0} has an event a line: name one, as in {0}:1, or all with --events", text));
  return SelectedEvent{.bytes = std::move(bytes).value(), .file = text};
}

Result<std::string> ReadEvents(const std::string& text, size_t event_bytes_max,
                               const std::function<void(std::string_view, int64_t)>& take) {
  std::error_code ignored;
  std::string_view file = text;
  const bool is_file = std::filesystem::exists(text, ignored);
  const Lines wanted = (is_file ? std::nullopt : LinesIn(text, file)).value_or(Lines{});
  if (wanted.from < 1 || wanted.to < wanted.from)
    return Status(ErrorCode::kInvalidArgument,
                  fmt::format("{}: lines are counted from 1, and the first comes first", text));
  Result<file::LineReader> reader = file::LineReader::Open(std::string(file), event_bytes_max);
  if (!reader.ok()) return reader.status();
  while (reader->lines() < wanted.to) {
    const Result<std::optional<std::string_view>> line = reader->Next();
    if (!line.ok()) return line.status();
    if (!*line) break;
    if (reader->lines() >= wanted.from && !(*line)->empty()) take(**line, reader->lines());
  }
  if (reader->lines() < wanted.from)
    return Status(ErrorCode::kNotFound,
                  fmt::format("{} has {} line{}, not {}", file, reader->lines(),
                              reader->lines() == 1 ? "" : "s", wanted.from));
  return std::string(file);
}

}  // namespace riposte::app
