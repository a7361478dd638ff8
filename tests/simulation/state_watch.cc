#include "tests/simulation/state_watch.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "engine/state/birth.h"
#include "engine/state/takeover.h"
#include "tests/simulation/changelog.h"
#include "tests/simulation/outbox.h"

namespace riposte::sim {
namespace {

using State = std::map<std::string, std::string>;

std::string Entry(std::string_view store, std::string_view key,
                  const std::optional<std::string>& value) {
  std::string entry(store);
  entry.append(1, '\0').append(key).append(1, '\0');
  return value ? entry + "=" + *value : entry + "deleted";
}

void Put(const LogRecord& record, State& state) {
  if (record.value) {
    state[record.key] = *record.value;
  } else {
    state.erase(record.key);
  }
}

// The truth about one task, and what one needs to know to go on from a store.
struct Changelog {
  const PartitionLog& log;
  std::optional<state::ChangelogFacts> facts;  // empty: it has no record
  State state;
};

Changelog ReadChangelog(const PartitionLog& log) {
  Changelog changelog{.log = log, .facts = {}, .state = {}};
  for (int64_t offset = log.NextVisible(0); offset >= 0; offset = log.NextVisible(offset + 1)) {
    const LogRecord& record = log.at(offset);
    Put(record, changelog.state);
    if (changelog.facts) continue;
    changelog.facts = {.birth = state::ReadBirth(record.key, record.value).value_or(Uuid{}),
                       .first = 0,
                       .end = log.last_stable(),
                       .delete_retention = kDeleteRetention};
  }
  return changelog;
}

State Restored(const state::MemoryStore& store, const Changelog& changelog) {
  State state;
  (void)store.Scan("", [&](std::string_view key, std::string_view value) {
    return state.emplace(key, value).second;
  });
  for (int64_t offset = changelog.log.NextVisible(store.mark()->changelog_next); offset >= 0;
       offset = changelog.log.NextVisible(offset + 1))
    Put(changelog.log.at(offset), state);
  return state;
}

}  // namespace

void StateWatch::OnApplied(std::string_view store, const state::Change& change) {
  applied_.insert(Entry(store, change.key, change.value));
}

void StateWatch::OnCommitted(const CommittedTransaction& transaction) {
  for (const CommittedTransaction::Place& place : transaction.records) {
    if (place.id.topic != ChangelogOf(0).topic) continue;
    const std::string store = StoreName(place.id.partition);
    committed_.insert(Entry(store, place.message.key, place.message.value));
  }
}

void StateWatch::Check(KafkaModel& kafka, int32_t state_tasks,
                       const std::vector<const Disk*>& disks, Time now,
                       Violations& violations) const {
  std::vector<std::string> ahead;
  std::ranges::set_difference(applied_, committed_, std::back_inserter(ahead));
  if (!ahead.empty())
    violations.push_back({.invariant = "I6",
                          .text = std::to_string(ahead.size()) +
                                  " changes in stores were never committed, one of them in " +
                                  ahead.front().substr(0, ahead.front().find('\0'))});
  for (int32_t task = 0; task < state_tasks; ++task) {
    const Changelog changelog = ReadChangelog(kafka.log(ChangelogOf(task)));
    for (const Disk* disk : disks) {
      const auto found = disk->contents().find(StoreName(task));
      if (found == disk->contents().end() || found->second->damaged) continue;
      const state::MemoryStore& store = found->second->store;
      if (!store.mark() || !changelog.facts) continue;
      if (state::JudgeStore(store.mark(), *changelog.facts, now) != state::Unusable::kNone)
        continue;
      if (Restored(store, changelog) != changelog.state)
        violations.push_back(
            {.invariant = "I6", .text = StoreName(task) + ": a store and the changelog differ"});
    }
  }
}

}  // namespace riposte::sim
