// Any bytes as a record of the shuffle, or ('C', the number of a rule) as the contribution of one
// that is right otherwise: refused for a reason, or taken by a task whose rules can have found it,
// which an abort takes back; and what was read is written as what reads the same.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/pipeline/shuffle_record.h"
#include "engine/pipeline/task_windows.h"
#include "engine/state/memory_store.h"
#include "tests/engine/pipeline/contribution_fixture.h"

namespace {

using riposte::Duration;
using riposte::pipeline::Outgoing;
using riposte::pipeline::ReadShuffleRecord;
using riposte::pipeline::ShuffleRecord;
using riposte::pipeline::ShuffleReject;
using riposte::pipeline::TaskWindows;
using riposte::pipeline::WriteShuffleRecord;
using riposte::test::kShuffleTime;
using riposte::trigger::MatchValues;

// Besides those of the tests: distinct values, numbers, steps with values, one that is absent.
std::shared_ptr<const MatchValues> Values() {
  namespace rule = riposte::rule;
  using riposte::trigger::FieldsOf;
  using riposte::trigger::RuleOf;
  using riposte::trigger::StepBy;
  std::vector<rule::Rule> rules = riposte::test::ShuffleRules();
  rule::Count distinct = riposte::test::PairOf({"user"});
  distinct.measure = rule::Measure::kDistinct;
  distinct.fields = FieldsOf({"path"});
  rules.push_back(RuleOf("distinct", distinct));
  rule::Count sum = riposte::test::PairOf({"user"});
  sum.measure = rule::Measure::kSum;
  sum.fields = FieldsOf({"bytes"});
  rules.push_back(RuleOf("sum", sum));
  rule::Sequence sequence{.within = Duration(8'000),
                          .steps = {StepBy({"asset"}, {"path"}), StepBy({"asset"})},
                          .until = StepBy({"asset"})};
  sequence.steps.back().absent = true;
  rules.push_back(RuleOf("sequence", sequence));
  return riposte::trigger::ValuesOf(std::move(rules));
}

std::string Written(const MatchValues& values, const ShuffleRecord& record) {
  std::string bytes;
  WriteShuffleRecord(
      record.sender,
      Outgoing{.to = 0, .watermark = record.watermark, .contribution = *record.contribution},
      values, bytes);
  return bytes;
}

// A record of the rule that is right up to where its contribution begins.
std::string HeadOf(const MatchValues& values, uint32_t rule) {
  Outgoing empty{.to = 0, .watermark = kShuffleTime, .contribution = {}};
  empty.contribution.rule = rule;
  std::string bytes, contribution;
  WriteShuffleRecord("edr/0", empty, values, bytes);
  riposte::ByteWriter writer(contribution);
  Write(empty.contribution, writer);
  bytes.resize(bytes.size() - contribution.size());
  return bytes;
}

std::string RecordOf(const MatchValues& values, std::string_view bytes) {
  if (bytes.size() < 2 || bytes[0] != 'C') return std::string(bytes);
  const auto rules = static_cast<uint32_t>(values.rules().rules.size());
  const uint32_t rule = static_cast<unsigned char>(bytes[1]) % rules;
  return HeadOf(values, rule) + std::string(bytes.substr(2));
}

void CheckWritten(const MatchValues& values, const ShuffleRecord& record) {
  const std::string once = Written(values, record);
  ShuffleRecord read;
  RIPOSTE_CHECK(ReadShuffleRecord(once, values, read) == ShuffleReject::kNone, "it is read again");
  RIPOSTE_CHECK(Written(values, read) == once, "as what it was");
}

void CheckTaken(TaskWindows& windows, const ShuffleRecord& record) {
  const riposte::Time now = kShuffleTime + std::chrono::hours(1);
  const size_t groups = windows.groups();
  // Twice, for many take no less.
  for (int i = 0; record.contribution && i < 2; ++i)
    RIPOSTE_CHECK(windows.OnShuffle(*record.contribution, now) == TaskWindows::Arrived::kTaken,
                  "it is the rules', and this task owns everything");
  RIPOSTE_CHECK(windows.OnSender(record.sender, record.watermark, now, now), "there is room");
  windows.OnTime(now);
  windows.OnTime(now + std::chrono::hours(1));
  windows.Seal();
  windows.Undo();
  RIPOSTE_CHECK(windows.groups() == groups, "it was taken back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::shared_ptr<const MatchValues> values = Values();
  static const std::unique_ptr<TaskWindows> windows =
      TaskWindows::Make(values, {}, riposte::state::MemoryStore(), {}, kShuffleTime).value();
  const std::string bytes = RecordOf(*values, {reinterpret_cast<const char*>(data), size});
  ShuffleRecord record;
  const ShuffleReject reject = ReadShuffleRecord(bytes, *values, record);
  RIPOSTE_CHECK(riposte::pipeline::ShuffleRejectName(reject) != "unknown", "it has a reason");
  if (reject != ShuffleReject::kNone) {
    RIPOSTE_CHECK(!record.contribution, "nothing is left of what was refused");
    return 0;
  }
  if (record.contribution) CheckWritten(*values, record);
  CheckTaken(*windows, record);
  return 0;
}
