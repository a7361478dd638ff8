// The disk of a machine: what a process had in its stores when it was killed is there for the next
// process on that machine, and only there. It can be full for a while, lose or damage what it has,
// or come back as it was some time ago.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/state/memory_store.h"
#include "tests/simulation/sim_clock.h"

namespace riposte::sim {

std::string StoreName(int32_t state_task);

class Disk final : public state::Stores {
 public:
  // Told of each change that a store takes.
  using Watch = std::function<void(std::string_view store, const state::Change& change)>;

  // `clock` outlives it.
  Disk(const SimClock& clock, Watch watch) : clock_(clock), watch_(std::move(watch)) {}

  Result<Opened> Open(std::string_view name) override;
  Status Wipe(std::string_view name) override;

  // Faults. Those that replace what is there are for the time between two processes.
  void FillUntil(Time until) { full_until_ = until; }
  void Damage();  // all stores, until they are wiped
  void Lose() { contents_.clear(); }
  void Remember() { remembered_ = Copy(); }
  void GoBack();  // to when it was last remembered
  // No faults from now on. What was damaged stays so.
  void Heal() { full_until_ = {}; }

  // What the stores hold, by name.
  struct Content {
    state::MemoryStore store;
    bool damaged = false;
  };
  using Contents = std::map<std::string, std::shared_ptr<Content>, std::less<>>;
  const Contents& contents() const { return contents_; }

 private:
  class OpenStore;
  Status Check(const Content& content) const;
  Contents Copy() const;

  const SimClock& clock_;
  const Watch watch_;
  Contents contents_;
  Contents remembered_;
  Time full_until_{};
};

}  // namespace riposte::sim
