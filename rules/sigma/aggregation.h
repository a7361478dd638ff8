// Deprecated aggregations: "| count() by User > 5".
#pragma once

#include <string>
#include <string_view>

namespace riposte::sigma {

// What to write instead of the aggregation, the text behind the condition's pipe.
std::string AggregationHint(std::string_view aggregation);

}  // namespace riposte::sigma
