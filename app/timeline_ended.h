// What ended the partials of a sequence, by what its group kept before and after.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/trigger/contribution.h"
#include "engine/trigger/state_view.h"
#include "rules/rule/trigger.h"

namespace riposte::app {

struct EndedPartial {
  size_t stages = 0;  // that it had passed
  std::string why;
};

// `by`: what came between the two; null: only time. `after` is empty if the group is forgotten.
// `fired`: so many partials went because they completed a firing.
std::vector<EndedPartial> EndedPartials(const rule::Sequence& sequence,
                                        const trigger::StateView& before,
                                        const trigger::StateView& after,
                                        const trigger::Contribution* by, size_t fired);

}  // namespace riposte::app
