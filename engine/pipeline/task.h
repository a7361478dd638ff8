// The path of one input partition: batch by batch from bytes to a committed transaction. task.cc
// reads as that list.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/event/decode.h"
#include "engine/guard/guard.h"
#include "engine/match/matcher.h"
#include "engine/pipeline/ports.h"
#include "engine/remediate/resolve.h"

namespace riposte::pipeline {

// What a worker needs of the live rules; made once per reload, shared, swapped between batches.
struct LiveRules {
  rule::RuleSetPtr rules;
  // By profile name.
  std::vector<std::pair<std::string, std::shared_ptr<const match::Matcher>>> matchers;
  const match::Matcher* For(std::string_view profile) const;  // null: the profile is unknown
  static std::shared_ptr<const LiveRules> Compile(rule::RuleSetPtr rules);
};
using LiveRulesPtr = std::shared_ptr<const LiveRules>;

struct TaskOptions {
  size_t batch_records_max = 1000;
  size_t batch_bytes_max = 8u << 20;
  Duration commit_interval{100};
  Duration commit_interval_backlog{500};
  size_t commit_output_bytes_max = 4u << 20;
  size_t dead_letter_bytes_max = 64u << 10;  // of the original record
  size_t event_bytes_max = 1'048'588;        // the topic's max.message.bytes
  remediate::TimeToLive ttl;
};

}  // namespace riposte::pipeline
