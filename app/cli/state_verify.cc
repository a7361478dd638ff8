#include <charconv>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "app/cli/state_stores.h"
#include "app/cli/verbs.h"
#include "app/wiring.h"
#include "base/json.h"
#include "engine/state/compare.h"
#include "engine/state/summary.h"
#include "rules/text/diagnostic.h"

namespace riposte::cli {
namespace {

using state::Comparison;
using state::Difference;
using state::Unusable;
using text::ForTerminal;

constexpr Duration kPatience = std::chrono::seconds(10);
// Differences that are named.
constexpr size_t kExamplesMax = 20;

struct Arguments {
  std::string path, brokers, partition;
  std::vector<std::string> rules;
};

struct Verified {
  StoreFolder folder;
  std::optional<int32_t> partition{};
  Status problem{};  // it, or the changelog, cannot be read; then there is nothing else
  Comparison comparison{};
  state::StoreSummary summary{};
};

std::optional<int32_t> NumberIn(std::string_view text) {
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// The partition of the task whose store it is.
Result<int32_t> PartitionOf(const StoreFolder& folder, const Arguments& arguments) {
  const std::string text = arguments.partition.empty()
                               ? folder.name.substr(folder.name.find_last_of('-') + 1)
                               : arguments.partition;
  if (const std::optional<int32_t> number = NumberIn(text)) return *number;
  if (!arguments.partition.empty())
    return Status(ErrorCode::kInvalidArgument,
                  fmt::format("--partition: '{}' is no number of a partition", text));
  return Status(ErrorCode::kInvalidArgument,
                fmt::format("{}: the name does not end in the number of a task; --partition says "
                            "which one it is",
                            folder.path));
}

Status Verify(const Arguments& arguments, const app::Config& config, Verified& verified) {
  const Result<int32_t> partition = PartitionOf(verified.folder, arguments);
  if (!partition.ok()) return partition.status();
  verified.partition = *partition;
  const Result<std::unique_ptr<state::Store>> store = OpenStore(verified.folder);
  if (!store.ok()) return store.status();
  Result<state::StoreSummary> summary = state::Summarize(**store, 0);
  if (!summary.ok()) return summary.status();
  verified.summary = std::move(summary).value();
  const Result<std::unique_ptr<state::Changelog>> changelog =
      app::OpenChangelog(config, *partition, kPatience);
  if (!changelog.ok()) return changelog.status();
  Result<Comparison> comparison = state::Compare(**store, **changelog, kExamplesMax);
  if (!comparison.ok()) return comparison.status();
  verified.comparison = std::move(comparison).value();
  return Status::Ok();
}

bool IsSame(const Verified& one) {
  return one.comparison.unusable == Unusable::kNone && one.comparison.differences() == 0 &&
         one.summary.foreign + one.summary.damaged() == 0;
}

std::string_view WhyNotCompared(Unusable unusable) {
  switch (unusable) {
    case Unusable::kOtherChangelog:
      return "it mirrors another changelog, one that was deleted or made anew";
    case Unusable::kAhead:
      return "it has what the changelog does not have, or lost";
    case Unusable::kGone:
      return "it is behind what the changelog still has";
    default:
      return "it is of no use";
  }
}

std::string_view DifferenceName(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::kMissing:
      return "missing";
    case Difference::Kind::kExtra:
      return "extra";
    case Difference::Kind::kOther:
      return "other";
  }
  return "unknown";
}

// Groups whose rule is not among those that were read.
uint64_t WithoutRule(const state::StoreSummary& summary, const DefinitionNames& names) {
  uint64_t records = 0;
  for (const state::DefinitionSummary& of : summary.definitions)
    if (of.kind == state::Kind::kWindow && names.Find(of.definition) == nullptr)
      records += of.records;
  return records;
}

std::string KeyText(const std::string& key, const DefinitionNames& names) {
  const std::optional<state::ParsedKey> parsed = state::ParseRecordKey(key);
  if (!parsed) return "a key that is none of Riposte's";
  std::string text =
      fmt::format("{} '{}'", KindName(parsed->key.kind),
                  ForTerminal(fmt::format("{}", fmt::join(GroupValues(parsed->key), ", "))));
  if (const rule::Rule* const rule = names.Find(parsed->key.definition))
    text += fmt::format(" of '{}'", ForTerminal(rule->name));
  return text + fmt::format(", segment {}", parsed->segment);
}

std::string ComparisonText(const Comparison& comparison, const DefinitionNames& names) {
  if (comparison.unusable != Unusable::kNone)
    return fmt::format(
        "  NOT COMPARED: {}; the engine that works on the task next builds the "
        "store anew\n",
        WhyNotCompared(comparison.unusable));
  std::string text = fmt::format("  {} records are the same\n", comparison.same);
  if (comparison.behind > 0)
    text += fmt::format("  the store is behind by {} records\n", comparison.behind);
  if (comparison.newer > 0)
    text += fmt::format("  {} records are newer than the store's mark\n", comparison.newer);
  if (comparison.superseded > 0)
    text += fmt::format("  {} records cannot be compared: they were changed since, and compacted\n",
                        comparison.superseded);
  if (comparison.differences() > 0)
    text += fmt::format("  DIFFERENT: {} missing, {} extra, {} with another value\n",
                        comparison.missing, comparison.extra, comparison.other);
  for (const Difference& difference : comparison.examples)
    text += fmt::format("    {:<7}  {}\n", DifferenceName(difference.kind),
                        KeyText(difference.key, names));
  return text;
}

std::string VerifiedText(const Verified& one, const DefinitionNames& names) {
  std::string text = ForTerminal(one.folder.path);
  text += one.partition ? fmt::format(", changelog partition {}\n", *one.partition) : "\n";
  if (!one.problem.ok()) return text + fmt::format("  {}\n", ForTerminal(one.problem.message()));
  text += ComparisonText(one.comparison, names);
  if (one.summary.foreign > 0)
    text +=
        fmt::format("  DAMAGED: {} records whose key is none of Riposte's\n", one.summary.foreign);
  if (one.summary.damaged() > 0)
    text += fmt::format("  DAMAGED: {} records are of no whole group\n", one.summary.damaged());
  if (names.known())
    if (const uint64_t records = WithoutRule(one.summary, names); records > 0)
      text += fmt::format("  {} records are of no rule of these\n", records);
  return text;
}

int64_t Signed(uint64_t number) { return static_cast<int64_t>(number); }

json::Value DifferenceJson(const Difference& difference, const DefinitionNames& names) {
  json::Object object{{"kind", std::string(DifferenceName(difference.kind))}};
  const std::optional<state::ParsedKey> parsed = state::ParseRecordKey(difference.key);
  if (!parsed) return object;
  const rule::Rule* const rule = names.Find(parsed->key.definition);
  json::Array group;
  for (std::string& value : GroupValues(parsed->key)) group.emplace_back(std::move(value));
  object.emplace_back("record", std::string(KindName(parsed->key.kind)));
  object.emplace_back("definition", HexOf(parsed->key.definition));
  object.emplace_back("rule_id",
                      rule == nullptr ? json::Value() : json::Value(rule->id.ToString()));
  object.emplace_back("group", std::move(group));
  object.emplace_back("segment", int64_t{parsed->segment});
  return object;
}

json::Value VerifiedJson(const Verified& one, const DefinitionNames& names) {
  json::Object object{{"path", one.folder.path}};
  object.emplace_back("partition",
                      one.partition ? json::Value(int64_t{*one.partition}) : json::Value());
  if (!one.problem.ok()) {
    object.emplace_back("problem", one.problem.message());
    return object;
  }
  const Comparison& comparison = one.comparison;
  json::Array differences;
  for (const Difference& difference : comparison.examples)
    differences.push_back(DifferenceJson(difference, names));
  object.emplace_back("same", IsSame(one));
  object.emplace_back("unusable", std::string(state::UnusableName(comparison.unusable)));
  object.emplace_back("equal", Signed(comparison.same));
  object.emplace_back("behind", Signed(comparison.behind));
  object.emplace_back("newer", Signed(comparison.newer));
  object.emplace_back("superseded", Signed(comparison.superseded));
  object.emplace_back("missing", Signed(comparison.missing));
  object.emplace_back("extra", Signed(comparison.extra));
  object.emplace_back("other", Signed(comparison.other));
  object.emplace_back("foreign", Signed(one.summary.foreign));
  object.emplace_back("damaged", Signed(one.summary.damaged()));
  object.emplace_back("without_rule", names.known()
                                          ? json::Value(Signed(WithoutRule(one.summary, names)))
                                          : json::Value());
  object.emplace_back("differences", std::move(differences));
  return object;
}

std::string Report(const std::vector<Verified>& all, const DefinitionNames& names, bool as_json) {
  std::string text;
  json::Array array;
  for (const Verified& one : all) {
    if (as_json) {
      array.push_back(VerifiedJson(one, names));
    } else {
      text += VerifiedText(one, names);
    }
  }
  if (as_json) return json::Write(json::Object{{"stores", std::move(array)}}) + "\n";
  return text;
}

Exit Judge(const std::vector<Verified>& all, const Session& session) {
  Exit exit = Exit::kOk;
  for (const Verified& one : all) {
    if (!one.problem.ok()) return session.Fail(one.problem);
    if (!IsSame(one)) exit = Exit::kFindings;
  }
  return exit;
}

Exit RunVerify(const Arguments& arguments, Session& session) {
  if (!arguments.brokers.empty()) session.flags.emplace_back("kafka.brokers", arguments.brokers);
  const StateInput input = ReadStateInput(session, arguments.path, arguments.rules);
  if (input.exit != Exit::kOk) return input.exit;
  const Result<std::vector<StoreFolder>> folders = FindStores(input.path);
  if (!folders.ok()) return session.Fail(folders.status());
  if (!arguments.partition.empty() && folders->size() > 1)
    return session.Fail(
        {ErrorCode::kInvalidArgument,
         fmt::format("--partition is of one store, and {} has {}", input.path, folders->size())});
  const DefinitionNames names =
      input.rules == nullptr ? DefinitionNames() : DefinitionNames(input.rules);
  std::vector<Verified> all;
  for (const StoreFolder& folder : *folders) {
    Verified& one = all.emplace_back(Verified{.folder = folder});
    one.problem = Verify(arguments, input.resolved->config, one);
  }
  session.Print(Report(all, names, session.json()));
  return Judge(all, session);
}

}  // namespace

Verb StateVerifyVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {
      .name = "state verify",
      .summary = "Compare the tasks' stores on this machine with the changelog, record by record",
      .examples =
          "  riposte state verify --brokers kafka-1:9092\n"
          "  riposte state verify /var/lib/riposte --rules rules/ --format json",
      .formats = {"text", "json"},
      .declare =
          [arguments](Options& options) {
            DeclareStorePath(options, arguments->path);
            options.Text("brokers", arguments->brokers, "HOST:PORT",
                         "Same as --set kafka.brokers=...");
            DeclareWindowRules(options, arguments->rules);
            options.Text("partition", arguments->partition, "NUMBER",
                         "Partition of the changelog, of a store whose name does not end in it");
          },
      .run = [arguments](Session& session) { return RunVerify(*arguments, session); }};
}

}  // namespace riposte::cli
