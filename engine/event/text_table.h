// A fixed set of texts, numbered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace riposte::event {

// Immutable once built.
class TextTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  TextTable() : TextTable(std::vector<std::string>()) {}
  // The texts are distinct.
  explicit TextTable(std::vector<std::string> texts);

  // The index of a text among those of the constructor, or kNone.
  uint32_t Find(std::string_view text) const;

  bool operator==(const TextTable& other) const { return texts_ == other.texts_; }

 private:
  std::vector<std::string> texts_;
  std::vector<uint32_t> slots_;  // open addressing, at most a quarter full
};

}  // namespace riposte::event
