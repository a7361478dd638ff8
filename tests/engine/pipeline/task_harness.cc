#include "tests/engine/pipeline/task_harness.h"

#include <utility>

#include <gtest/gtest.h>

namespace riposte::test {

void RecordingObserver::OnCommit(const pipeline::Report& report) {
  Commit commit;
  commit.counts = *report.counts;
  for (const pipeline::SourceCount& source : report.sources)
    commit.sources.push_back(
        source.partition->topic + "-" + std::to_string(source.partition->partition) + " " +
        std::to_string(source.consumed) + " behind " + std::to_string(source.lag));
  for (const pipeline::RuleCount& count : report.rules) {
    commit.matches.emplace_back(count.rule->name, count.matches);
    commit.rule_ns.push_back(count.cost_ns);
  }
  for (const pipeline::CommandCount& count : report.commands)
    commit.commands.push_back(std::string(count.action) + " " + std::string(count.outcome) + " " +
                              std::to_string(count.count));
  for (const pipeline::DecisionCount& count : report.decisions)
    commit.decisions.push_back(std::string(count.guard) + " " + std::string(count.decision) + " " +
                               std::to_string(count.count));
  commits.push_back(std::move(commit));
}

void RecordingObserver::OnAbort(const pipeline::PartitionId&, bool open_behind) {
  ++aborts;
  undone += open_behind ? 1 : 0;
}

void RecordingObserver::OnTaskStopped(const pipeline::PartitionId& partition,
                                      const Status& reason) {
  stopped.push_back(partition.topic + ": " + std::string(ErrorCodeName(reason.code())));
}

TaskHarness::TaskHarness(std::vector<rule::Rule> rules) {
  standing.enforcement.enabled = true;
  standing.arming = std::make_shared<AlwaysArmed>();
  UseRules(std::move(rules));
}

int64_t TaskHarness::Append(std::string value) {
  return log.Append(kPartition, "A1", std::move(value), clock.Now());
}

int64_t TaskHarness::AppendTombstone() {
  return log.Append(kPartition, "A1", std::nullopt, clock.Now());
}

void TaskHarness::Restart() {
  task.reset();
  pipeline::Assignment assignment =
      keeps_windows ? memory::AssignStateTask(log, partitions, "test", value_bytes_max)
                    : memory::AssignTogether(log, partitions, "test", value_bytes_max);
  if (adjust) adjust(assignment);
  assignment.sources[0].skipped_from = std::exchange(skipped_from, -1);
  task = std::make_unique<pipeline::Task>(std::move(assignment), options,
                                          pipeline::Surroundings{.clock = &clock,
                                                                 .guards = &guards_,
                                                                 .observer = &observer,
                                                                 .crashes = crashes,
                                                                 .make_committer = make_committer,
                                                                 .stores = stores});
}

void TaskHarness::UseRules(std::vector<rule::Rule> rules) {
  live_ = pipeline::LiveRules::Compile(RuleSetOf(std::move(rules)), {"test"});
}

Result<pipeline::Task::Progress> TaskHarness::Step(Duration wait) {
  if (task == nullptr) Restart();
  const pipeline::ReadStanding read = [this]() -> const pipeline::Standing& {
    ++standing_reads;
    return standing;
  };
  return task->Step(live_, read, wait);
}

void TaskHarness::RunToEnd() {
  log.Close();
  for (int i = 0; i < 10'000; ++i) {
    const Result<pipeline::Task::Progress> progress = Step();
    ASSERT_TRUE(progress.ok()) << progress.status().message();
    if (*progress == pipeline::Task::Progress::kEnded) return;
    clock.Advance(Duration(1));
  }
  FAIL() << "the task does not come to an end";
}

std::vector<json::Value> TaskHarness::Outputs(pipeline::OutTopic topic) const {
  std::vector<json::Value> values;
  for (const pipeline::OutRecord& record : log.Outputs(topic)) {
    Result<json::Value> value = json::Parse(record.value);
    EXPECT_TRUE(value.ok()) << value.status().message() << ": " << record.value;
    if (value.ok()) values.push_back(std::move(value).value());
  }
  return values;
}

std::vector<std::string> TaskHarness::CommandIds() const {
  std::vector<std::string> ids;
  for (const json::Value& command : Outputs(pipeline::OutTopic::kCommands))
    ids.emplace_back(command.StringOr("id", ""));
  return ids;
}

std::vector<json::Value> TaskHarness::Audit(std::string_view kind) const {
  std::vector<json::Value> found;
  for (json::Value& record : Outputs(pipeline::OutTopic::kAudit))
    if (record.StringOr("kind", "") == kind) found.push_back(std::move(record));
  return found;
}

pipeline::Counts TaskHarness::Accounted() const {
  pipeline::Counts total;
  int64_t next = 0;
  for (const json::Value& record : Audit("counts")) {
    const auto number = [&record](std::string_view key) -> uint64_t {
      return static_cast<uint64_t>(*record.Find(key)->as_int());
    };
    EXPECT_EQ(number("consumed"),
              number("matched") + number("unmatched") + number("dead_lettered") + number("empty"));
    EXPECT_GE(*record.Find("first_offset")->as_int(), next);
    next = *record.Find("last_offset")->as_int() + 1;
    total.consumed += number("consumed");
    total.matched += number("matched");
    total.unmatched += number("unmatched");
    total.dead_lettered += number("dead_lettered");
    total.empty += number("empty");
  }
  return total;
}

EventJson ProcessEvent(std::string_view id, std::string_view name) {
  EventJson event("PROCESS");
  event.With("id", id).With("name", name).With("pid", 4711);
  event.With("start", "2026-11-25T00:59:00Z").With("image", "C:\\Users\\u\\evil.exe");
  event.With("sha", "ab");
  return event;
}

}  // namespace riposte::test
