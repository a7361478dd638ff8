// The groups of one rule on one task, each with its state, and what brings them back to where they
// were when a batch began.
#pragma once

#include <cstddef>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/time.h"
#include "engine/trigger/groups.h"
#include "engine/trigger/undo_log.h"

namespace riposte::trigger {

// A group's state as bytes, for the changelog and the store.
struct GroupState {
  std::string key;
  std::optional<std::string> bytes;  // empty: there is none any more
  bool operator==(const GroupState&) const = default;
};

// For one thread. State: a value that can be copied, moved and compared.
template <typename State>
class UndoableGroups {
 public:
  // `groups_max`: 1 or more.
  explicit UndoableGroups(size_t groups_max) : groups_(groups_max) {}

  // Not a use.
  std::optional<GroupId> Find(std::string_view key) const { return groups_.Find(key); }
  std::string_view key(GroupId id) const { return groups_.key(id); }
  // To be changed only after Use, Add or a take has given the group in this batch.
  State& at(GroupId id) { return groups_.at(id).state; }
  const State& at(GroupId id) const { return groups_.at(id).state; }

  // It is the last one used then.
  State& Use(GroupId id) {
    Note(id, groups_.DeadlineOf(id));
    NoteMove(id);
    groups_.FindOrAdd(groups_.key(id));
    return at(id);
  }
  // The one that makes room for the next that is added; empty while there is room.
  std::optional<GroupId> NextToGo() const {
    return groups_.IsFull() ? groups_.LeastRecent() : std::nullopt;
  }
  // There is none of that key.
  GroupId Add(std::string_view key, State state) {
    auto touched = groups_.FindOrAdd(key);
    if (touched.evicted) NoteEvicted(std::move(*touched.evicted));
    NoteAdded(key);
    at(touched.id) = std::move(state);
    return touched.id;
  }
  // Use, Add or a take has given it in this batch.
  void Remove(GroupId id) {
    NoteMove(id);
    Drop(id);
  }
  // The state of a group that was given in this batch has got so much more to write.
  void Grew(size_t bytes) {
    if (auto* batch = undo_.newest()) batch->AddBytes(bytes);
  }

  // As Groups has them.
  void SetDeadline(GroupId id, std::optional<Time> deadline) { groups_.SetDeadline(id, deadline); }
  std::optional<Time> NextDeadline() const { return groups_.NextDeadline(); }
  void TakeDue(Time watermark, std::vector<Deadlines::Due>& due) {
    const size_t before = due.size();
    groups_.TakeDue(watermark, due);
    for (size_t i = before; i < due.size(); ++i) Note(due[i].id, due[i].deadline);
  }
  std::optional<GroupId> TakeFirstDue(Time watermark) {
    const std::optional<Deadlines::Due> due = groups_.TakeFirstDue(watermark);
    if (!due) return std::nullopt;
    Note(due->id, due->deadline);
    return due->id;
  }

  // As Correlator has them.
  void BeginBatch() { undo_.Begin(); }
  void CommitOldest() { undo_.DropOldest(); }
  void UndoNewest() {
    RIPOSTE_CHECK(undo_.newest() != nullptr, "no batch is open");
    for (Before& before : undo_.newest()->groups()) BringBack(before);
    for (const Move& move : undo_.newest()->moves() | std::views::reverse) {
      const std::optional<GroupId> older =
          move.older ? groups_.Find(*move.older) : std::optional<GroupId>();
      groups_.MoveBehind(*groups_.Find(move.key), older);
    }
    undo_.DropNewest();
  }
  // Appends each group whose state is not what it was when the newest batch began, once. `codec`
  // writes a state: Write(state, ByteWriter&).
  template <typename Codec>
  void AppendChanged(const Codec& codec, std::vector<GroupState>& changed) {
    if (undo_.newest() == nullptr) return;
    for (const Before& before : undo_.newest()->groups()) {
      const std::optional<GroupId> now = groups_.Find(before.key);
      if (!now && !before.state) continue;
      if (now && before.state && at(*now) == before.state->state) continue;
      changed.push_back({.key = before.key, .bytes = {}});
      if (!now) continue;
      changed.back().bytes = BytesOf(codec, at(*now));
      SetWritten(*now, changed.back().bytes->size());
    }
  }
  // About what AppendChanged is going to give, kept as it goes: of each group what it took when it
  // was last written, which is as it was when the newest batch began, and what it has got since.
  size_t changed_bytes() const { return undo_.newest() == nullptr ? 0 : undo_.newest()->bytes(); }
  // All groups, the least recently used first.
  template <typename Codec>
  void AppendAll(const Codec& codec, std::vector<GroupState>& all) const {
    groups_.ForEach([&](GroupId, std::string_view key, const Written& group) {
      all.push_back({.key = std::string(key), .bytes = BytesOf(codec, group.state)});
    });
  }
  // Without an open batch; `bytes`: that it took to write it. Empty, and nothing changed, if there
  // is no room for another group.
  std::optional<GroupId> Restore(std::string_view key, State state, size_t bytes) {
    RIPOSTE_CHECK(undo_.newest() == nullptr, "a state is restored inside a batch");
    const std::optional<GroupId> found = groups_.Find(key);
    if (!found && groups_.IsFull()) return std::nullopt;
    const GroupId id = found ? *found : groups_.Add(key);
    at(id) = std::move(state);
    SetWritten(id, bytes);
    return id;
  }

  size_t size() const { return groups_.size(); }
  // Approximate: what the states own counts as what it took to write them.
  size_t MemoryBytes() const { return groups_.MemoryBytes() + written_bytes_ + undo_.bytes(); }

 private:
  struct Written {
    State state{};
    size_t bytes = 0;  // when it was last written; 0: it never was
  };
  using Before = typename UndoLog<Written>::Before;
  using Move = typename UndoLog<Written>::Move;

  // Of a group beside its state, in a record; and by which its state grows where only time goes on.
  static constexpr size_t kRecordBytes = 128;

  void SetWritten(GroupId id, size_t bytes) {
    written_bytes_ += bytes - groups_.at(id).bytes;
    groups_.at(id).bytes = bytes;
  }
  void Drop(GroupId id) {
    SetWritten(id, 0);
    groups_.Remove(id);
  }

  void Note(GroupId id, std::optional<Time> deadline) {
    auto* batch = undo_.newest();
    if (batch == nullptr || batch->Find(groups_.key(id)) != nullptr) return;
    batch->AddBytes(kRecordBytes + groups_.key(id).size() + groups_.at(id).bytes);
    batch->Add({.key = std::string(groups_.key(id)),
                .state = groups_.at(id),
                .deadline = deadline,
                .moved = false});
  }

  // Noted already.
  void NoteMove(GroupId id) {
    auto* batch = undo_.newest();
    if (batch == nullptr) return;
    Before& before = *batch->Find(groups_.key(id));
    if (before.moved || !before.state) return;
    const std::optional<GroupId> older = groups_.Before(id);
    batch->AddMove(before, older ? std::optional(std::string(groups_.key(*older))) : std::nullopt);
  }

  void NoteAdded(std::string_view key) {
    auto* batch = undo_.newest();
    if (batch == nullptr || batch->Find(key) != nullptr) return;
    batch->AddBytes(kRecordBytes + key.size());
    batch->Add({.key = std::string(key), .state = {}, .deadline = {}, .moved = false});
  }

  // It was the least recently used one.
  void NoteEvicted(typename Groups<Written>::Evicted evicted) {
    written_bytes_ -= evicted.state.bytes;
    auto* batch = undo_.newest();
    if (batch == nullptr) return;
    Before* before = batch->Find(evicted.key);
    if (before == nullptr) {
      batch->AddBytes(kRecordBytes + evicted.key.size() + evicted.state.bytes);
      before = &batch->Add({.key = std::move(evicted.key),
                            .state = std::move(evicted.state),
                            .deadline = evicted.deadline,
                            .moved = false});
    }
    if (!before->moved && before->state) batch->AddMove(*before, std::nullopt);
  }

  void BringBack(Before& before) {
    const std::optional<GroupId> now = groups_.Find(before.key);
    if (!before.state) {
      if (now) Drop(*now);
      return;
    }
    const GroupId id = now ? *now : groups_.Add(before.key);
    SetWritten(id, before.state->bytes);
    at(id) = std::move(before.state->state);
    groups_.SetDeadline(id, before.deadline);
  }

  template <typename Codec>
  static std::string BytesOf(const Codec& codec, const State& state) {
    std::string bytes;
    ByteWriter out(bytes);
    codec.Write(state, out);
    return bytes;
  }

  Groups<Written> groups_;
  UndoLog<Written> undo_;
  size_t written_bytes_ = 0;  // of all groups
};

}  // namespace riposte::trigger
