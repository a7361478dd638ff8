#include "engine/match/anchor_index.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <xxhash.h>

namespace riposte::match {
namespace {

using Kind = Anchor::Kind;

uint64_t SizeBit(size_t size) { return uint64_t{1} << std::min<size_t>(size, 63); }

// A key is never 0. `size`: of a block, its bits, so that 10.0.0.0/8 is not 10.0.0.0/16.
uint64_t KeyOf(Kind kind, schema::FieldId field, std::string_view bytes, size_t size = 0) {
  const uint64_t about = schema::Index(field) << 16 | size << 8 | static_cast<uint64_t>(kind);
  // Not by the hash's own seed: of short texts, it changes no more bits than the text does.
  uint64_t key = XXH3_64bits(bytes.data(), bytes.size()) ^ (about + 1) * 0x9E3779B97F4A7C15u;
  key = (key ^ key >> 32) * 0xD6E8FEB86659FD93u;
  return (key ^ key >> 32) | 1u;
}

template <typename T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

uint64_t KeyOf(schema::FieldId field, const Number& number) {
  return KeyOf(Kind::kNumber, field, BytesOf(number.Hash()));
}
uint64_t KeyOf(schema::FieldId field, bool boolean) {
  return KeyOf(Kind::kBool, field, boolean ? "1" : "0");
}
uint64_t KeyOf(schema::FieldId field, const IpAddress& block, uint8_t bits) {
  return KeyOf(Kind::kBlock, field, BytesOf(block.bytes), bits);
}

uint64_t KeyOf(const Anchor& anchor) {
  switch (anchor.kind) {
    case Kind::kNumber:
      return KeyOf(anchor.field, anchor.number);
    case Kind::kBool:
      return KeyOf(anchor.field, anchor.boolean);
    case Kind::kBlock:
      return KeyOf(anchor.field, anchor.ip, anchor.bits);
    case Kind::kExists:
    case Kind::kWhole:
    case Kind::kPathTail:
    case Kind::kPrefix:
    case Kind::kSuffix:
    case Kind::kLiteral:
      break;
  }
  return KeyOf(anchor.kind, anchor.field, anchor.text);
}

uint32_t LengthBit(size_t size) {
  const auto* const found = std::ranges::find(kPartLengths, size);
  return uint32_t{1} << (found - std::begin(kPartLengths));
}

}  // namespace

AnchorId AnchorIndex::Add(const Anchor& anchor) {
  if (anchor.kind == Kind::kLiteral) {
    const auto [found, is_new] = literal_ids_.try_emplace({anchor.field, anchor.text}, size_);
    if (!is_new) return found->second;
    literals_.push_back({.field = anchor.field, .text = anchor.text, .number = size_});
    return size_++;
  }
  Probe& probe = ProbeOf(anchor.field);
  if (anchor.kind == Kind::kExists) {
    if (probe.exists == kNone) probe.exists = size_++;
    return probe.exists;
  }
  // Different anchors of one key would be one: found together, which costs evaluations only.
  const auto [found, is_new] = ids_.try_emplace(KeyOf(anchor), size_);
  if (is_new) ++size_;
  AddToProbe(anchor, probe);
  return found->second;
}

AnchorIndex::Probe& AnchorIndex::ProbeOf(schema::FieldId field) {
  if (schema::Index(field) >= probe_of_.size()) probe_of_.resize(schema::Index(field) + 1);
  uint16_t& probe = probe_of_[schema::Index(field)];
  if (probe == 0) {
    probes_.push_back(Probe{.field = field, .blocks = {}});
    probe = static_cast<uint16_t>(probes_.size());
  }
  return probes_[probe - 1];
}

void AnchorIndex::AddToProbe(const Anchor& anchor, Probe& probe) {
  switch (anchor.kind) {
    case Kind::kWhole:
      probe.whole_sizes |= SizeBit(anchor.text.size());
      break;
    case Kind::kPathTail:
      probe.tail_sizes |= SizeBit(anchor.text.size());
      break;
    case Kind::kPrefix:
      probe.prefixes |= LengthBit(anchor.text.size());
      break;
    case Kind::kSuffix:
      probe.suffixes |= LengthBit(anchor.text.size());
      break;
    case Kind::kNumber:
      probe.number = true;
      break;
    case Kind::kBool:
      probe.boolean = true;
      break;
    case Kind::kBlock:
      if (std::ranges::find(probe.blocks, anchor.bits) == probe.blocks.end())
        probe.blocks.push_back(anchor.bits);
      break;
    case Kind::kExists:
    case Kind::kLiteral:
      break;
  }
}

void AnchorIndex::Build() {
  const std::vector<std::pair<uint64_t, uint32_t>> entries(ids_.begin(), ids_.end());
  keys_ = KeyIndex::Build(entries);
  scan_ = LiteralScan(std::move(literals_));
  ids_ = {};
  literal_ids_ = {};
}

void AnchorIndex::AppendKeys(const Probe& probe, const event::Value& value,
                             std::vector<uint64_t>& keys) {
  const std::string_view text = value.folded;
  if (probe.whole_sizes & SizeBit(text.size()))
    keys.push_back(KeyOf(Kind::kWhole, probe.field, text));
  if (probe.tail_sizes != 0) {
    const std::string_view tail = PathTail(text);
    if (tail.size() < text.size() && probe.tail_sizes & SizeBit(tail.size()))
      keys.push_back(KeyOf(Kind::kPathTail, probe.field, tail));
  }
  for (uint32_t i = 0; (probe.prefixes | probe.suffixes) >> i != 0; ++i) {
    const size_t size = kPartLengths[i];
    if (size > text.size()) break;
    if (probe.prefixes >> i & 1u)
      keys.push_back(KeyOf(Kind::kPrefix, probe.field, text.substr(0, size)));
    if (probe.suffixes >> i & 1u)
      keys.push_back(KeyOf(Kind::kSuffix, probe.field, text.substr(text.size() - size)));
  }
  if (probe.number) keys.push_back(KeyOf(probe.field, value.number));
  if (probe.boolean) keys.push_back(KeyOf(probe.field, value.boolean));
  for (const uint8_t bits : probe.blocks)
    keys.push_back(KeyOf(probe.field, BlockOf(value.ip, bits), bits));
}

bool AnchorIndex::Find(const event::Event& event, size_t windows_max, Scratch& scratch,
                       std::vector<AnchorId>& anchors) const {
  std::vector<uint64_t>& keys = scratch.keys;
  std::vector<uint32_t>& found = scratch.found;
  keys.clear();
  found.clear();
  scratch.seen.Begin(size_);
  for (const schema::FieldId field : event.present()) {
    const Probe* const probe = FindProbe(field);
    if (probe == nullptr) continue;
    if (probe->exists != kNone) found.push_back(probe->exists);
    for (const event::Value& value : event.values(field))
      if (value.undecodable == event::Undecodable::kNone) AppendKeys(*probe, value, keys);
  }
  for (const uint64_t key : keys) keys_.Prefetch(key);
  for (const uint64_t key : keys)
    if (const std::optional<uint32_t> id = keys_.Find(key)) found.push_back(*id);
  const bool is_complete = scan_.Find(event, windows_max, scratch.scan, found);
  for (const uint32_t id : found)
    if (scratch.seen.Insert(id)) anchors.push_back(id);
  return is_complete;
}

}  // namespace riposte::match
