// An event between reading and deriving: the values at the wanted paths, as the JSON text has them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/unicode.h"
#include "engine/event/arena.h"
#include "engine/event/event.h"
#include "engine/event/plan.h"
#include "engine/event/source_text.h"

namespace riposte::event {

struct RawValue {
  enum class Kind : uint8_t { kString, kNumber, kBool, kObject };
  Kind kind = Kind::kString;
  bool is_read = true;      // else `text` is the string's content as the JSON text has it
  RowId row = kRootRow;     // an object's own row if it opens one
  uint32_t next = 0;        // of the same path, in document order; 0: none
  std::string_view text;    // RawEvent::TextOf()
  std::string_view folded;  // of the text, once something needed it
};

// What a reader (the walk, the DOM) writes and Deriver reads. Views live as long as the record's
// bytes and the arena. One thread.
class RawEvent {
 public:
  void Reset(size_t path_count) {
    values_.assign(1, RawValue{});
    by_path_.resize(path_count);
    // Of up to hundreds of paths; a loop over them takes longer.
    std::memset(static_cast<void*>(by_path_.data()), 0, path_count * sizeof(Chain));
    rows_.assign(1, Row{});
    oddities_ = 0;
    arena_.Reset();
  }

  // Values of a path are added in document order. `text`: unescaped, valid UTF-8; numbers and
  // booleans as written; empty for objects.
  void Add(PathId path, RawValue::Kind kind, RowId row, std::string_view text) {
    Append(path, {.kind = kind, .row = row, .text = text, .folded = {}});
  }
  // A string whose content, a part of source()'s text, is read when it is asked for: most are not.
  void AddUnread(PathId path, RowId row, std::string_view content) {
    Append(path, {.is_read = false, .row = row, .text = content, .folded = {}});
  }
  // Opens a row of each object token at the path; returns the innermost one.
  RowId OpenRows(const CompiledPlan& plan, PathId path, RowId row) {
    for (const schema::FieldId object : plan.ObjectsAt(path)) {
      rows_.push_back({.object = object, .parent = row});
      row = static_cast<RowId>(rows_.size() - 1);
    }
    return row;
  }
  void Note(Oddity oddity) { oddities_ |= 1u << static_cast<unsigned>(oddity); }

  // The first value of a path, or null; then Next().
  RawValue* First(PathId path) { return At(by_path_[Index(path)].first); }
  RawValue* Next(const RawValue& value) { return At(value.next); }
  std::string_view TextOf(RawValue& value) {
    if (!value.is_read) {
      value.text = source_.Read(value.text, arena_);
      value.is_read = true;
    }
    return value.text;
  }
  const std::vector<Row>& rows() const { return rows_; }
  uint32_t oddities() const { return oddities_; }
  // unicode::Fold(text): itself if that changes nothing, else in the arena.
  std::string_view Fold(std::string_view text) {
    char* const out = arena_.Allocate(text.size());
    const unicode::AsciiFold outcome = unicode::FoldAscii(text, out);
    if (outcome == unicode::AsciiFold::kFolded) return {out, text.size()};
    arena_.GiveBack(out);
    if (outcome == unicode::AsciiFold::kUnchanged) return text;
    folded_.clear();
    unicode::FoldAppend(text, folded_);
    return folded_ == text ? text : arena_.Copy(folded_);
  }
  // Conditions and fields that read the same value share its folded text.
  std::string_view Folded(RawValue& value) {
    if (value.folded.empty()) value.folded = Fold(TextOf(value));
    return value.folded;
  }
  Arena& arena() { return arena_; }
  SourceText& source() { return source_; }

 private:
  struct Chain {
    uint32_t first = 0, last = 0;
  };
  void Append(PathId path, const RawValue& value) {
    const auto added = static_cast<uint32_t>(values_.size());
    values_.push_back(value);
    Chain& chain = by_path_[Index(path)];
    (chain.first == 0 ? chain.first : values_[chain.last].next) = added;
    chain.last = added;
  }
  RawValue* At(uint32_t index) { return index == 0 ? nullptr : &values_[index]; }

  std::vector<RawValue> values_;  // [0] stands for none
  std::vector<Chain> by_path_;
  std::vector<Row> rows_;  // [0] is the event
  uint32_t oddities_ = 0;
  Arena arena_;
  SourceText source_;
  std::string folded_;
};

}  // namespace riposte::event
