// From our options to librdkafka's properties: what the operator may set, what is ours, and the
// secrets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "connectors/kafka/options.h"

namespace riposte::kafka {

using PropertyMap = std::map<std::string, std::string, std::less<>>;

enum class Role : uint8_t {
  kAdmin,            // topics and their configuration
  kGroup,            // the consumer group's member
  kTask,             // the transactional producer of one task
  kFlushingTask,     // its idempotent one, without transactions
  kControlReader,    // follows the control topic
  kControlWriter,    // idempotent producer
  kChangelogReader,  // reads a task's partition of the changelog once
};

bool IsConsumer(Role role);  // the others are producers

// Checked options. Immutable; shared between threads.
class Settings {
 public:
  // kInvalidArgument: a property that librdkafka does not know or does not take this value for,
  // that is ours, or a secret in the open; the message names the property and what to do. kIo: a
  // secret's file cannot be read.
  static Result<Settings> Make(const Options& options);

  // All properties of a client of this role.
  PropertyMap For(Role role) const;

 private:
  PropertyMap operator_properties_;  // secrets resolved
  PropertyMap ours_;                 // of every role
  std::string group_;
  std::string instance_id_;
  int64_t transaction_timeout_ms_ = 0;
};

// The name of the option that stands for a property that only we set, or an explanation why it is
// fixed; empty if the operator may set the property.
std::string_view WhyReserved(std::string_view property);
bool IsSecret(std::string_view property);

}  // namespace riposte::kafka
