// A store that lives as long as its object: for the embedded connectors, offline runs and tests.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/state/store.h"

namespace riposte::state {

class MemoryStore final : public Store {
 public:
  std::optional<Mark> mark() const override { return mark_; }
  Result<std::optional<std::string>> Get(std::string_view key) const override;
  Status Apply(std::span<const Change> changes, const Mark& mark) override;
  Status Scan(std::string_view prefix, const Each& each) const override;

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::optional<Mark> mark_;
};

// Each store that is opened is new and empty.
class MemoryStores final : public Stores {
 public:
  Result<Opened> Open(std::string_view name) override;
  Status Wipe(std::string_view name) override;
};

}  // namespace riposte::state
