// What parsing alone takes by the library that many know: the measure that decoding and matching
// are held against.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace riposte::event {

// simdjson's DOM, one parser for all documents, nothing copied. One thread.
class DomReference {
 public:
  // So many bytes behind a document must be readable, whatever they are.
  static constexpr size_t kPadding = 64;

  DomReference();
  ~DomReference();
  // Whether it is JSON.
  bool Parse(std::string_view document);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::event
