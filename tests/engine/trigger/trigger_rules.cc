#include "tests/engine/trigger/trigger_rules.h"

#include <utility>

#include "base/check.h"
#include "engine/trigger/group_key.h"
#include "rules/rule/trigger_print.h"
#include "tests/support/schema_builder.h"

namespace riposte::trigger {

schema::SchemaPtr TriggerSchema() {
  static const schema::SchemaPtr schema = [] {
    test::SchemaBuilder builder;
    for (const char* token : {"asset", "user", "host"})
      builder.Field(token, schema::FieldType::kKeyword, token);
    builder.Field("path", schema::FieldType::kText, "path");
    builder.Field("bytes", schema::FieldType::kNumber, "bytes");
    builder.Role(schema::Role::kAssetId, builder.schema().catalogue.Find("asset"));
    return std::make_shared<const schema::Schema>(builder.schema());
  }();
  return schema;
}

schema::FieldId FieldOf(std::string_view token) {
  const schema::FieldId field = TriggerSchema()->catalogue.Find(token);
  RIPOSTE_CHECK(field != schema::kNoField, token);
  return field;
}

std::vector<schema::FieldId> FieldsOf(const std::vector<std::string>& tokens) {
  std::vector<schema::FieldId> fields;
  for (const std::string& token : tokens) fields.push_back(FieldOf(token));
  return fields;
}

Uuid IdOfRule(std::string_view name) { return Uuid::V5(Uuid{}, name); }

rule::Rule RuleOf(std::string_view name, rule::Trigger trigger) {
  rule::Rule rule;
  rule.id = IdOfRule(name);
  rule.name = name;
  rule.canonical_trigger = rule::PrintTrigger(trigger, TriggerSchema()->catalogue);
  rule.trigger = std::move(trigger);
  return rule;
}

rule::Step StepBy(const std::vector<std::string>& by, const std::vector<std::string>& distinct) {
  rule::Step step;
  step.by = FieldsOf(by);
  step.distinct = FieldsOf(distinct);
  return step;
}

rule::Step StepOfFirings(std::string_view rule, const std::vector<std::string>& by,
                         std::vector<size_t> places) {
  rule::Step step;
  step.by = FieldsOf(by);
  step.firings_of = rule::FiringsOf{.rule = IdOfRule(rule),
                                    .by = std::move(places),
                                    .measured = {},
                                    .by_deadline = false,
                                    .reads = {}};
  return step;
}

std::shared_ptr<const MatchValues> ValuesOf(std::vector<rule::Rule> rules) {
  rule::RuleSet set;
  set.schema = TriggerSchema();
  set.rules = std::move(rules);
  return std::make_shared<const MatchValues>(std::make_shared<const rule::RuleSet>(std::move(set)));
}

TriggerDecoder::TriggerDecoder()
    : plan_(event::Plan::Compile(*TriggerSchema(), TriggerSchema()->profiles.front(),
                                 FieldsOf({"asset", "user", "host", "path", "bytes"}))) {}

const event::Event& TriggerDecoder::Decode(std::string json) {
  bytes_ = std::move(json);
  RIPOSTE_CHECK(decoder_.Decode(*plan_, bytes_) == event::Reject::kNone, bytes_);
  return decoder_.event();
}

std::string KeyWith(const std::vector<std::string>& values) {
  KeyWriter writer;
  for (const std::string& value : values) writer.AddText(value);
  return std::move(writer).Finish();
}

}  // namespace riposte::trigger
