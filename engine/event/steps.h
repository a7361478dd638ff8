// What a profile does to a text that was read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/event/arena.h"
#include "engine/event/plan.h"

namespace riposte::event {

// Applies the steps of one alternative after another; keeps its memory. One thread.
class StepRunner {
 public:
  // False: the value is absent. `text` becomes a view of itself, of the steps or of the arena.
  bool Run(const std::vector<CompiledStep>& steps, Arena& arena, std::string_view& text);

 private:
  bool RunOne(const CompiledStep& step, Arena& arena, std::string_view& text);
  bool Map(const CompiledStep& step, std::string_view& text);
  bool Split(const CompiledStep& step, std::string_view& text);

  std::string scratch_;
};

}  // namespace riposte::event
