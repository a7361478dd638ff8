// Rules with triggers on a small event format, for tests of what runs them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/decode.h"
#include "engine/trigger/match_values.h"
#include "rules/rule/rule.h"

namespace riposte::trigger {

// The format has the keywords "asset" (which is the asset's id), "user" and "host", the text
// "path", and the number "bytes": each at the key of that name.
schema::SchemaPtr TriggerSchema();
schema::FieldId FieldOf(std::string_view token);
std::vector<schema::FieldId> FieldsOf(const std::vector<std::string>& tokens);

// Its id follows from the name.
Uuid IdOfRule(std::string_view name);
rule::Rule RuleOf(std::string_view name, rule::Trigger trigger);
rule::Step StepBy(const std::vector<std::string>& by,
                  const std::vector<std::string>& distinct = {});
// Takes the firings of the rule of that name: `by` names the fields of this step's key.
rule::Step StepOfFirings(std::string_view rule, const std::vector<std::string>& by,
                         std::vector<size_t> places);
std::shared_ptr<const MatchValues> ValuesOf(std::vector<rule::Rule> rules);

class TriggerDecoder {
 public:
  TriggerDecoder();
  // Until the next call.
  const event::Event& Decode(std::string json);

 private:
  std::shared_ptr<const event::Plan> plan_;
  event::Decoder decoder_;
  std::string bytes_;
};

// The key of a group with these values.
std::string KeyWith(const std::vector<std::string>& values);

}  // namespace riposte::trigger
