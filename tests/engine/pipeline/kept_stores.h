// Stores in memory that outlive the tasks that open them, as a disk does.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/state/memory_store.h"

namespace riposte::test {

class KeptStores final : public state::Stores {
 public:
  Result<Opened> Open(std::string_view name) override {
    Kept& kept = stores_[std::string(name)];
    return Opened{.store = std::make_unique<View>(kept, full)};
  }
  Status Wipe(std::string_view name) override {
    stores_.erase(std::string(name));
    ++wiped;
    return Status::Ok();
  }

  bool full = false;  // nothing is written
  size_t wiped = 0;

 private:
  using Kept = std::unique_ptr<state::MemoryStore>;
  class View final : public state::Store {
   public:
    View(Kept& kept, const bool& full) : kept_(kept), full_(full) {
      if (kept_ == nullptr) kept_ = std::make_unique<state::MemoryStore>();
    }
    std::optional<state::Mark> mark() const override { return kept_->mark(); }
    Result<std::optional<std::string>> Get(std::string_view key) const override {
      return kept_->Get(key);
    }
    Status Apply(std::span<const state::Change> changes, const state::Mark& mark) override {
      if (full_) return {ErrorCode::kIo, "no space left"};
      return kept_->Apply(changes, mark);
    }
    Status Scan(std::string_view prefix, const Each& each) const override {
      return kept_->Scan(prefix, each);
    }

   private:
    Kept& kept_;
    const bool& full_;
  };

  std::map<std::string, Kept> stores_;
};

}  // namespace riposte::test
