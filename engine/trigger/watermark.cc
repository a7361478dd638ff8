#include "engine/trigger/watermark.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "engine/trigger/saturating.h"

namespace riposte::trigger {
namespace {

constexpr uint8_t kVersion = 2;

void WriteSource(std::string_view name, std::optional<Time> latest, ByteWriter& writer) {
  writer.Text(name);
  writer.Byte(latest ? 1 : 0);
  if (latest) writer.Signed(ToMs(*latest));
}

std::string_view ReadName(ByteReader& reader) {
  const std::string_view name = reader.Text();
  if (name.size() > Watermark::kNameBytesMax) reader.Fail();
  return name;
}

std::optional<Time> ReadLatest(ByteReader& reader) {
  const uint8_t has_latest = reader.Byte();
  if (has_latest > 1) reader.Fail();
  if (has_latest != 1) return std::nullopt;
  return TimeFromMs(reader.Signed());
}

size_t ReadCount(size_t most, ByteReader& reader) {
  const size_t count = reader.Count();
  if (count > most) reader.Fail();
  return reader.ok() ? count : 0;
}

}  // namespace

Watermark::Watermark(std::span<const std::string> inputs, Duration idle_wait, Time now)
    : idle_wait_(idle_wait), inputs_(inputs.size()) {
  RIPOSTE_CHECK(inputs_ <= kSourcesMax, "more sources than a watermark can follow");
  for (const std::string& name : inputs) {
    RIPOSTE_CHECK(name.size() <= kNameBytesMax, "no name of an input");
    sources_.push_back({.name = name, .latest = {}, .heard = now});
  }
}

void Watermark::Hear(Source& source, Time event_time, Time now) {
  source.latest = std::max(source.latest.value_or(Time::min()), event_time);
  source.heard = std::max(source.heard, now);
}

void Watermark::OnRecord(size_t input, Time event_time, Time now) {
  Hear(sources_[input], event_time, now);
}

void Watermark::OnBacklog(size_t input, Time now) {
  sources_[input].heard = std::max(sources_[input].heard, now);
}

bool Watermark::OnSender(std::string_view name, Time watermark, Time append_time, Time now) {
  ReadTo(append_time);
  auto sender = PlaceOf(name);
  if (sender == sources_.end() || sender->name != name) {
    if (name.size() > kNameBytesMax || !MakeRoom(now)) return false;
    sender = sources_.insert(PlaceOf(name), SenderOf(name, now));
  }
  Hear(*sender, watermark, now);
  sender->appended = std::max(sender->appended.value_or(append_time), append_time);
  return true;
}

Watermark::Source Watermark::SenderOf(std::string_view name, Time now) {
  return {.name = std::string(name), .latest = {}, .heard = now, .is_sender = true};
}

void Watermark::OnSenderBacklog(Time now) { behind_at_ = std::max(behind_at_.value_or(now), now); }

void Watermark::ReadTo(Time append_time) {
  if (!read_from_) read_from_ = append_time;
  read_to_ = std::max(read_to_.value_or(append_time), append_time);
}

bool Watermark::IsBehind(Time now) const { return behind_at_ && now - *behind_at_ < idle_wait_; }

Watermark::SourceList::iterator Watermark::PlaceOf(std::string_view sender) {
  return std::ranges::lower_bound(sources_.begin() + static_cast<std::ptrdiff_t>(inputs_),
                                  sources_.end(), sender, {}, &Source::name);
}

bool Watermark::MakeRoom(Time now) {
  if (sources_.size() < kSourcesMax) return true;
  const auto silent = std::ranges::min_element(
      sources_.begin() + static_cast<std::ptrdiff_t>(inputs_), sources_.end(), {}, &Source::heard);
  if (silent == sources_.end() || !IsIdle(*silent, now)) return false;
  sources_.erase(silent);
  return true;
}

bool Watermark::IsIdle(const Source& source, Time now) const {
  if (!source.is_sender || !IsBehind(now)) return now - source.heard >= idle_wait_;
  return read_to_ && Later(source.appended.value_or(*read_from_), idle_wait_) <= *read_to_;
}

bool Watermark::InputsIdle(Time now) const {
  return std::ranges::all_of(inputs(), [&](const Source& input) { return IsIdle(input, now); });
}

Time Watermark::Reached(std::span<const Source> sources, Time now) const {
  std::optional<Time> least;
  for (const Source& source : sources) {
    if (IsIdle(source, now)) continue;
    const Time latest = source.latest.value_or(Time::min());
    least = std::min(least.value_or(latest), latest);
  }
  return least.value_or(now - idle_wait_);
}

Time Watermark::At(Time now) {
  ForgetGone(now);
  value_ = std::max(value_, Reached(sources_, now));
  return value_;
}

Time Watermark::OfInputs(Time now) {
  of_inputs_ = std::max(of_inputs_, Reached(inputs(), now));
  return of_inputs_;
}

void Watermark::ForgetGone(Time now) {
  const auto gone = [&](const Source& source) {
    return IsIdle(source, now) && now - source.heard >= kGoneWait;
  };
  sources_.erase(
      std::remove_if(sources_.begin() + static_cast<std::ptrdiff_t>(inputs_), sources_.end(), gone),
      sources_.end());
}

void Watermark::Write(ByteWriter& writer) const {
  writer.Byte(kVersion);
  writer.Signed(ToMs(value_));
  writer.Unsigned(inputs_);
  writer.Unsigned(senders());
  for (const Source& source : sources_) WriteSource(source.name, source.latest, writer);
}

bool Watermark::Read(ByteReader& reader, Time now) {
  if (reader.Byte() != kVersion) reader.Fail();
  const Time value = TimeFromMs(reader.Signed());
  const size_t inputs = ReadCount(kSourcesMax, reader);
  const size_t senders = ReadCount(kSourcesMax - inputs, reader);
  SourceList sources = ReadInputs(inputs, reader, now);
  ReadSenders(senders, reader, now, sources);
  if (!reader.ok()) return false;
  sources_ = std::move(sources);
  value_ = value;
  of_inputs_ = Time::min();
  behind_at_ = read_from_ = read_to_ = std::nullopt;
  return true;
}

std::optional<Watermark> Watermark::AsWritten(std::string_view bytes) {
  ByteReader names(bytes);
  if (names.Byte() != kVersion) names.Fail();
  names.Signed();
  const size_t count = ReadCount(kSourcesMax, names);
  ReadCount(kSourcesMax - count, names);
  std::vector<std::string> inputs;
  for (size_t i = 0; i < count && names.ok(); ++i) {
    inputs.emplace_back(ReadName(names));
    ReadLatest(names);
  }
  if (!names.ok()) return std::nullopt;
  Watermark watermark(inputs, kIdleWait, {});
  ByteReader reader(bytes);
  if (!watermark.Read(reader, {})) return std::nullopt;
  return watermark;
}

std::vector<Watermark::SourceView> Watermark::Sources() const {
  std::vector<SourceView> views;
  for (const Source& source : sources_)
    views.push_back({.name = source.name, .is_sender = source.is_sender, .latest = source.latest});
  return views;
}

Watermark::SourceList Watermark::ReadInputs(size_t count, ByteReader& reader, Time now) const {
  SourceList sources(sources_.begin(), sources_.begin() + static_cast<std::ptrdiff_t>(inputs_));
  for (Source& source : sources) source = {.name = source.name, .latest = {}, .heard = now};
  std::vector<std::string_view> names;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    names.push_back(ReadName(reader));
    const std::optional<Time> latest = ReadLatest(reader);
    const auto same = std::ranges::find(sources, names.back(), &Source::name);
    if (same != sources.end()) same->latest = latest;
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) reader.Fail();
  return sources;
}

void Watermark::ReadSenders(size_t count, ByteReader& reader, Time now, SourceList& sources) {
  std::string_view before;
  for (size_t i = 0; i < count && reader.ok(); ++i) {
    const std::string_view name = ReadName(reader);
    if (i > 0 && name <= before) reader.Fail();
    before = name;
    sources.push_back(SenderOf(name, now));
    sources.back().latest = ReadLatest(reader);
  }
  // There may be more inputs than when it was written.
  if (sources.size() > kSourcesMax) sources.resize(kSourcesMax);
}

}  // namespace riposte::trigger
