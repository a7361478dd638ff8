#include "engine/trigger/watermark.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace riposte::trigger {
namespace {

constexpr uint8_t kVersion = 1;

}  // namespace

Watermark::Watermark(size_t sources, Duration idle_wait, Time now)
    : idle_wait_(idle_wait), sources_(sources, Source{.latest = {}, .heard = now}) {
  RIPOSTE_CHECK(sources <= kSourcesMax, "more sources than a watermark can follow");
}

void Watermark::OnRecord(size_t source, Time event_time, Time now) {
  Source& read = sources_[source];
  read.latest = std::max(read.latest.value_or(Time::min()), event_time);
  OnBacklog(source, now);
}

void Watermark::OnBacklog(size_t source, Time now) {
  sources_[source].heard = std::max(sources_[source].heard, now);
}

bool Watermark::IsIdle(const Source& source, Time now) const {
  return now - source.heard >= idle_wait_;
}

std::optional<Time> Watermark::Least(Time now) const {
  std::optional<Time> least;
  for (const Source& source : sources_) {
    if (IsIdle(source, now)) continue;
    const Time latest = source.latest.value_or(Time::min());
    least = std::min(least.value_or(latest), latest);
  }
  return least;
}

Time Watermark::At(Time now) {
  value_ = std::max(value_, Least(now).value_or(now - idle_wait_));
  return value_;
}

void Watermark::Write(ByteWriter& writer) const {
  writer.Byte(kVersion);
  writer.Signed(ToMs(value_));
  writer.Unsigned(sources_.size());
  for (const Source& source : sources_) {
    writer.Byte(source.latest ? 1 : 0);
    if (source.latest) writer.Signed(ToMs(*source.latest));
  }
}

bool Watermark::Read(ByteReader& reader, Time now) {
  if (reader.Byte() != kVersion) reader.Fail();
  const Time value = TimeFromMs(reader.Signed());
  const size_t written = reader.Count();
  if (written > kSourcesMax) reader.Fail();
  std::vector<Source> sources(std::max(written, sources_.size()), {.latest = {}, .heard = now});
  for (size_t i = 0; i < written && reader.ok(); ++i) {
    const uint8_t has_latest = reader.Byte();
    if (has_latest > 1) reader.Fail();
    if (has_latest == 1) sources[i].latest = TimeFromMs(reader.Signed());
  }
  if (!reader.ok()) return false;
  sources.resize(sources_.size());
  sources_ = std::move(sources);
  value_ = value;
  return true;
}

}  // namespace riposte::trigger
