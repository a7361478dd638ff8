#include "engine/match/literal_scan.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <hs/hs.h>

#include "base/check.h"

namespace riposte::match {
namespace {

// Longer literals take another path through the library, which is known to fail with an error
// (intel/hyperscan issues 303 and 353), and take it far longer to compile.
constexpr size_t kWindowBytes = 8;
// So many literals may share a window: each is compared where it is found.
constexpr uint32_t kSharedBy = 16;
// In no value: values are valid UTF-8.
constexpr char kSeparator = '\xFF';
// Separators behind the text, which are scanned with it. The vector code of some releases reads
// behind what it is given (VectorCamp/vectorscan issue 322), and 5.4.9 misses literals near the
// end.
constexpr size_t kPaddingBytes = 64;
// Places in the joined text have 32 bits.
constexpr size_t kJoinedBytesMax = size_t{1} << 30;

// What 5.4.9 misses it misses where a set is of such a kind that it skips ahead by pairs of bytes:
// few literals, or many that have the same bytes at the same place. The padding alone keeps
// literals from the end, and costs nothing; a miss would be an attack unseen, so the cause goes as
// well: literals that have any byte at any place, and stand in no value, leave nothing to skip by.
constexpr size_t kDecoys = 32;

std::array<std::string, kDecoys> Decoys() {
  std::array<std::string, kDecoys> decoys;
  std::mt19937_64 random(7);  // the same ones always
  for (size_t i = 0; i < kDecoys; ++i) {
    for (size_t at = 0; at < kWindowBytes; ++at) decoys[i] += static_cast<char>(random());
    decoys[i][i % kWindowBytes] = '\xFE';  // in no UTF-8
  }
  return decoys;
}

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;

// Where a window stands in a literal.
struct Use {
  schema::FieldId field = schema::kNoField;
  uint32_t number = 0;
  uint32_t begin = 0, size = 0;  // of the whole literal, in the texts
  uint32_t window_end = 0;       // in the literal
};
struct Uses {
  uint32_t begin = 0, count = 0;
};

// A value within the joined text.
struct Segment {
  uint32_t begin = 0, end = 0;
  schema::FieldId field = schema::kNoField;
};

// Which window of each literal to look for. A database takes the longer to compile and to scan the
// more windows it has, and an event costs the more the more often a window stands in it.
class Windows {
 public:
  explicit Windows(std::span<const Literal> literals) {
    for (const Literal& literal : literals)
      ForEach(literal.text, [this](std::string_view window) { ++counts_[window].literals; });
  }

  // The begin of the literal's window: one that was chosen before, for a few literals only; else
  // one that stands in a few of them; else the one that stands in fewest. Of equal ones the last.
  size_t Choose(std::string_view text) {
    Counts* best = nullptr;
    size_t begin = 0;
    ForEach(text, [&](std::string_view window) {
      Counts& counts = counts_.find(window)->second;
      if (best != nullptr && Badness(counts) > Badness(*best)) return;
      best = &counts;
      begin = static_cast<size_t>(window.data() - text.data());
    });
    ++best->chosen;
    return begin;
  }

 private:
  struct Counts {
    uint32_t literals = 0;  // that it stands in
    uint32_t chosen = 0;    // ... and for which it was chosen
  };

  static uint32_t Badness(const Counts& counts) {
    if (counts.literals > kSharedBy) return 2 * kSharedBy + counts.literals;
    return counts.chosen > 0 ? 0 : 1 + kSharedBy - counts.literals;
  }

  template <typename Each>
  static void ForEach(std::string_view text, const Each& each) {
    const size_t size = std::min(text.size(), kWindowBytes);
    for (size_t at = 0; at + size <= text.size(); ++at) each(text.substr(at, size));
  }

  boost::unordered_flat_map<std::string_view, Counts> counts_;
};

// The ids of the windows are their places; those of the decoys come behind.
Database Compile(std::span<const std::string_view> windows) {
  if (windows.empty()) return nullptr;
  const std::array<std::string, kDecoys> decoys = Decoys();
  std::vector<std::string_view> literals(windows.begin(), windows.end());
  literals.insert(literals.end(), decoys.begin(), decoys.end());
  std::vector<const char*> texts;
  std::vector<size_t> sizes;
  std::vector<unsigned> ids, flags(literals.size(), 0);
  for (const std::string_view literal : literals) {
    ids.push_back(static_cast<unsigned>(ids.size()));
    texts.push_back(literal.data());
    sizes.push_back(literal.size());
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_lit_multi(
      texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(literals.size()),
      HS_MODE_BLOCK, nullptr, &database, &error);
  const std::string reason = error == nullptr ? "" : error->message;
  hs_free_compile_error(error);
  RIPOSTE_CHECK(result == HS_SUCCESS, "the literals' scan cannot be compiled: " + reason);
  return Database(database);
}

}  // namespace

struct LiteralScan::Impl {
  std::string texts;  // all literals
  std::vector<Use> uses;
  std::vector<Uses> of_window;
  std::vector<bool> of_field;  // by field: whether any literal is for it
  Database database;                    // null without literals
};

struct LiteralScan::Scratch::Impl {
  std::unique_ptr<hs_scratch_t, FreeScratch> library;
  std::vector<char> joined;  // and the padding
  std::vector<Segment> segments;
};

LiteralScan::Scratch::Scratch() : impl_(std::make_unique<Impl>()) {}
LiteralScan::Scratch::Scratch(Scratch&&) noexcept = default;
LiteralScan::Scratch& LiteralScan::Scratch::operator=(Scratch&&) noexcept = default;
LiteralScan::Scratch::~Scratch() = default;

LiteralScan::LiteralScan(std::vector<Literal> literals) {
  auto impl = std::make_unique<Impl>();
  Windows choice(literals);
  boost::unordered_flat_map<std::string_view, uint32_t> windows;
  std::vector<std::string_view> texts;         // of the windows
  std::vector<std::pair<uint32_t, Use>> uses;  // by window
  for (const Literal& literal : literals) {
    const std::string_view text = literal.text;
    RIPOSTE_CHECK(text.size() >= 2, "a literal has two bytes at least");
    if (text.find(kSeparator) != std::string_view::npos) continue;  // it stands in no value
    const size_t begin = choice.Choose(text);
    const std::string_view window = text.substr(begin, kWindowBytes);
    const auto [found, is_new] = windows.try_emplace(window, static_cast<uint32_t>(texts.size()));
    if (is_new) texts.push_back(window);
    uses.emplace_back(found->second,
                      Use{.field = literal.field,
                          .number = literal.number,
                          .begin = static_cast<uint32_t>(impl->texts.size()),
                          .size = static_cast<uint32_t>(text.size()),
                          .window_end = static_cast<uint32_t>(begin + window.size())});
    impl->texts += text;
    if (schema::Index(literal.field) >= impl->of_field.size())
      impl->of_field.resize(schema::Index(literal.field) + 1);
    impl->of_field[schema::Index(literal.field)] = true;
  }
  std::ranges::stable_sort(uses, {}, &std::pair<uint32_t, Use>::first);
  impl->of_window.resize(texts.size());
  for (const auto& [window, use] : uses) {
    Uses& of_window = impl->of_window[window];
    if (of_window.count++ == 0) of_window.begin = static_cast<uint32_t>(impl->uses.size());
    impl->uses.push_back(use);
  }
  impl->database = Compile(texts);
  impl_ = std::move(impl);
}

LiteralScan::LiteralScan(LiteralScan&&) noexcept = default;
LiteralScan& LiteralScan::operator=(LiteralScan&&) noexcept = default;
LiteralScan::~LiteralScan() = default;

void LiteralScan::Prepare(Scratch& scratch) const {
  if (impl_->database == nullptr) return;
  hs_scratch_t* library = scratch.impl_->library.release();
  const hs_error_t result = hs_alloc_scratch(impl_->database.get(), &library);
  scratch.impl_->library.reset(library);
  RIPOSTE_CHECK(result == HS_SUCCESS, "memory for the literals' scan");
}

size_t LiteralScan::memory_bytes() const {
  size_t bytes = 0;
  if (impl_->database != nullptr) hs_database_size(impl_->database.get(), &bytes);
  return bytes;
}

namespace {

// What a scan under way knows; the library hands it back at each window.
struct Scan {
  std::string_view texts;
  std::span<const Use> uses;
  std::span<const Uses> of_window;
  std::string_view joined;
  std::span<const Segment> segments;
  size_t left;  // windows
  std::vector<uint32_t>& found;
  size_t segment = 0;  // of the last window: the next one is near

  // Windows are told by where they end; not always ascending.
  const Segment& SegmentOf(uint32_t end) {
    if (end <= segments[segment].begin || end > segments[segment].end)
      segment = static_cast<size_t>(std::ranges::lower_bound(segments, end, {}, &Segment::end) -
                                    segments.begin());
    return segments[segment];
  }

  // Whether to go on.
  bool AtWindow(uint32_t window, uint32_t end) {
    if (window >= of_window.size()) return true;  // a decoy
    if (left-- == 0) return false;
    const Segment& value = SegmentOf(end);
    const Uses& of = of_window[window];
    for (const Use& use : uses.subspan(of.begin, of.count)) {
      if (use.field != value.field || end < value.begin + use.window_end) continue;
      const uint32_t begin = end - use.window_end;
      if (value.end - begin >= use.size &&
          std::memcmp(joined.data() + begin, texts.data() + use.begin, use.size) == 0)
        found.push_back(use.number);
    }
    return true;
  }
};

int OnWindow(unsigned window, unsigned long long, unsigned long long end, unsigned, void* context) {
  return static_cast<Scan*>(context)->AtWindow(window, static_cast<uint32_t>(end)) ? 0 : 1;
}

}  // namespace

bool LiteralScan::Find(const event::Event& event, size_t windows_max, Scratch& scratch,
                       std::vector<uint32_t>& found) const {
  if (impl_->database == nullptr) return true;
  std::vector<char>& joined = scratch.impl_->joined;
  std::vector<Segment>& segments = scratch.impl_->segments;
  joined.clear();
  segments.clear();
  for (const schema::FieldId field : event.present()) {
    if (schema::Index(field) >= impl_->of_field.size() || !impl_->of_field[schema::Index(field)])
      continue;
    for (const event::Value& value : event.values(field)) {
      if (value.undecodable != event::Undecodable::kNone || value.folded.empty()) continue;
      if (value.folded.size() > kJoinedBytesMax - joined.size()) return false;
      const auto begin = static_cast<uint32_t>(joined.size());
      joined.insert(joined.end(), value.folded.begin(), value.folded.end());
      segments.push_back(
          {.begin = begin, .end = static_cast<uint32_t>(joined.size()), .field = field});
      joined.push_back(kSeparator);
    }
  }
  if (segments.empty()) return true;
  const size_t size = joined.size();
  joined.resize(size + kPaddingBytes, kSeparator);
  Scan scan{.texts = impl_->texts,
            .uses = impl_->uses,
            .of_window = impl_->of_window,
            .joined = {joined.data(), size},
            .segments = segments,
            .left = windows_max,
            .found = found};
  // An error is no reason to miss a rule: the caller looks at all of them then.
  return hs_scan(impl_->database.get(), joined.data(), static_cast<unsigned>(joined.size()), 0,
                 scratch.impl_->library.get(), OnWindow, &scan) == HS_SUCCESS;
}

}  // namespace riposte::match
