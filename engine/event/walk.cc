#include "engine/event/walk.h"

#include <cstring>
#include <utility>

#include "engine/event/number_text.h"

namespace riposte::event {
namespace {

// Whether the `size` bytes at `at` are an integer of the plainest form, at most eight digits.
bool IsShortInteger(std::string_view text, size_t at, size_t size) {
  constexpr size_t kMostDigits = 8;
  if (size > kMostDigits || text.size() - at < kMostDigits) return false;
  uint64_t bytes = 0;
  std::memcpy(&bytes, text.data() + at, sizeof bytes);
  // The digits become 0 to 9, all other bytes larger: their high bits get set.
  constexpr uint64_t kOnes = 0x0101010101010101u;
  bytes ^= kOnes * '0';
  const uint64_t larger = ((bytes & ~(kOnes << 7)) + kOnes * (0x80 - 10)) | bytes;
  const uint64_t high_bits = (kOnes << 7) >> (8 * (kMostDigits - size));
  return (larger & high_bits) == 0 && (size == 1 || text[at] != '0');
}

constexpr bool IsWhiteSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

Reject Walk::Run(const CompiledPlan& plan, std::string_view text, Extent extent, RawEvent& out) {
  plan_ = &plan;
  every_ = extent == Extent::kEveryValue ? plan.every_value() : kNoPath;
  out_ = &out;
  text_ = text;
  next_ = 0;
  depth_ = 0;
  error_offset_ = 0;
  out.Reset(plan.path_count());
  if (const Reject reject = Prepare(); reject != Reject::kNone) return reject;
  return ReadDocument();
}

// The indexes, and what they say about the text as a whole.
Reject Walk::Prepare() {
  const StructureIndex::Outcome outcome = structure_.Build(text_);
  if (outcome == StructureIndex::Outcome::kBroken)
    return Fail(Reject::kInvalidJson, FindBrokenString(text_));
  const bool is_valid_utf8 = outcome == StructureIndex::Outcome::kValid;
  SourceText& source = out_->source();
  if (const std::optional<size_t> malformed = source.Begin(text_, is_valid_utf8);
      malformed.has_value())
    return Fail(Reject::kInvalidJson, *malformed);
  if (!is_valid_utf8) out_->Note(Oddity::kInvalidUtf8);
  if (source.has_lone_surrogate()) out_->Note(Oddity::kLoneSurrogate);
  starts_ = structure_.starts();
  count_ = structure_.count();
  known_keys_.Begin(*plan_);
  // A member has at least three tokens, even where the text breaks off: bracket or comma, key,
  // colon.
  other_keys_.Begin(count_ / 3 + 1);
  return Reject::kNone;
}

// The object has had the key: the first one wins, nothing of this member is wanted.
Walk::Member Walk::HideMember() {
  out_->Note(Oddity::kDuplicateKey);
  return {};
}

[[gnu::always_inline]] inline Walk::Member Walk::UseKnownKey(Frame& object, KeyId id) {
  object.last = id;
  object.is_empty = false;
  KnownKeys::Key& key = known_keys_[id];
  if (std::exchange(key.object, object.object) == object.object) return HideMember();
  return {.path = key.path, .wanted = key.wanted};
}

[[gnu::noinline]] Walk::Member Walk::FindUnexpectedMember(Frame& object, uint32_t begin,
                                                          uint32_t end) {
  const std::string_view key = out_->source().Read(text_.substr(begin, end - begin), out_->arena());
  const uint64_t hash = plan_->HashKey(key);
  const KeyId id = known_keys_.Find(object.place, object.path, key, hash);
  if (id != kNoKey) {
    known_keys_.Learn(object.last, object.is_empty, id);
    return UseKnownKey(object, id);
  }
  if (!other_keys_.Insert(object.object, key, hash)) return HideMember();
  const PathId path = object.path == kNoPath ? kNoPath : plan_->Child(object.path, key, hash);
  return {.path = path, .wanted = path != kNoPath && plan_->IsWanted(path)};
}

// The member of the object with the key [begin, end).
Walk::Member Walk::FindMember(Frame& object, uint32_t begin, uint32_t end) {
  const KeyId id =
      known_keys_.Guess(object.last, object.is_empty, object.place, text_.data() + begin,
                        end - begin, text_.data() + text_.size());
  return id == kNoKey ? FindUnexpectedMember(object, begin, end) : UseKnownKey(object, id);
}

// The string with this content; kNoPath: it is not wanted for its place.
[[gnu::always_inline]] inline void Walk::AddString(PathId path, RowId row, uint32_t begin,
                                                   uint32_t end) {
  const std::string_view content = text_.substr(begin, end - begin);
  if (path != kNoPath) out_->AddUnread(path, row, content);
  if (every_ != kNoPath) out_->AddUnread(every_, row, content);
}

Reject Walk::ReadDocument() {
  if (const Reject reject = ReadValue(kRootPath, kRootRow); reject != Reject::kNone) return reject;
  while (depth_ > 0) {
    // A member or an element begins here.
    if (!frames_[depth_ - 1].is_array) ReadPlainMembers();
    const size_t depth = depth_;
    const Frame& top = frames_[depth - 1];
    PathId path = top.path;
    if (!top.is_array)
      if (const Reject reject = ReadKey(path); reject != Reject::kNone) return reject;
    if (const Reject reject = ReadValue(path, top.row); reject != Reject::kNone) return reject;
    if (depth_ > depth) continue;
    if (const Reject reject = CloseUntilNext(); reject != Reject::kNone) return reject;
  }
  if (next_ != count_) return FailHere();
  if (text_[starts_[0]] != '{') return Fail(Reject::kNotAnObject, starts_[0]);
  return Reject::kNone;
}

// Moves over the members of the innermost object that look like nearly all of them: a scalar, a
// comma, no white space but behind colon and comma. Stops before the first that does not, which may
// be broken.
void Walk::ReadPlainMembers() {
  Frame& object = frames_[depth_ - 1];
  const char* const text = text_.data();
  const char* const end = text + text_.size();
  const KnownKeys::Place place = object.place;
  const PathId every = every_;
  // In registers: one member must not wait for what the one before wrote to memory.
  uint32_t next = next_;
  KeyId expected = known_keys_.Expected(object.last, object.is_empty);
  for (; next + 3 < count_; next += 4) {
    const uint32_t* const token = starts_ + next;
    const uint32_t key = token[0], colon = token[1], value = token[2], comma = token[3];
    const bool plain = (text[key] == '"') & (text[colon] == ':') & (text[comma] == ',') &
                       (text[colon - 1] == '"') & (colon - key >= 2);
    if (!plain) break;
    RawValue::Kind kind = RawValue::Kind::kString;
    bool is_null = false;
    if (text[value] == '"') {
      if (text[comma - 1] != '"' || comma - value < 2) break;
    } else if (IsShortInteger(text_, value, comma - value)) {
      kind = RawValue::Kind::kNumber;
    } else {
      const std::string_view literal = text_.substr(value, comma - value);
      is_null = literal == "null";
      if (!is_null && literal != "true" && literal != "false") break;
      kind = RawValue::Kind::kBool;
    }
    Member member;
    if (known_keys_.Is(expected, place, text + key + 1, colon - key - 2, end)) {
      member = UseKnownKey(object, expected);
      expected = known_keys_.Expected(expected, false);
    } else {
      member = FindMember(object, key + 1, colon - 1);
      expected = known_keys_.Expected(object.last, object.is_empty);
    }
    if (is_null) {
      AddPresence(member.path, object.row);
      continue;
    }
    if (!member.wanted && every == kNoPath) continue;
    if (kind == RawValue::Kind::kString) {
      AddString(member.wanted ? member.path : kNoPath, object.row, value + 1, comma - 1);
      continue;
    }
    const std::string_view content = text_.substr(value, comma - value);
    if (member.wanted) out_->Add(member.path, kind, object.row, content);
    if (every != kNoPath) out_->Add(every, kind, object.row, content);
  }
  next_ = next;
}

// A key and its colon. `path` becomes the member's.
Reject Walk::ReadKey(PathId& path) {
  uint32_t begin = 0, end = 0;
  if (Peek(next_) != '"' || !FindString(next_, begin, end)) return FailHere();
  path = FindMember(frames_[depth_ - 1], begin, end).path;
  ++next_;
  if (Peek(next_) != ':') return FailHere();
  ++next_;
  return Reject::kNone;
}

Reject Walk::ReadValue(PathId path, RowId row) {
  switch (Peek(next_)) {
    case '{':
      return Open(false, path, row);
    case '[':
      return Open(true, path, row);
    case '"': {
      uint32_t begin = 0, end = 0;
      if (!FindString(next_, begin, end)) return FailHere();
      AddString(path != kNoPath && plan_->IsWanted(path) ? path : kNoPath, row, begin, end);
      ++next_;
      return Reject::kNone;
    }
    default:
      return ReadScalar(path, row);
  }
}

Reject Walk::ReadScalar(PathId path, RowId row) {
  if (next_ >= count_) return FailHere();
  const uint32_t begin = starts_[next_];
  const std::string_view scalar = text_.substr(begin, EndOf(next_) - begin);
  RawValue::Kind kind = RawValue::Kind::kBool;
  bool is_null = false;
  if (scalar.front() == '-' || (scalar.front() >= '0' && scalar.front() <= '9')) {
    kind = RawValue::Kind::kNumber;
    const NumberText verdict = CheckNumber(scalar);
    if (verdict == NumberText::kMalformed) return FailHere();
    if (verdict == NumberText::kOutOfRange) out_->Note(Oddity::kNumberRange);
  } else if (scalar == "null") {
    is_null = true;
  } else if (scalar != "true" && scalar != "false") {
    return FailHere();
  }
  if (is_null) {
    AddPresence(path, row);
  } else {
    if (path != kNoPath && plan_->IsWanted(path)) out_->Add(path, kind, row, scalar);
    if (every_ != kNoPath) out_->Add(every_, kind, row, scalar);
  }
  ++next_;
  return Reject::kNone;
}

// Null or an empty array, which are no value, but there.
void Walk::AddPresence(PathId path, RowId row) {
  const PathId presence = path == kNoPath ? kNoPath : plan_->PresenceAt(path);
  if (presence != kNoPath) out_->Add(presence, RawValue::Kind::kString, row, {});
}

// Enters an object or array. An empty one is left again at once.
Reject Walk::Open(bool is_array, PathId path, RowId row) {
  if (depth_ == kMaxDepth) return Fail(Reject::kTooDeep, starts_[next_]);
  ++next_;
  if (!is_array && path != kNoPath) {
    row = out_->OpenRows(*plan_, path, row);
    if (plan_->IsWanted(path)) out_->Add(path, RawValue::Kind::kObject, row, {});
  }
  if (Peek(next_) == (is_array ? ']' : '}')) {
    if (is_array) AddPresence(path, row);
    ++next_;
    return Reject::kNone;
  }
  Frame& frame = frames_[depth_];
  frame = {.path = path,
           .row = row,
           .last = depth_ == 0 ? kNoKey : frames_[depth_ - 1].last,
           .is_array = is_array};
  if (!is_array) {
    frame.object = other_keys_.NewObject();
    frame.place = path == kNoPath ? KnownKeys::PlaceAtDepth(depth_) : KnownKeys::PlaceOf(path);
  }
  ++depth_;
  return Reject::kNone;
}

// Behind a value: leaves the containers that end here, up to the comma before the next member or
// element, or the document's end.
Reject Walk::CloseUntilNext() {
  while (depth_ > 0) {
    const char c = Peek(next_);
    if (c == ',') {
      ++next_;
      return Reject::kNone;
    }
    if (c != (frames_[depth_ - 1].is_array ? ']' : '}')) return FailHere();
    ++next_;
    --depth_;
  }
  return Reject::kNone;
}

// Where the token ends: before the white space in front of the next token.
uint32_t Walk::EndOf(uint32_t index) const {
  uint32_t end = starts_[index + 1];
  while (IsWhiteSpace(text_[end - 1])) --end;
  return end;
}

// The content of the string that opens at the token.
bool Walk::FindString(uint32_t index, uint32_t& begin, uint32_t& end) const {
  begin = starts_[index] + 1;
  end = EndOf(index) - 1;
  return end >= begin && text_[end] == '"';
}

}  // namespace riposte::event
