// Reads a JSON text along its structural index: checks the whole grammar and collects the values at
// the wanted paths.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/event/key_set.h"
#include "engine/event/known_keys.h"
#include "engine/event/raw.h"
#include "engine/event/structure.h"

namespace riposte::event {

// One text after the other; keeps its memory. One thread.
class Walk {
 public:
  // Values at the plan's paths, or also each value at its every_value(): few events need that, and
  // which do, their other values say.
  enum class Extent : uint8_t { kPaths, kEveryValue };
  // `text` has no byte order mark and is shorter than 4 GiB. On kNone `out` has the values, rows
  // and the oddities of the text; else it is unspecified and error_offset() says where.
  Reject Run(const CompiledPlan& plan, std::string_view text, Extent extent, RawEvent& out);
  size_t error_offset() const { return error_offset_; }

 private:
  // An open object or array.
  struct Frame {
    PathId path = kNoPath;
    RowId row = kRootRow;
    uint64_t object = 0;         // its number; arrays have none
    KnownKeys::Place place = 0;  // of its keys
    KeyId last = kNoKey;         // its last known key, or the one whose value it is
    bool is_array = false;
    bool is_empty = true;  // no known key so far
  };
  struct Member {
    PathId path = kNoPath;
    bool wanted = false;  // whether a value is, there
  };

  Reject Prepare();
  Reject ReadDocument();
  void ReadPlainMembers();
  Reject ReadKey(PathId& path);
  Member FindMember(Frame& object, uint32_t begin, uint32_t end);
  Member FindUnexpectedMember(Frame& object, uint32_t begin, uint32_t end);
  Member UseKnownKey(Frame& object, KeyId id);
  Member HideMember();
  Reject ReadValue(PathId path, RowId row);
  Reject ReadScalar(PathId path, RowId row);
  void AddString(PathId path, RowId row, uint32_t begin, uint32_t end);
  void AddPresence(PathId path, RowId row);
  Reject Open(bool is_array, PathId path, RowId row);
  Reject CloseUntilNext();

  // The token at `index` of the structural index: its first byte, or NUL behind the last.
  char Peek(uint32_t index) const { return index < count_ ? text_[starts_[index]] : '\0'; }
  uint32_t EndOf(uint32_t index) const;
  bool FindString(uint32_t index, uint32_t& begin, uint32_t& end) const;
  Reject Fail(Reject reject, size_t offset) {
    error_offset_ = offset;
    return reject;
  }
  Reject FailHere() { return Fail(Reject::kInvalidJson, starts_[next_]); }

  StructureIndex structure_;
  KnownKeys known_keys_;
  KeySet other_keys_;
  std::array<Frame, kMaxDepth> frames_;

  // Of the current text.
  const CompiledPlan* plan_ = nullptr;
  PathId every_ = kNoPath;  // where each value is wanted, too
  RawEvent* out_ = nullptr;
  std::string_view text_;
  const uint32_t* starts_ = nullptr;
  uint32_t count_ = 0;
  uint32_t next_ = 0;  // the next token
  size_t depth_ = 0;
  size_t error_offset_ = 0;
};

}  // namespace riposte::event
