// A small event format, rules on it and a decoder, for tests of what comes after decoding and
// matching.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/event/decode.h"
#include "rules/rule/rule.h"
#include "rules/schema/profile.h"

namespace riposte::test {

// Profile "test": one JSON key for each role ("type", "id", "time", "asset", "host", "platform",
// "pid", "start", "start_max", "guid", "image", "sha", "ppid", "pstart", "pstart_max", "pguid",
// "pimage", "psha", "file", "fsha", "snapshot"), and the keyword "name".
schema::SchemaPtr EngineSchema();

// An event of that format, key by key; times are RFC 3339.
class EventJson {
 public:
  explicit EventJson(
      std::string_view type);  // with id "e1", asset "A1", host "WIN7", time kEventTime
  EventJson& With(const std::string& key, std::string_view text);
  EventJson& With(const std::string& key, int64_t number);
  EventJson& Without(const std::string& key);
  std::string Text() const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;  // key, JSON of the value
};
inline constexpr std::string_view kEventTime = "2026-11-25T01:00:00.000Z";

// Decodes events of the format; the event lives until the next call.
class EngineDecoder {
 public:
  EngineDecoder();
  const event::Event& Decode(std::string bytes);
  const event::Event& Decode(const EventJson& event) { return Decode(event.Text()); }

 private:
  schema::SchemaPtr schema_;
  std::shared_ptr<const event::Plan> plan_;
  event::Decoder decoder_;
  std::string bytes_;
};

// A rule that matches events whose `name` is `wanted`. Its id is derived from `wanted`.
rule::Rule RuleFor(std::string_view wanted);
rule::Rule KillRule(std::string_view wanted, rule::AutoMode mode,
                    rule::Target target = rule::Target::kProcess);
rule::Rule IsolateRule(std::string_view wanted, rule::AutoMode mode);
rule::RuleSetPtr RuleSetOf(std::vector<rule::Rule> rules);

// The time of an RFC 3339 text that is one.
Time TimeAt(std::string_view text);

}  // namespace riposte::test
