#include "engine/pipeline/ports.h"

#include <algorithm>

namespace riposte::pipeline {

std::string_view OutTopicName(OutTopic topic) {
  switch (topic) {
    case OutTopic::kCommands:
      return "commands";
    case OutTopic::kAlerts:
      return "alerts";
    case OutTopic::kAudit:
      return "audit";
    case OutTopic::kDeadLetter:
      return "dead-letter";
    case OutTopic::kChangelog:
      return "changelog";
    case OutTopic::kShuffle:
      return "shuffle";
    case OutTopic::kCount:
      break;
  }
  return "unknown";
}

const ControlRecord* Control::Snapshot::Find(std::string_view key) const {
  const std::vector<ControlRecord>::const_iterator found = std::lower_bound(
      records.begin(), records.end(), key,
      [](const ControlRecord& record, std::string_view wanted) { return record.key < wanted; });
  return found != records.end() && found->key == key ? &*found : nullptr;
}

}  // namespace riposte::pipeline
