#include "connectors/file/line_reader.h"

#include <algorithm>
#include <utility>

namespace riposte::file {
namespace {

constexpr size_t kBufferBytes = 256u << 10;

}  // namespace

Result<LineReader> LineReader::Open(const std::string& path, size_t line_bytes_max) {
  Result<std::unique_ptr<ByteSource>> source = OpenBytes(path);
  if (!source.ok()) return source.status();
  return LineReader(std::move(source).value(), line_bytes_max);
}

LineReader::LineReader(std::unique_ptr<ByteSource> source, size_t line_bytes_max)
    : source_(std::move(source)), line_bytes_max_(line_bytes_max), buffer_(kBufferBytes) {}

Result<std::optional<std::string_view>> LineReader::Next() {
  line_.clear();
  bool any = false;
  while (true) {
    if (begin_ == end_) {
      RIPOSTE_TRY(Fill());
      if (end_ == 0) break;
    }
    any = true;
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    const size_t feed = rest.find('\n');
    Keep(rest.substr(0, feed));
    if (feed == std::string_view::npos) {
      begin_ = end_;
      continue;
    }
    begin_ += feed + 1;
    break;
  }
  if (!any) return std::optional<std::string_view>();
  ++lines_;
  if (line_.ends_with('\r') && line_.size() <= line_bytes_max_) line_.pop_back();
  return std::optional<std::string_view>(line_);
}

Status LineReader::Fill() {
  begin_ = end_ = 0;
  const Result<size_t> got = source_->Read(buffer_);
  if (!got.ok()) return got.status();
  end_ = *got;
  return Status::Ok();
}

void LineReader::Keep(std::string_view part) {
  const size_t room = line_bytes_max_ + 1 - line_.size();
  line_ += part.substr(0, room);
}

}  // namespace riposte::file
