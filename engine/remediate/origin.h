// Where a record stands in Kafka; gives an event without an id its identity.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace riposte::remediate {

struct Origin {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  uint32_t index = 0;  // of the event within its record
  Time append_time{};
};

}  // namespace riposte::remediate
