// What remediation, alerts and guards need of one event. A single match makes it of the event at
// hand; a window, whose events' bytes are gone when it fires, keeps it in a few hundred bytes
// (trigger::Kept::event).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "engine/event/event.h"
#include "engine/remediate/origin.h"
#include "rules/schema/profile.h"

namespace riposte::remediate {

// So many bytes of each text are kept. A name is cut there. What identifies (an id, a path, a hash)
// is left out whole if it is longer, as if the event had not told it: half a path is another file.
inline constexpr size_t kSubjectIdMax = 256;     // of event and asset; guid
inline constexpr size_t kSubjectNameMax = 128;   // the asset's name, its platform
inline constexpr size_t kSubjectPathMax = 4096;  // image, file
inline constexpr size_t kSubjectHashMax = 128;   // a text that is no SHA-256
inline constexpr size_t kSubjectTopicMax = 512;  // cut, too: Kafka's have at most 249

// A file's hash, as the event has it or as it was kept.
struct FileHash {
  std::string_view text;
  bool is_raw = false;  // the 32 bytes of a SHA-256 instead of their hex digits
  bool empty() const { return text.empty(); }
  std::string Hex() const;  // lower case, so that there is one spelling
};

struct AssetView {
  std::string_view id, name, platform;
};

// Views of the event, or of the bytes that it was read from.
struct Subject {
  struct Process {
    std::optional<int64_t> pid;
    std::optional<Time> started_at, started_not_after;
    std::string_view guid, image;
    FileHash sha256;
  };
  struct File {
    std::string_view path;
    FileHash sha256;
  };

  std::string_view event_id;       // empty: its place and the bytes of its record identify it
  std::string_view record;         // those bytes; empty of what was kept
  std::string_view record_sha256;  // of what was kept without an event id: 32 bytes
  Origin origin;
  Time event_time{};  // the record's where the event has none
  schema::EventType type = schema::EventType::kOther;
  AssetView asset;
  bool is_snapshot = false;  // it repeats a known state
  // What events of its type can order something for, the rest is empty: FILE the file; PROCESS its
  // process and the parent; NETWORK and MUTEX the process that owns it.
  Process process, parent;
  File file;

  Time append_time() const { return origin.append_time; }
};

// Allocates nothing. The event is complete (event::Event::First).
Subject SubjectOf(const event::Event& event, const Origin& origin);

// Appends it to `out`; at most kSubjectBytesMax bytes for what SubjectOf made.
void WriteSubject(const Subject& subject, std::string& out);
inline constexpr size_t kSubjectBytesMax = 11'000;
// The same in at most `bytes_max` bytes, which are kSubjectBytesLeast or more: what is least needed
// to act is left out, one after the other, as if the event had not told it.
void WriteSubjectWithin(size_t bytes_max, Subject subject, std::string& out);
inline constexpr size_t kSubjectBytesLeast = 1'200;
// Empty unless `bytes` are whole and such as WriteSubject may have written.
std::optional<Subject> ReadSubject(std::string_view bytes);

}  // namespace riposte::remediate
