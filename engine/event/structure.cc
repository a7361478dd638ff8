#include "engine/event/structure.h"

#include <algorithm>
#include <bit>

#include <simdjson.h>

#include "base/check.h"

namespace riposte::event {
namespace {
constexpr size_t kSmallestCapacity = 64u << 10;
}

struct StructureIndex::Impl {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  size_t capacity = 0;

  void Reserve(size_t size) {
    if (size <= capacity) return;
    capacity = std::min<size_t>(std::bit_ceil(std::max(size, kSmallestCapacity)),
                                simdjson::SIMDJSON_MAXSIZE_BYTES);
    // The depth is for simdjson's own second stage, which is never run.
    const simdjson::error_code error =
        simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1,
                                                                                parser);
    RIPOSTE_CHECK(error == simdjson::SUCCESS, simdjson::error_message(error));
  }
};

StructureIndex::StructureIndex() : impl_(std::make_unique<Impl>()) {}
StructureIndex::StructureIndex(StructureIndex&&) noexcept = default;
StructureIndex::~StructureIndex() = default;

StructureIndex::Outcome StructureIndex::Build(std::string_view text) {
  impl_->Reserve(text.size());
  simdjson::internal::dom_parser_implementation& parser = *impl_->parser;
  // Broken strings leave the count of the text before.
  parser.n_structural_indexes = 0;
  const simdjson::error_code error = parser.stage1(reinterpret_cast<const uint8_t*>(text.data()),
                                                   text.size(), simdjson::stage1_mode::regular);
  starts_ = parser.structural_indexes.get();
  count_ = parser.n_structural_indexes;
  if (count_ == 0) return Outcome::kBroken;
  if (error == simdjson::SUCCESS) return Outcome::kValid;
  if (error == simdjson::UTF8_ERROR) return Outcome::kInvalidUtf8;
  count_ = 0;
  return Outcome::kBroken;
}

size_t FindBrokenString(std::string_view text) {
  size_t quote = std::string_view::npos;  // of the string that we are in
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == std::string_view::npos) {
      if (c == '"') quote = i;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return i;
    } else if (c == '"') {
      quote = std::string_view::npos;
    } else if (c == '\\') {
      ++i;
    }
  }
  return quote == std::string_view::npos ? text.size() : quote;
}

}  // namespace riposte::event
