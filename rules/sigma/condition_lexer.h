// The words of a Sigma condition.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/text/source.h"

namespace riposte::sigma {

struct ConditionToken {
  enum class Kind : uint8_t { kWord, kOpen, kClose, kPipe, kEnd };
  Kind kind = Kind::kWord;
  std::string_view text{};  // view of the condition
  text::Span span{};        // in the condition
};

// All of it: brackets, pipes, and words of anything else between blanks; ends with kEnd.
std::vector<ConditionToken> LexCondition(std::string_view condition);

}  // namespace riposte::sigma
