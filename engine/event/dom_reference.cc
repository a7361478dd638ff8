#include "engine/event/dom_reference.h"

#include <simdjson.h>

namespace riposte::event {

static_assert(DomReference::kPadding >= simdjson::SIMDJSON_PADDING);

struct DomReference::Impl {
  simdjson::dom::parser parser;
};

DomReference::DomReference() : impl_(std::make_unique<Impl>()) {}
DomReference::~DomReference() = default;

bool DomReference::Parse(std::string_view document) {
  return impl_->parser.parse(document.data(), document.size(), false).error() == simdjson::SUCCESS;
}

}  // namespace riposte::event
