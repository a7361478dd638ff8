#include "tests/support/engine_fixture.h"

#include <algorithm>

#include "base/check.h"
#include "base/digest.h"
#include "base/json.h"
#include "tests/support/schema_builder.h"

namespace riposte::test {
namespace {

using schema::FieldType;
using schema::Role;

struct RoleKey {
  Role role;
  FieldType type;
  const char* key;
};
constexpr RoleKey kRoleKeys[] = {
    {Role::kEventType, FieldType::kKeyword, "type"},
    {Role::kEventId, FieldType::kKeyword, "id"},
    {Role::kEventTime, FieldType::kDate, "time"},
    {Role::kAssetId, FieldType::kKeyword, "asset"},
    {Role::kAssetName, FieldType::kKeyword, "host"},
    {Role::kAssetPlatform, FieldType::kKeyword, "platform"},
    {Role::kProcessPid, FieldType::kNumber, "pid"},
    {Role::kProcessStartedAt, FieldType::kDate, "start"},
    {Role::kProcessStartedNotAfter, FieldType::kDate, "start_max"},
    {Role::kProcessGuid, FieldType::kKeyword, "guid"},
    {Role::kProcessImage, FieldType::kText, "image"},
    {Role::kProcessSha256, FieldType::kKeyword, "sha"},
    {Role::kParentPid, FieldType::kNumber, "ppid"},
    {Role::kParentStartedAt, FieldType::kDate, "pstart"},
    {Role::kParentStartedNotAfter, FieldType::kDate, "pstart_max"},
    {Role::kParentGuid, FieldType::kKeyword, "pguid"},
    {Role::kParentImage, FieldType::kText, "pimage"},
    {Role::kParentSha256, FieldType::kKeyword, "psha"},
    {Role::kFilePath, FieldType::kText, "file"},
    {Role::kFileSha256, FieldType::kKeyword, "fsha"},
    {Role::kSnapshot, FieldType::kBool, "snapshot"},
};

}  // namespace

schema::SchemaPtr EngineSchema() {
  static const schema::SchemaPtr schema = [] {
    SchemaBuilder builder;
    for (const RoleKey& entry : kRoleKeys)
      builder.Role(entry.role,
                   builder.Field(std::string("event.") + entry.key, entry.type, entry.key));
    builder.Field("name", FieldType::kKeyword, "name");
    return std::make_shared<const schema::Schema>(builder.schema());
  }();
  return schema;
}

EventJson::EventJson(std::string_view type) {
  With("type", type).With("id", "e1").With("time", kEventTime);
  With("asset", "A1").With("host", "WIN7").With("platform", "Windows");
}

EventJson& EventJson::With(const std::string& key, std::string_view text) {
  Without(key);
  std::string quoted;
  json::AppendQuoted(text, quoted);
  members_.emplace_back(key, quoted);
  return *this;
}

EventJson& EventJson::With(const std::string& key, int64_t number) {
  Without(key);
  members_.emplace_back(key, std::to_string(number));
  return *this;
}

EventJson& EventJson::Without(const std::string& key) {
  std::erase_if(members_, [&key](const std::pair<std::string, std::string>& member) {
    return member.first == key;
  });
  return *this;
}

std::string EventJson::Text() const {
  std::string text = "{";
  for (const std::pair<std::string, std::string>& member : members_) {
    if (text.size() > 1) text += ',';
    text += '"' + member.first + "\":" + member.second;
  }
  return text + "}";
}

EngineDecoder::EngineDecoder()
    : schema_(EngineSchema()),
      plan_(event::Plan::Compile(*schema_, schema_->profiles.front(), {})) {}

const event::Event& EngineDecoder::Decode(std::string bytes) {
  bytes_ = std::move(bytes);
  RIPOSTE_CHECK(decoder_.Decode(*plan_, bytes_) == event::Reject::kNone, bytes_);
  return decoder_.event();
}

rule::Rule RuleFor(std::string_view wanted) {
  rule::Rule rule;
  rule.id = Uuid::V5(Uuid{}, wanted);
  rule.name = "Rule for " + std::string(wanted);
  rule.author = "tests";
  rule.severity = rule::Severity::kHigh;
  rule.tags = {"attack.t1059"};
  rule.version = Sha256Hex(wanted);
  rule.arming_hash = Sha256Hex("arming " + std::string(wanted));
  const query::NodeId clause =
      rule.query.AddClause(EngineSchema()->catalogue.Find("name"),
                           query::Equals{.text = std::string(wanted), .cased = false}, {});
  rule.query.SetRoot(clause);
  rule.canonical_query = "name: `" + std::string(wanted) + "`";
  return rule;
}

rule::Rule KillRule(std::string_view wanted, rule::AutoMode mode, rule::Target target) {
  rule::Rule rule = RuleFor(wanted);
  rule.remediation = rule::Remediation{
      .mode = mode, .action = rule::RuleAction::kKillProcessAndQuarantineFile, .target = target};
  return rule;
}

rule::Rule IsolateRule(std::string_view wanted, rule::AutoMode mode) {
  rule::Rule rule = RuleFor(wanted);
  rule.remediation =
      rule::Remediation{.mode = mode, .action = rule::RuleAction::kQuarantineAsset, .target = {}};
  return rule;
}

rule::RuleSetPtr RuleSetOf(std::vector<rule::Rule> rules) {
  rule::RuleSet set;
  set.schema = EngineSchema();
  set.rules = std::move(rules);
  return std::make_shared<const rule::RuleSet>(std::move(set));
}

Time TimeAt(std::string_view text) {
  const std::optional<Time> time = ParseTime(text);
  RIPOSTE_CHECK(time.has_value(), text);
  return *time;
}

}  // namespace riposte::test
