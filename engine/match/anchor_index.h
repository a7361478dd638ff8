// Which anchors hold of an event.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/event/event.h"
#include "engine/match/anchor.h"
#include "engine/match/epoch_memo.h"
#include "engine/match/key_index.h"
#include "engine/match/literal_scan.h"

namespace riposte::match {

using AnchorId = uint32_t;  // counted from 0

// One index a kind of anchor: all but literals and existence are keys in one hash table, made of
// field, kind and text; literals are one scan. Filled by Add(), then Build(); then immutable,
// shared.
class AnchorIndex {
 public:
  // The anchor's id; equal anchors have one.
  AnchorId Add(const Anchor& anchor);
  void Build();
  size_t size() const { return size_; }
  const LiteralScan& scan() const { return scan_; }

  // Working memory of one worker.
  struct Scratch {
    std::vector<uint64_t> keys;
    std::vector<uint32_t> found;
    EpochMemo seen;
    LiteralScan::Scratch scan;
  };
  // To be called before the first Find() with the scratch. Allocates.
  void Prepare(Scratch& scratch) const { scan_.Prepare(scratch.scan); }

  // Appends the anchors that hold, each once, in no order. Others may be among them, as rarely as
  // hashes collide; none is missing, unless it returns false: the literals were found in more than
  // `windows_max` places.
  bool Find(const event::Event& event, size_t windows_max, Scratch& scratch,
            std::vector<AnchorId>& anchors) const;

 private:
  static constexpr AnchorId kNone = UINT32_MAX;
  // What to look up of a field's values.
  struct Probe {
    schema::FieldId field = schema::kNoField;
    AnchorId exists = kNone;
    bool number = false, boolean = false;
    // Bit n: some text is n bytes long; 63: that long or longer.
    uint64_t whole_sizes = 0, tail_sizes = 0;
    // Bit n: some text is kPartLengths[n] bytes long.
    uint32_t prefixes = 0, suffixes = 0;
    std::vector<uint8_t> blocks;  // bits, ascending
  };
  Probe& ProbeOf(schema::FieldId field);
  // Null if nothing is to be looked up of the field.
  const Probe* FindProbe(schema::FieldId field) const {
    if (schema::Index(field) >= probe_of_.size()) return nullptr;
    const uint16_t probe = probe_of_[schema::Index(field)];
    return probe == 0 ? nullptr : &probes_[probe - 1];
  }
  static void AddToProbe(const Anchor& anchor, Probe& probe);
  static void AppendKeys(const Probe& probe, const event::Value& value,
                         std::vector<uint64_t>& keys);

  AnchorId size_ = 0;
  std::vector<Probe> probes_;
  std::vector<uint16_t> probe_of_;  // by field, places in probes_ + 1; 0: it has none
  // Until Build():
  boost::unordered_flat_map<uint64_t, AnchorId> ids_;
  boost::unordered_flat_map<std::pair<schema::FieldId, std::string>, AnchorId> literal_ids_;
  std::vector<Literal> literals_;
  KeyIndex keys_;
  LiteralScan scan_{{}};
};

}  // namespace riposte::match
