#include "engine/remediate/subject.h"

#include <array>
#include <charconv>
#include <limits>

#include "base/bytes.h"
#include "base/check.h"
#include "base/clip.h"
#include "base/digest.h"

namespace riposte::remediate {
namespace {

using schema::EventType;
using schema::Role;

constexpr uint8_t kVersion = 1;
constexpr size_t kDigestBytes = 32;

// Of the byte behind the version.
constexpr uint8_t kHasEventId = 1;
constexpr uint8_t kIsSnapshot = 2;
constexpr uint8_t kHasProcess = 4;
constexpr uint8_t kHasParent = 8;
constexpr uint8_t kHasFile = 16;
constexpr uint8_t kFlags = 31;
// Of a process.
constexpr uint8_t kHasPid = 1;
constexpr uint8_t kHasStart = 2;
constexpr uint8_t kHasStartBound = 4;
constexpr uint8_t kProcessFlags = 7;
// Of a hash.
constexpr uint8_t kTextHash = 0;
constexpr uint8_t kRawHash = 1;

// The roles that describe one process of an event.
struct ProcessRoles {
  Role pid, started_at, started_not_after, guid, image, sha256;
};
constexpr ProcessRoles kOwnProcess{
    Role::kProcessPid,  Role::kProcessStartedAt, Role::kProcessStartedNotAfter,
    Role::kProcessGuid, Role::kProcessImage,     Role::kProcessSha256};
constexpr ProcessRoles kParentProcess{
    Role::kParentPid,  Role::kParentStartedAt, Role::kParentStartedNotAfter,
    Role::kParentGuid, Role::kParentImage,     Role::kParentSha256};

std::optional<int64_t> PidOf(const event::Event& event, Role role) {
  const event::Value* value = event.First(role);
  if (value == nullptr) return std::nullopt;
  const std::string text = value->number.ToString();
  int64_t pid = 0;
  const std::from_chars_result read = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || pid < 0)
    return std::nullopt;
  return pid;
}

std::optional<Time> TimeOf(const event::Event& event, Role role) {
  const event::Value* value = event.First(role);
  return value == nullptr ? std::nullopt : std::optional<Time>(value->date);
}

FileHash HashOf(const event::Event& event, Role role) {
  return {.text = event.TextOf(role), .is_raw = false};
}

Subject::Process ProcessOf(const event::Event& event, const ProcessRoles& roles) {
  return {.pid = PidOf(event, roles.pid),
          .started_at = TimeOf(event, roles.started_at),
          .started_not_after = TimeOf(event, roles.started_not_after),
          .guid = event.TextOf(roles.guid),
          .image = event.TextOf(roles.image),
          .sha256 = HashOf(event, roles.sha256)};
}

void TakeTargets(const event::Event& event, Subject& subject) {
  switch (subject.type) {
    case EventType::kFile:
      subject.file = {.path = event.TextOf(Role::kFilePath),
                      .sha256 = HashOf(event, Role::kFileSha256)};
      break;
    case EventType::kProcess:
      subject.parent = ProcessOf(event, kParentProcess);
      [[fallthrough]];
    case EventType::kNetwork:
    case EventType::kMutex:
      subject.process = ProcessOf(event, kOwnProcess);
      break;
    case EventType::kRegistry:
    case EventType::kOther:
      break;
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The bytes of 64 hex digits.
std::optional<std::string> RawDigest(std::string_view hex) {
  if (hex.size() != 2 * kDigestBytes) return std::nullopt;
  std::string raw;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexDigit(hex[i]);
    const int low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    raw.push_back(static_cast<char>(high * 16 + low));
  }
  return raw;
}

std::string_view OrNone(std::string_view text, size_t bytes_max) {
  return text.size() <= bytes_max ? text : std::string_view();
}

// Times stand relative to that of the event. Of any two the difference is one of 64 bits.
uint64_t Bits(Time time) { return static_cast<uint64_t>(ToMs(time)); }
void WriteTime(Time time, Time base, ByteWriter& out) {
  out.Signed(static_cast<int64_t>(Bits(time) - Bits(base)));
}
Time ReadTime(Time base, ByteReader& in) {
  return TimeFromMs(static_cast<int64_t>(Bits(base) + static_cast<uint64_t>(in.Signed())));
}

void WriteHash(const FileHash& hash, ByteWriter& out) {
  const std::optional<std::string> raw =
      hash.is_raw ? std::optional(std::string(hash.text)) : RawDigest(hash.text);
  out.Byte(raw ? kRawHash : kTextHash);
  out.Text(raw ? std::string_view(*raw) : OrNone(hash.text, kSubjectHashMax));
}

std::string_view ReadText(size_t bytes_max, ByteReader& in) {
  const std::string_view text = in.Text();
  if (text.size() > bytes_max) in.Fail();
  return text;
}

FileHash ReadHash(ByteReader& in) {
  const uint8_t kind = in.Byte();
  const std::string_view text = ReadText(kSubjectHashMax, in);
  if (kind > kRawHash || (kind == kRawHash && text.size() != kDigestBytes)) in.Fail();
  return {.text = text, .is_raw = kind == kRawHash};
}

bool IsThere(const Subject::Process& process) {
  return process.pid || process.started_at || process.started_not_after || !process.guid.empty() ||
         !process.image.empty() || !process.sha256.empty();
}

void WriteProcess(const Subject::Process& process, Time base, ByteWriter& out) {
  out.Byte(static_cast<uint8_t>((process.pid ? kHasPid : 0) | (process.started_at ? kHasStart : 0) |
                                (process.started_not_after ? kHasStartBound : 0)));
  if (process.pid) out.Unsigned(static_cast<uint64_t>(*process.pid));
  if (process.started_at) WriteTime(*process.started_at, base, out);
  if (process.started_not_after) WriteTime(*process.started_not_after, base, out);
  out.Text(OrNone(process.guid, kSubjectIdMax));
  out.Text(OrNone(process.image, kSubjectPathMax));
  WriteHash(process.sha256, out);
}

Subject::Process ReadProcess(Time base, ByteReader& in) {
  Subject::Process process;
  const uint8_t flags = in.Byte();
  if ((flags & ~kProcessFlags) != 0) in.Fail();
  if ((flags & kHasPid) != 0) {
    const uint64_t pid = in.Unsigned();
    if (pid > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) in.Fail();
    process.pid = static_cast<int64_t>(pid);
  }
  if ((flags & kHasStart) != 0) process.started_at = ReadTime(base, in);
  if ((flags & kHasStartBound) != 0) process.started_not_after = ReadTime(base, in);
  process.guid = ReadText(kSubjectIdMax, in);
  process.image = ReadText(kSubjectPathMax, in);
  process.sha256 = ReadHash(in);
  return process;
}

void WriteOrigin(const Subject& subject, ByteWriter& out) {
  WriteTime(subject.origin.append_time, subject.event_time, out);
  out.Text(Clip(subject.origin.topic, kSubjectTopicMax));
  out.Signed(subject.origin.partition);
  out.Signed(subject.origin.offset);
  out.Unsigned(subject.origin.index);
}

Origin ReadOrigin(Time event_time, ByteReader& in) {
  Origin origin;
  origin.append_time = ReadTime(event_time, in);
  origin.topic = ReadText(kSubjectTopicMax, in);
  const int64_t partition = in.Signed();
  origin.offset = in.Signed();
  const uint64_t index = in.Unsigned();
  origin.partition = static_cast<int32_t>(partition);
  origin.index = static_cast<uint32_t>(index);
  if (origin.partition != partition || origin.index != index) in.Fail();
  return origin;
}

// What stands for an event without an id, or with one that is too long to be kept.
void WriteRecordDigest(const Subject& subject, ByteWriter& out) {
  if (subject.record_sha256.empty())
    out.Text(Sha256(subject.record));
  else
    out.Text(subject.record_sha256);
}

std::string_view ReadRecordDigest(ByteReader& in) {
  const std::string_view digest = in.Text();
  if (digest.size() != kDigestBytes) in.Fail();
  return digest;
}

}  // namespace

std::string FileHash::Hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  if (is_raw) {
    for (const char c : text) {
      const uint8_t byte = static_cast<uint8_t>(c);
      hex += {kDigits[byte >> 4u], kDigits[byte & 15u]};
    }
    return hex;
  }
  hex = text;
  for (char& c : hex)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return hex;
}

Subject SubjectOf(const event::Event& event, const Origin& origin) {
  Subject subject;
  subject.event_id = event.TextOf(Role::kEventId);
  subject.record = event.bytes();
  subject.origin = origin;
  subject.event_time = TimeOf(event, Role::kEventTime).value_or(origin.append_time);
  subject.type = event.type();
  subject.asset = {.id = event.TextOf(Role::kAssetId),
                   .name = event.TextOf(Role::kAssetName),
                   .platform = event.TextOf(Role::kAssetPlatform)};
  const event::Value* const snapshot = event.First(Role::kSnapshot);
  subject.is_snapshot = snapshot != nullptr && snapshot->boolean;
  TakeTargets(event, subject);
  return subject;
}

void WriteSubject(const Subject& subject, std::string& out) {
  ByteWriter writer(out);
  const std::string_view event_id = OrNone(subject.event_id, kSubjectIdMax);
  const bool has_file = !subject.file.path.empty() || !subject.file.sha256.empty();
  writer.Byte(kVersion);
  writer.Byte(static_cast<uint8_t>(
      (event_id.empty() ? 0 : kHasEventId) | (subject.is_snapshot ? kIsSnapshot : 0) |
      (IsThere(subject.process) ? kHasProcess : 0) | (IsThere(subject.parent) ? kHasParent : 0) |
      (has_file ? kHasFile : 0)));
  writer.Byte(static_cast<uint8_t>(subject.type));
  writer.Signed(ToMs(subject.event_time));
  WriteOrigin(subject, writer);
  if (event_id.empty())
    WriteRecordDigest(subject, writer);
  else
    writer.Text(event_id);
  writer.Text(OrNone(subject.asset.id, kSubjectIdMax));
  writer.Text(Clip(subject.asset.name, kSubjectNameMax));
  writer.Text(Clip(subject.asset.platform, kSubjectNameMax));
  if (IsThere(subject.process)) WriteProcess(subject.process, subject.event_time, writer);
  if (IsThere(subject.parent)) WriteProcess(subject.parent, subject.event_time, writer);
  if (has_file) {
    writer.Text(OrNone(subject.file.path, kSubjectPathMax));
    WriteHash(subject.file.sha256, writer);
  }
}

void WriteSubjectWithin(size_t bytes_max, Subject subject, std::string& out) {
  using LeaveOut = void (*)(Subject&);
  constexpr std::array<LeaveOut, 7> kLessAndLess = {
      [](Subject& less) { less.parent.image = {}; }, [](Subject& less) { less.process.image = {}; },
      [](Subject& less) { less.asset.name = {}; },   [](Subject& less) { less.file = {}; },
      [](Subject& less) { less.parent = {}; },       [](Subject& less) { less.process = {}; },
      [](Subject& less) { less.origin.topic = {}; },
  };
  const size_t begin = out.size();
  WriteSubject(subject, out);
  for (const LeaveOut leave_out : kLessAndLess) {
    if (out.size() - begin <= bytes_max) return;
    out.resize(begin);
    leave_out(subject);
    WriteSubject(subject, out);
  }
  RIPOSTE_CHECK(out.size() - begin <= bytes_max, "what is left of an event fits");
}

std::optional<Subject> ReadSubject(std::string_view bytes) {
  ByteReader reader(bytes);
  Subject subject;
  if (reader.Byte() != kVersion) reader.Fail();
  const uint8_t flags = reader.Byte();
  const uint8_t type = reader.Byte();
  if ((flags & ~kFlags) != 0 || type > static_cast<uint8_t>(EventType::kRegistry)) reader.Fail();
  if (!reader.ok()) return std::nullopt;
  subject.is_snapshot = (flags & kIsSnapshot) != 0;
  subject.type = static_cast<EventType>(type);
  subject.event_time = TimeFromMs(reader.Signed());
  subject.origin = ReadOrigin(subject.event_time, reader);
  if ((flags & kHasEventId) != 0) {
    subject.event_id = ReadText(kSubjectIdMax, reader);
    if (subject.event_id.empty()) reader.Fail();
  } else {
    subject.record_sha256 = ReadRecordDigest(reader);
  }
  subject.asset.id = ReadText(kSubjectIdMax, reader);
  subject.asset.name = ReadText(kSubjectNameMax, reader);
  subject.asset.platform = ReadText(kSubjectNameMax, reader);
  if ((flags & kHasProcess) != 0) subject.process = ReadProcess(subject.event_time, reader);
  if ((flags & kHasParent) != 0) subject.parent = ReadProcess(subject.event_time, reader);
  if ((flags & kHasFile) != 0) {
    subject.file.path = ReadText(kSubjectPathMax, reader);
    subject.file.sha256 = ReadHash(reader);
  }
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return subject;
}

}  // namespace riposte::remediate
