// What a group's stored state says, for people who look into a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/trigger/nearest.h"
#include "engine/trigger/occurrence.h"
#include "engine/trigger/rule_windows.h"
#include "rules/rule/rule.h"

namespace riposte::trigger {

// A criterion fills in what it has; the rest is empty.
struct StateView {
  // Something that the group keeps. Ascending by place.
  struct Seen {
    Time time{};
    std::string event;            // as Occurrence::event; empty: forgotten, only counted
    uint32_t repeats = 0;         // of a count of distinct values: folded into this one
    std::vector<size_t> steps{};  // those that it fits, by index
    bool until = false;           // it fits `until`
    bool completed = false;       // it has completed a firing
    bool operator==(const Seen&) const = default;
  };
  // Of a sequence: what has passed its first stages.
  struct Partial {
    std::vector<size_t> occurrences;  // one for each stage: indices of `kept`
    bool waits = false;               // all of them: only a final absence is to be decided
    bool operator==(const Partial&) const = default;
  };
  // Of a schedule: not closed yet.
  struct Open {
    Time begin{}, end{};
    Tally matches;
    bool operator==(const Open&) const = default;
  };

  std::optional<Time> newest{};      // event time of the group
  std::optional<Time> used_up_to{};  // what is not later belongs to a firing before
  std::optional<Tally> joined{};     // a firing is open for what joins it
  std::vector<Seen> kept{};
  std::vector<Partial> partials{};
  std::vector<Open> windows{};
  std::optional<Nearest> nearest{};
  std::optional<Time> deadline{};  // time alone decides something once the watermark is beyond
  bool operator==(const StateView&) const = default;
};

// `bytes`: RuleWindows' of a rule of the same definition. `options` as they were written with.
// kInvalidArgument: the rule has no windows; kDamaged: they are no state of its criterion; else a
// time zone that this machine does not know.
Result<StateView> ViewState(const rule::Rule& rule, const WindowOptions& options,
                            std::string_view bytes);

}  // namespace riposte::trigger
