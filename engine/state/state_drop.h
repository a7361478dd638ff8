// The states of definitions that no rule has any more, and their deletion: a few with each
// transaction, so that none becomes large by it. One thread.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/state/state_key.h"
#include "engine/state/store.h"

namespace riposte::state {

class StateDrop {
 public:
  // `states_max`: with one transaction, but those of a definition that is needed again, which go at
  // once.
  explicit StateDrop(size_t states_max) : states_max_(states_max) {}

  // After a start: what the store has besides `live`.
  Status Find(const Store& store, std::span<const DefinitionId> live);
  // Other definitions are live now. Nothing is sealed.
  void Change(std::span<const DefinitionId> live);
  // Appends deletions, which have to stand before what the transaction writes. Nothing is sealed.
  // `store_lags`: it may still have what was deleted, so only what has to go goes.
  Status Append(const Store& store, bool store_lags, std::vector<state::Change>& changes);
  // The transaction was committed, and the store has it.
  void OnCommitted();
  void Undo();

  // Of which there are states to be deleted.
  size_t definitions() const { return ended_.size() + again_.size(); }

 private:
  // Deletes whole states, up to `most`. Returns whether it came to the end.
  Result<bool> Delete(const Store& store, const DefinitionId& definition, size_t& most,
                      std::vector<state::Change>& changes) const;

  const size_t states_max_;
  std::set<DefinitionId> live_;
  std::set<DefinitionId> ended_;  // to be deleted, some time
  std::set<DefinitionId> again_;  // live, with states from before: to be deleted at once
  // What the transaction under way deletes all of.
  std::vector<DefinitionId> sealed_;
};

}  // namespace riposte::state
