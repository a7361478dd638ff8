#include "engine/event/walk.h"

#include <utility>

#include "base/unicode.h"
#include "engine/event/number_text.h"

namespace riposte::event {
namespace {

constexpr bool IsWhiteSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

Reject Walk::Run(const CompiledPlan& plan, std::string_view text, RawEvent& out) {
  plan_ = &plan;
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
  if (const std::optional<size_t> malformed = escapes_.Build(text_); malformed.has_value())
    return Fail(Reject::kInvalidJson, *malformed);
  valid_utf8_ = outcome == StructureIndex::Outcome::kValid;
  if (!valid_utf8_) out_->Note(Oddity::kInvalidUtf8);
  if (escapes_.has_lone_surrogate()) out_->Note(Oddity::kLoneSurrogate);
  starts_ = structure_.starts();
  count_ = structure_.count();
  known_keys_.Begin(*plan_);
  // A member has at least three tokens, even where the text breaks off: bracket or comma, key,
  // colon.
  other_keys_.Begin(count_ / 3 + 1);
  return Reject::kNone;
}

Reject Walk::ReadDocument() {
  if (const Reject reject = ReadValue(kRootPath, kRootRow); reject != Reject::kNone) return reject;
  while (depth_ > 0) {
    // A member or an element begins here.
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

// A key and its colon. `path` becomes the member's.
Reject Walk::ReadKey(PathId& path) {
  uint32_t begin = 0, end = 0;
  if (Peek(next_) != '"' || !FindString(next_, begin, end)) return FailHere();
  if (!FindMember(frames_[depth_ - 1], begin, end, path)) {
    // The first one wins: nothing of this member is wanted.
    out_->Note(Oddity::kDuplicateKey);
    path = kNoPath;
  }
  ++next_;
  if (Peek(next_) != ':') return FailHere();
  ++next_;
  return Reject::kNone;
}

// The path of the member of the object with the key [begin, end). False: the object has had the
// key.
bool Walk::FindMember(Frame& object, uint32_t begin, uint32_t end, PathId& path) {
  KeyId id = known_keys_.Guess(object.last, object.is_empty, object.place, text_.data() + begin,
                               end - begin, text_.data() + text_.size());
  if (id == kNoKey) {
    const std::string_view key = Text(begin, end);
    const uint64_t hash = plan_->HashKey(key);
    id = known_keys_.Find(object.place, object.path, key, hash);
    if (id == kNoKey) {
      path = object.path == kNoPath ? kNoPath : plan_->Child(object.path, key, hash);
      return other_keys_.Insert(object.object, key, hash);
    }
    known_keys_.Learn(object.last, object.is_empty, id);
  }
  object.last = id;
  object.is_empty = false;
  KnownKeys::Key& known = known_keys_[id];
  path = known.path;
  return std::exchange(known.object, object.object) != object.object;
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
      if (path != kNoPath && plan_->IsWanted(path))
        out_->Add(path, RawValue::Kind::kString, row, Text(begin, end));
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
  if (!is_null && path != kNoPath && plan_->IsWanted(path)) out_->Add(path, kind, row, scalar);
  ++next_;
  return Reject::kNone;
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

// The text of a string's content.
std::string_view Walk::Text(uint32_t begin, uint32_t end) {
  std::string_view text = text_.substr(begin, end - begin);
  if (escapes_.Next(begin, end) != end) {
    Arena& arena = out_->arena();
    char* const out = arena.Allocate(end - begin + kUnescapeSlack);
    char* const out_end = Unescape(text_, begin, end, escapes_, out);
    arena.GiveBack(out_end);
    text = {out, static_cast<size_t>(out_end - out)};
  }
  if (!valid_utf8_) {
    repaired_.clear();
    if (unicode::RepairUtf8Append(text, repaired_)) text = out_->arena().Copy(repaired_);
  }
  return text;
}

}  // namespace riposte::event
