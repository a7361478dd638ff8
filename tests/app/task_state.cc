#include "tests/app/task_state.h"

#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/remediate/subject.h"
#include "engine/state/rocks_store.h"
#include "engine/state/segments.h"
#include "engine/trigger/group_key.h"
#include "engine/trigger/rule_windows.h"
#include "engine/trigger/suppressions.h"
#include "engine/trigger/watermark.h"
#include "rules/rule/definition.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"

namespace riposte::test {
namespace {

std::string KeyOf(const std::vector<std::string>& group) {
  trigger::KeyWriter key;
  for (const std::string& value : group) key.AddText(value);
  return std::move(key).Finish();
}

std::string EventOf(size_t number, Time time) {
  const std::string id = "E" + std::to_string(number);
  remediate::Subject subject;
  subject.event_id = id;
  subject.event_time = time;
  std::string bytes;
  remediate::WriteSubjectWithin(trigger::kContributionEventMax, subject, bytes);
  return bytes;
}

}  // namespace

std::string WindowRuleFile(std::string_view name) {
  return "id: 7d1b0e6a-3c55-4f0e-9a86-0d1f5a3b9c01\nname: " + std::string(name) +
         "\nseverity: medium\nquery: 'process.name: `bad.exe`'\n"
         "trigger:\n  count: {at_least: 5, within: 10m, group_by: [asset.id, process.name]}\n";
}

rule::RuleSetPtr WindowRules(const std::string& path) {
  text::Diagnostics diagnostics;
  rule::RuleSetPtr rules = rule::LoadRules({.paths = {path}}, ShippedSchema(), diagnostics);
  RIPOSTE_CHECK(rules != nullptr, text::Render(diagnostics));
  return rules;
}

std::vector<state::Change> WindowChanges(const rule::RuleSet& rules,
                                         const std::vector<std::string>& group,
                                         const std::vector<Time>& times) {
  const rule::Rule& rule = rules.rules.front();
  const std::unique_ptr<trigger::RuleWindows> windows = trigger::MakeRuleWindows(rule, {}).value();
  trigger::Contribution contribution;
  contribution.key = KeyOf(group);
  contribution.parts = 1;
  for (const Time time : times) {
    ++contribution.place.order;
    contribution.place.time = time;
    contribution.event = EventOf(contribution.place.order, time);
    trigger::Outcome outcome;
    windows->Take(contribution, Time::min(), outcome);
  }
  std::vector<trigger::RuleWindows::GroupState> all;
  windows->AppendAll(all);
  const state::StateKey key{
      .definition = state::DefinitionIdOf(rule.id, rule::DefinitionHash(rule, *rules.schema)),
      .group = all.front().key};
  std::vector<state::Change> changes;
  state::AppendChanges(key, *all.front().bytes, 0, changes);
  return changes;
}

std::vector<state::Change> SilencedChanges(const rule::RuleSetPtr& rules, const std::string& value,
                                           Time first) {
  const trigger::SuppressKeys keys(rules);
  trigger::Suppressions suppressions(std::make_shared<const trigger::SuppressKeys>(rules), {});
  suppressions.BeginBatch();
  trigger::SuppressEffects effects;
  for (int i = 0; i < 2; ++i) suppressions.Judge(1, KeyOf({value}), first, {}, effects);
  std::vector<trigger::ChangedGroup> changed;
  suppressions.AppendChanged(changed);
  std::vector<state::Change> changes;
  state::AppendChanges({.kind = state::Kind::kSuppress,
                        .definition = state::DefinitionIdOf(rules->rules[1].id, keys.definition(1)),
                        .group = changed.front().key},
                       *changed.front().state, 0, changes);
  return changes;
}

std::vector<state::Change> ClockChanges(Time watermark) {
  const std::string input = "winlog/0";
  trigger::Watermark clock({&input, 1}, Duration(0), watermark);
  clock.OnRecord(0, watermark, watermark);
  clock.At(watermark);
  std::string value;
  ByteWriter writer(value);
  clock.Write(writer);
  writer.Unsigned(7);
  std::vector<state::Change> changes;
  state::AppendChanges({.kind = state::Kind::kClock, .definition = {}, .group = {}}, value, 0,
                       changes);
  return changes;
}

void WriteStore(const std::string& directory, const std::string& name,
                const std::vector<state::Change>& changes, const state::Mark& mark) {
  state::RocksStores stores({.directory = directory});
  Result<state::RocksStores::Opened> opened = stores.Open(name);
  RIPOSTE_CHECK(opened.ok(), opened.status().message());
  const Status applied = opened->store->Apply(changes, mark);
  RIPOSTE_CHECK(applied.ok(), applied.message());
}

}  // namespace riposte::test
