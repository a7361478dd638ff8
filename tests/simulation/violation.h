// What a run did that it must not have done.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace riposte::sim {

struct Violation {
  std::string_view invariant;  // as checker.h names them
  std::string text;
};
using Violations = std::vector<Violation>;

}  // namespace riposte::sim
