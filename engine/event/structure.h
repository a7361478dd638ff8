// Where the tokens of a JSON text begin: simdjson's first stage.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace riposte::event {

// The index of one text after the other; keeps its memory. It knows strings from the rest and
// nothing of the grammar. One thread.
class StructureIndex {
 public:
  enum class Outcome : uint8_t {
    kValid,
    kInvalidUtf8,  // the index is complete nevertheless
    kBroken,       // a string that does not end, a control character in one, or no token at all
  };

  StructureIndex();
  StructureIndex(StructureIndex&&) noexcept;
  ~StructureIndex();

  // `text` is shorter than 4 GiB and needs no padding.
  Outcome Build(std::string_view text);

  // Offsets of the brackets, colons and commas outside strings, of opening quotes, and of the first
  // byte of everything else that is not white space; ascending. One more entry stands behind them:
  // the length of the text. Valid until the next Build().
  const uint32_t* starts() const { return starts_; }
  uint32_t count() const { return count_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  const uint32_t* starts_ = nullptr;
  uint32_t count_ = 0;
};

// The first offset that makes a text kBroken: a control character in a string, the quote of a
// string that does not end, else the text's end. For the error report only.
size_t FindBrokenString(std::string_view text);

}  // namespace riposte::event
