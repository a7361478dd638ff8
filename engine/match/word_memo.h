// The words of an event's values, each value split once.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/event.h"

namespace riposte::match {

// Views of the event's texts. One thread.
class WordMemo {
 public:
  // Forgets the words; keeps the memory. To be called before each event.
  void Clear();
  // The words of value.folded, valid until the next call.
  std::span<const std::string_view> Words(const event::Value& value);

 private:
  // Beyond so many values of one event the look-up would cost more than it saves, and an event
  // could make it quadratic.
  static constexpr size_t kMaxRemembered = 32;
  struct Entry {
    const event::Value* value;
    size_t begin, count;
  };
  std::vector<Entry> entries_;
  std::vector<std::string_view> words_;
  std::vector<std::string_view> unremembered_;
};

}  // namespace riposte::match
