// What `state inspect` prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/state_stores.h"
#include "base/result.h"
#include "engine/state/store.h"
#include "engine/state/summary.h"
#include "engine/trigger/state_view.h"
#include "engine/trigger/suppress.h"
#include "engine/trigger/watermark.h"

namespace riposte::cli {

// A group that was asked for.
struct InspectedGroup {
  state::DefinitionId definition{};
  std::string key;
  uint64_t bytes = 0;                        // of its state
  uint16_t segments = 0;                     // records
  std::optional<trigger::StateView> view{};  // of a window
  std::optional<trigger::SuppressState> silenced{};
  std::string problem{};  // why it is neither
};

struct InspectedStore {
  StoreFolder folder;
  Status problem{};  // it cannot be read; then there is nothing else
  std::optional<state::Mark> mark{};
  state::StoreSummary summary{};
  std::optional<trigger::Watermark> clock{};
  std::string clock_problem{};  // why there is none although it is stored
  std::vector<InspectedGroup> groups{};
};

// For people. What the store holds may be of a hostile event: it does not drive the terminal.
std::string InspectionText(const std::vector<InspectedStore>& stores, const DefinitionNames& names);
// {"stores": [...]}, on one line with its end; documented in docs/operations.md.
std::string InspectionJson(const std::vector<InspectedStore>& stores, const DefinitionNames& names);

}  // namespace riposte::cli
