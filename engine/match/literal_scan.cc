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
#include "engine/match/rarity.h"

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
      ForEach(literal.text, [this](std::string_view window) {
        Counts& counts = counts_[window];
        if (counts.literals++ == 0) counts.is_common = IsCommonText(window);
      });
  }

  // The begin of the literal's window: one that was chosen before, for a few literals only; else
  // one that stands in a few of them; else the one that stands in fewest. One that stands in paths
  // everywhere only if there is no other. Of equal ones the last.
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
    bool is_common = false;
  };

  static uint64_t Badness(const Counts& counts) {
    constexpr uint64_t kWorst = uint64_t{1} << 32;
    return (counts.is_common ? kWorst : 0) + BadnessByCount(counts);
  }
  static uint32_t BadnessByCount(const Counts& counts) {
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

// Values one after the other, with separators, and the padding behind them.
struct Joined {
  std::vector<char> text;
  std::vector<Segment> segments;

  void Clear() {
    text.clear();
    segments.clear();
  }
  // Whether there was room.
  bool Append(const event::Event& event, schema::FieldId field);
};

// The literals of fields that are scanned together.
struct Group {
  std::string texts;  // all literals
  std::vector<Use> uses;
  std::vector<Uses> of_window;
  Database database;  // null without literals

  explicit Group(std::span<const Literal> literals);
};

Group::Group(std::span<const Literal> literals) {
  Windows choice(literals);
  boost::unordered_flat_map<std::string_view, uint32_t> windows;
  std::vector<std::string_view> window_texts;
  std::vector<std::pair<uint32_t, Use>> by_window;
  for (const Literal& literal : literals) {
    const std::string_view text = literal.text;
    RIPOSTE_CHECK(text.size() >= 2, "a literal has two bytes at least");
    if (text.find(kSeparator) != std::string_view::npos) continue;  // it stands in no value
    const size_t begin = choice.Choose(text);
    const std::string_view window = text.substr(begin, kWindowBytes);
    const auto [found, is_new] =
        windows.try_emplace(window, static_cast<uint32_t>(window_texts.size()));
    if (is_new) window_texts.push_back(window);
    by_window.emplace_back(found->second,
                           Use{.field = literal.field,
                               .number = literal.number,
                               .begin = static_cast<uint32_t>(texts.size()),
                               .size = static_cast<uint32_t>(text.size()),
                               .window_end = static_cast<uint32_t>(begin + window.size())});
    texts += text;
  }
  std::ranges::stable_sort(by_window, {}, &std::pair<uint32_t, Use>::first);
  of_window.resize(window_texts.size());
  for (const auto& [window, use] : by_window) {
    Uses& of = of_window[window];
    if (of.count++ == 0) of.begin = static_cast<uint32_t>(uses.size());
    uses.push_back(use);
  }
  database = Compile(window_texts);
}

}  // namespace

struct LiteralScan::Impl {
  static constexpr uint16_t kNone = UINT16_MAX, kTogether = 0;

  std::vector<Group> groups;       // the first one is that of the fields scanned together
  std::vector<uint16_t> group_of;  // by field; kNone: no literal is for it

  uint16_t GroupOf(schema::FieldId field) const {
    return schema::Index(field) < group_of.size() ? group_of[schema::Index(field)] : kNone;
  }
};

struct LiteralScan::Scratch::Impl {
  std::unique_ptr<hs_scratch_t, FreeScratch> library;
  Joined together, alone;
};

LiteralScan::Scratch::Scratch() : impl_(std::make_unique<Impl>()) {}
LiteralScan::Scratch::Scratch(Scratch&&) noexcept = default;
LiteralScan::Scratch& LiteralScan::Scratch::operator=(Scratch&&) noexcept = default;
LiteralScan::Scratch::~Scratch() = default;

LiteralScan::LiteralScan(std::vector<Literal> literals) {
  auto impl = std::make_unique<Impl>();
  std::ranges::stable_sort(literals, {}, &Literal::field);
  std::vector<Literal> together;
  std::vector<std::vector<Literal>> alone;
  for (auto begin = literals.begin(); begin != literals.end();) {
    const schema::FieldId field = begin->field;
    const auto end = std::find_if(begin, literals.end(),
                                  [&](const Literal& literal) { return literal.field != field; });
    const bool is_alone = static_cast<size_t>(end - begin) >= kOwnScan;
    std::vector<Literal>& target = is_alone ? alone.emplace_back() : together;
    impl->group_of.resize(schema::Index(field) + 1, Impl::kNone);
    impl->group_of.back() = is_alone ? static_cast<uint16_t>(alone.size()) : Impl::kTogether;
    std::move(begin, end, std::back_inserter(target));
    begin = end;
  }
  impl->groups.emplace_back(together);
  for (const std::vector<Literal>& of_field : alone) impl->groups.emplace_back(of_field);
  impl_ = std::move(impl);
}

LiteralScan::LiteralScan(LiteralScan&&) noexcept = default;
LiteralScan& LiteralScan::operator=(LiteralScan&&) noexcept = default;
LiteralScan::~LiteralScan() = default;

void LiteralScan::Prepare(Scratch& scratch) const {
  for (const Group& group : impl_->groups) {
    if (group.database == nullptr) continue;
    // It grows to what the largest needs.
    hs_scratch_t* library = scratch.impl_->library.release();
    const hs_error_t result = hs_alloc_scratch(group.database.get(), &library);
    scratch.impl_->library.reset(library);
    RIPOSTE_CHECK(result == HS_SUCCESS, "memory for the literals' scan");
  }
}

size_t LiteralScan::memory_bytes() const {
  size_t bytes = 0;
  for (const Group& group : impl_->groups) {
    size_t of_group = 0;
    if (group.database != nullptr) hs_database_size(group.database.get(), &of_group);
    bytes += of_group;
  }
  return bytes;
}

namespace {

bool Joined::Append(const event::Event& event, schema::FieldId field) {
  for (const event::Value& value : event.values(field)) {
    if (value.undecodable != event::Undecodable::kNone || value.folded.empty()) continue;
    if (value.folded.size() > kJoinedBytesMax - text.size()) return false;
    const auto begin = static_cast<uint32_t>(text.size());
    text.insert(text.end(), value.folded.begin(), value.folded.end());
    segments.push_back({.begin = begin, .end = static_cast<uint32_t>(text.size()), .field = field});
    text.push_back(kSeparator);
  }
  return true;
}

// What a scan under way knows; the library hands it back at each window.
struct Scan {
  const Group& group;
  std::string_view joined;
  std::span<const Segment> segments;
  size_t& left;  // windows
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
    if (window >= group.of_window.size()) return true;  // a decoy
    if (left-- == 0) return false;
    const Segment& value = SegmentOf(end);
    const Uses& of = group.of_window[window];
    for (const Use& use : std::span(group.uses).subspan(of.begin, of.count)) {
      if (use.field != value.field || end < value.begin + use.window_end) continue;
      const uint32_t begin = end - use.window_end;
      if (value.end - begin >= use.size &&
          std::memcmp(joined.data() + begin, group.texts.data() + use.begin, use.size) == 0)
        found.push_back(use.number);
    }
    return true;
  }
};

int OnWindow(unsigned window, unsigned long long, unsigned long long end, unsigned, void* context) {
  return static_cast<Scan*>(context)->AtWindow(window, static_cast<uint32_t>(end)) ? 0 : 1;
}

// False: some may be missing. An error is no reason to miss a rule: the caller looks at all of them
// then.
bool ScanJoined(const Group& group, Joined& values, hs_scratch_t* library, size_t& windows_left,
                std::vector<uint32_t>& found) {
  if (group.database == nullptr || values.segments.empty()) return true;
  const size_t size = values.text.size();
  values.text.resize(size + kPaddingBytes, kSeparator);
  Scan scan{.group = group,
            .joined = {values.text.data(), size},
            .segments = values.segments,
            .left = windows_left,
            .found = found};
  return hs_scan(group.database.get(), values.text.data(),
                 static_cast<unsigned>(values.text.size()), 0, library, OnWindow,
                 &scan) == HS_SUCCESS;
}

}  // namespace

bool LiteralScan::Find(const event::Event& event, size_t windows_max, Scratch& scratch,
                       std::vector<uint32_t>& found) const {
  Joined& together = scratch.impl_->together;
  Joined& alone = scratch.impl_->alone;
  hs_scratch_t* const library = scratch.impl_->library.get();
  size_t windows_left = windows_max;
  together.Clear();
  for (const schema::FieldId field : event.present()) {
    const uint16_t group = impl_->GroupOf(field);
    if (group == Impl::kNone) continue;
    if (group == Impl::kTogether) {
      if (!together.Append(event, field)) return false;
      continue;
    }
    alone.Clear();
    if (!alone.Append(event, field) ||
        !ScanJoined(impl_->groups[group], alone, library, windows_left, found))
      return false;
  }
  return ScanJoined(impl_->groups[Impl::kTogether], together, library, windows_left, found);
}

}  // namespace riposte::match
