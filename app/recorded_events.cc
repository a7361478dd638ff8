#include "app/recorded_events.h"

#include <optional>

#include "connectors/file/line_reader.h"
#include "engine/event/dom_reference.h"

namespace riposte::app {

static_assert(RecordedEvents::kPadding >= event::DomReference::kPadding);

Status RecordedEvents::Add(const std::string& path, size_t event_bytes_max) {
  if (cut_) return Status::Ok();
  Result<file::LineReader> reader = file::LineReader::Open(path, event_bytes_max);
  if (!reader.ok()) return reader.status();
  text_.resize(bytes_);  // the padding goes behind what is added
  Status read = Status::Ok();
  while (!cut_) {
    const Result<std::optional<std::string_view>> line = reader->Next();
    if (!line.ok()) read = line.status();
    if (!line.ok() || !*line) break;
    if ((*line)->empty()) continue;
    cut_ = bytes_ + (*line)->size() > bytes_max_;
    if (cut_) break;
    events_.emplace_back(bytes_, (*line)->size());
    text_ += **line;
    bytes_ = text_.size();
  }
  text_.append(kPadding, ' ');
  return read;
}

}  // namespace riposte::app
