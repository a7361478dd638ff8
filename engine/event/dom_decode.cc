#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <simdjson.h>

#include "base/check.h"
#include "base/number.h"
#include "base/unicode.h"
#include "engine/event/decode.h"
#include "engine/event/derive.h"
#include "engine/event/dom_text.h"
#include "engine/event/record.h"

namespace riposte::event {
namespace {

namespace dom = simdjson::dom;

using Keys = std::vector<std::string>;

// Where the plan wants something, looked up by whole paths: nothing of the trie's own look-up is
// used.
std::map<Keys, PathId> PathsOf(const CompiledPlan& plan) {
  std::map<Keys, PathId> paths;
  for (uint32_t i = 0; i < plan.path_count(); ++i) {
    Keys keys;
    for (const std::string_view key : plan.KeysOf(PathId{i})) keys.emplace_back(key);
    paths.emplace(std::move(keys), PathId{i});
  }
  return paths;
}

// Collects the wanted values of a document, level by level.
class DomWalk {
 public:
  DomWalk(const CompiledPlan& plan, const std::vector<std::string>& numbers, RawEvent& out)
      : plan_(plan), paths_(PathsOf(plan)), numbers_(numbers), out_(out) {}

  Reject Run(const dom::element& root) {
    if (const Reject reject = Visit(root, true, kRootRow, 0); reject != Reject::kNone)
      return reject;
    RIPOSTE_CHECK(next_number_ == numbers_.size(), "the DOM has each number of the text");
    return root.is_object() ? Reject::kNone : Reject::kNotAnObject;
  }

 private:
  // `counts`: not inside a member that an equal key before it hides.
  Reject Visit(const dom::element& element, bool counts, RowId row, int depth) {
    switch (element.type()) {
      case dom::element_type::ARRAY: {
        if (depth == kMaxDepth) return Reject::kTooDeep;
        if (dom::array(element).size() == 0) AddPresence(counts, row);
        for (const dom::element item : dom::array(element))
          if (const Reject reject = Visit(item, counts, row, depth + 1); reject != Reject::kNone)
            return reject;
        return Reject::kNone;
      }
      case dom::element_type::OBJECT:
        if (depth == kMaxDepth) return Reject::kTooDeep;
        return VisitObject(dom::object(element), counts, row, depth);
      case dom::element_type::STRING:
        Add(RawValue::Kind::kString, counts, row, std::string_view(element));
        return Reject::kNone;
      case dom::element_type::BOOL:
        Add(RawValue::Kind::kBool, counts, row, bool(element) ? "true" : "false");
        return Reject::kNone;
      case dom::element_type::NULL_VALUE:
        AddPresence(counts, row);
        return Reject::kNone;
      case dom::element_type::INT64:
      case dom::element_type::UINT64:
      case dom::element_type::DOUBLE:
        break;
    }
    // The DOM keeps a number's value only; its text is the next one of the source.
    RIPOSTE_CHECK(next_number_ < numbers_.size(), "the text has each number of the DOM");
    Add(RawValue::Kind::kNumber, counts, row, numbers_[next_number_++]);
    return Reject::kNone;
  }

  Reject VisitObject(const dom::object& object, bool counts, RowId row, int depth) {
    if (const PathId path = Find(counts); path != kNoPath) {
      row = out_.OpenRows(plan_, path, row);
      if (plan_.IsWanted(path)) out_.Add(path, RawValue::Kind::kObject, row, {});
    }
    std::set<std::string, std::less<>> seen;
    for (const dom::key_value_pair member : object) {
      const bool first = seen.emplace(member.key).second;
      if (!first) out_.Note(Oddity::kDuplicateKey);
      keys_.emplace_back(member.key);
      const Reject reject = Visit(member.value, counts && first, row, depth + 1);
      keys_.pop_back();
      if (reject != Reject::kNone) return reject;
    }
    return Reject::kNone;
  }

  void Add(RawValue::Kind kind, bool counts, RowId row, std::string_view text) {
    const PathId path = Find(counts);
    if (path != kNoPath && plan_.IsWanted(path)) out_.Add(path, kind, row, out_.arena().Copy(text));
    if (plan_.every_value() != kNoPath)
      out_.Add(plan_.every_value(), kind, row, out_.arena().Copy(text));
  }

  void AddPresence(bool counts, RowId row) {
    const PathId path = Find(counts);
    if (path != kNoPath && plan_.PresenceAt(path) != kNoPath)
      out_.Add(plan_.PresenceAt(path), RawValue::Kind::kString, row, {});
  }

  PathId Find(bool counts) const {
    if (!counts) return kNoPath;
    PathId path = kRootPath;
    Keys keys;  // those of the path: a key that is not named there is any
    for (const std::string& key : keys_) {
      keys.push_back(key);
      auto found = paths_.find(keys);
      if (found == paths_.end()) {
        keys.back() = schema::kAnyKey;
        found = paths_.find(keys);
      }
      if (found == paths_.end()) return kNoPath;
      path = found->second;
    }
    return path;
  }

  const CompiledPlan& plan_;
  const std::map<Keys, PathId> paths_;
  const std::vector<std::string>& numbers_;
  size_t next_number_ = 0;
  Keys keys_;  // from the root to here
  RawEvent& out_;
};

}  // namespace

struct DomDecoder::Impl {
  size_t size_limit = 0;
  dom::parser parser;
  RawEvent raw;
  Deriver deriver;
  Event event;

  Reject Parse(const std::string& text, dom::element& root) {
    // Deeper than an event may be, so that the DOM's own limit is never the one that counts.
    constexpr size_t kParserDepth = kMaxDepth + 16;
    const size_t capacity = std::bit_ceil(text.size() + 1);
    if (parser.capacity() < capacity) {
      const simdjson::error_code error = parser.allocate(capacity, kParserDepth);
      RIPOSTE_CHECK(error == simdjson::SUCCESS, simdjson::error_message(error));
    }
    const simdjson::error_code error = parser.parse(text.data(), text.size()).get(root);
    if (error == simdjson::DEPTH_ERROR) return Reject::kTooDeep;
    return error == simdjson::SUCCESS ? Reject::kNone : Reject::kInvalidJson;
  }
};

DomDecoder::DomDecoder(size_t size_limit_bytes) : impl_(std::make_unique<Impl>()) {
  impl_->size_limit = std::min(size_limit_bytes, kLargestRecord);
}
DomDecoder::~DomDecoder() = default;

Reject DomDecoder::Decode(const Plan& plan, std::string_view bytes) {
  if (const Reject reject = CheckSize(bytes, impl_->size_limit); reject != Reject::kNone)
    return reject;
  const CompiledPlan& compiled = static_cast<const CompiledPlan&>(plan);
  const std::string_view text = WithoutByteOrderMark(bytes);
  const DomText repaired = RepairForDom(text);
  RawEvent& raw = impl_->raw;
  raw.Reset(compiled.path_count());
  dom::element root;
  if (const Reject reject = impl_->Parse(repaired.text, root); reject != Reject::kNone)
    return reject;
  if (const Reject reject = DomWalk(compiled, repaired.numbers, raw).Run(root);
      reject != Reject::kNone)
    return reject;
  if (text.size() != bytes.size()) raw.Note(Oddity::kByteOrderMark);
  if (repaired.invalid_utf8) raw.Note(Oddity::kInvalidUtf8);
  if (repaired.lone_surrogate) raw.Note(Oddity::kLoneSurrogate);
  if (repaired.number_range) raw.Note(Oddity::kNumberRange);
  const Route& route = impl_->deriver.RouteOf(compiled, raw);
  impl_->deriver.Derive(compiled, route, bytes, raw, impl_->event);
  impl_->deriver.Complete(route, raw, impl_->event);
  return Reject::kNone;
}

const Event& DomDecoder::event() const { return impl_->event; }

}  // namespace riposte::event
