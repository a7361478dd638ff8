#include "engine/remediate/resolve.h"

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace riposte::remediate {
namespace {

using rule::AutoMode;
using rule::Target;
using test::EventJson;
using test::TimeAt;

const Time kNow = TimeAt("2026-11-25T01:00:05Z");
const Origin kOrigin{.topic = "edr",
                     .partition = 2,
                     .offset = 17,
                     .index = 0,
                     .append_time = TimeAt("2026-11-25T01:00:01Z")};

// An event with both processes and a file, so that what is taken was chosen.
EventJson Full(std::string_view type) {
  EventJson event(type);
  event.With("pid", 100).With("start", "2026-11-25T00:00:00Z").With("image", "C:\\own.exe");
  event.With("sha", "AA").With("ppid", 200).With("pstart", "2026-11-24T00:00:00Z");
  event.With("pimage", "C:\\parent.exe").With("psha", "BB");
  event.With("file", "C:\\dropped.exe").With("fsha", "CC");
  return event;
}

std::vector<Proposal> ProposeFor(const rule::Rule& rule, const std::string& json,
                                 const TimeToLive& ttl = {}) {
  test::EngineDecoder decoder;
  const Subject event = SubjectOf(decoder.Decode(json), kOrigin);
  const Firing firing = MakeFiring(rule, event);
  std::vector<Proposal> proposals;
  for (const Action action : ActionsOf(rule))
    proposals.push_back(Propose(action, firing, event, ttl, kNow));
  return proposals;
}
std::vector<Proposal> ProposeFor(const rule::Rule& rule, const EventJson& json,
                                 const TimeToLive& ttl = {}) {
  return ProposeFor(rule, json.Text(), ttl);
}

// "kill_process C:\own.exe (pid 100)", "quarantine_file: no_file": what a table shows.
std::vector<std::string> Show(const std::vector<Proposal>& proposals) {
  std::vector<std::string> shown;
  for (const Proposal& proposal : proposals) {
    const std::string action(ActionName(proposal.action));
    shown.push_back(proposal.command ? action + " " + DescribeTarget(*proposal.command)
                                     : action + ": " + std::string(RefusalName(proposal.refusal)));
  }
  return shown;
}

struct Row {
  const char* what;
  EventJson event;
  Target target;
  std::vector<std::string> expected;
};

TEST(ResolveTest, TheActionMatrix) {
  const std::vector<std::string> by_file = {"kill_process processes of C:\\dropped.exe",
                                            "quarantine_file C:\\dropped.exe"};
  const std::vector<std::string> own = {"kill_process C:\\own.exe (pid 100)",
                                        "quarantine_file C:\\own.exe"};
  const std::vector<std::string> parent = {"kill_process C:\\parent.exe (pid 200)",
                                           "quarantine_file C:\\parent.exe"};
  const std::vector<std::string> tree = {"kill_process C:\\own.exe (pid 100) and its descendants",
                                         "quarantine_file C:\\own.exe"};
  const auto refused = [](const char* reason) -> std::vector<std::string> {
    return {std::string("kill_process: ") + reason, std::string("quarantine_file: ") + reason};
  };
  const std::vector<Row> rows = {
      {"FILE takes the file's processes", Full("FILE"), Target::kProcess, by_file},
      {"FILE whatever the target", Full("FILE"), Target::kParent, by_file},
      {"FILE whatever the target", Full("FILE"), Target::kTree, by_file},
      {"FILE without path", Full("FILE").Without("file"), Target::kProcess, refused("no_file")},
      {"FILE without hash", Full("FILE").Without("fsha"), Target::kProcess,
       refused("no_file_hash")},
      {"PROCESS", Full("PROCESS"), Target::kProcess, own},
      {"PROCESS, type in lower case", Full("process"), Target::kProcess, own},
      {"PROCESS, parent", Full("PROCESS"), Target::kParent, parent},
      {"PROCESS, tree", Full("PROCESS"), Target::kTree, tree},
      {"NETWORK, the owner", Full("NETWORK"), Target::kProcess, own},
      {"NETWORK, the owner is the vendor's parent", Full("NETWORK"), Target::kParent, own},
      {"NETWORK, tree", Full("NETWORK"), Target::kTree, tree},
      {"MUTEX, the owner", Full("MUTEX"), Target::kProcess, own},
      {"MUTEX, the owner is the vendor's parent", Full("MUTEX"), Target::kParent, own},
      {"REGISTRY", Full("REGISTRY"), Target::kProcess, refused("registry_event")},
      {"another type", Full("DNS"), Target::kProcess, refused("unsupported_event_type")},
      {"no asset", Full("PROCESS").Without("asset"), Target::kProcess, refused("no_asset")},
      {"empty asset", Full("PROCESS").With("asset", ""), Target::kProcess, refused("no_asset")},
      {"no pid",
       Full("PROCESS").Without("pid"),
       Target::kProcess,
       {"kill_process: no_process", "quarantine_file C:\\own.exe"}},
      {"a pid that is none",
       Full("PROCESS").With("pid", -1),
       Target::kProcess,
       {"kill_process: no_process", "quarantine_file C:\\own.exe"}},
      {"nothing but a pid",
       Full("PROCESS").Without("start"),
       Target::kProcess,
       {"kill_process: no_process_identity", "quarantine_file C:\\own.exe"}},
      {"a bound of the start time is enough",
       Full("PROCESS").Without("start").With("start_max", "2026-11-25T00:00:00Z"), Target::kProcess,
       own},
      {"a guid is enough", Full("PROCESS").Without("start").With("guid", "G"), Target::kProcess,
       own},
      {"the parent's identity is its own",
       Full("PROCESS").Without("pstart"),
       Target::kParent,
       {"kill_process: no_process_identity", "quarantine_file C:\\parent.exe"}},
      {"no image",
       Full("PROCESS").Without("image"),
       Target::kProcess,
       {"kill_process process (pid 100)", "quarantine_file: no_file"}},
      {"no hash of the image",
       Full("PROCESS").Without("sha"),
       Target::kProcess,
       {"kill_process C:\\own.exe (pid 100)", "quarantine_file: no_file_hash"}},
  };
  for (const Row& row : rows)
    EXPECT_EQ(Show(ProposeFor(test::KillRule("x", AutoMode::kEnforce, row.target), row.event)),
              row.expected)
        << row.what;
}

TEST(ResolveTest, IsolationNeedsAnAssetAndNothingElse) {
  const rule::Rule rule = test::IsolateRule("x", AutoMode::kDryRun);
  for (const char* type : {"FILE", "PROCESS", "NETWORK", "MUTEX", "REGISTRY", "DNS"})
    EXPECT_EQ(Show(ProposeFor(rule, EventJson(type))),
              std::vector<std::string>{"quarantine_asset host WIN7"})
        << type;
  EXPECT_EQ(Show(ProposeFor(rule, EventJson("FILE").Without("asset"))),
            std::vector<std::string>{"quarantine_asset: no_asset"});
}

TEST(ResolveTest, ASnapshotTellsNothingNew) {
  std::string json = Full("PROCESS").Text();
  json.insert(1, R"("snapshot":true,)");
  EXPECT_EQ(Show(ProposeFor(test::KillRule("x", AutoMode::kEnforce), json)),
            (std::vector<std::string>{"kill_process: snapshot", "quarantine_file: snapshot"}));
}

TEST(ResolveTest, NothingIsProposedWithoutARemediationOrWithOff) {
  EXPECT_TRUE(ProposeFor(test::RuleFor("x"), Full("PROCESS")).empty());
  EXPECT_TRUE(ProposeFor(test::KillRule("x", AutoMode::kOff), Full("PROCESS")).empty());
  EXPECT_TRUE(ProposeFor(test::IsolateRule("x", AutoMode::kOff), Full("PROCESS")).empty());
}

TEST(ResolveTest, ACommandCarriesRuleFiringAndTimes) {
  const rule::Rule rule = test::KillRule("x", AutoMode::kEnforce);
  const std::vector<Proposal> proposals = ProposeFor(rule, Full("PROCESS"));
  ASSERT_EQ(proposals.size(), 2u);
  const Command& kill = *proposals[0].command;
  EXPECT_EQ(kill.asset.id, "A1");
  EXPECT_EQ(kill.asset.platform, "Windows");
  EXPECT_EQ(kill.rule_id, rule.id);
  EXPECT_EQ(kill.rule_version, rule.version);
  EXPECT_EQ(kill.severity, rule.severity);
  EXPECT_EQ(kill.mode, Mode::kEnforce);
  EXPECT_EQ(kill.event_ids, std::vector<std::string>{"e1"});
  EXPECT_EQ(kill.process->started_at, TimeAt("2026-11-25T00:00:00Z"));
  EXPECT_EQ(kill.process->sha256, "aa");  // one spelling of a hash
  EXPECT_EQ(kill.issued_at, kNow);
  EXPECT_EQ(kill.not_after, kNow + std::chrono::hours(1));
  EXPECT_EQ(kill.event_time, TimeAt(test::kEventTime));
  EXPECT_EQ(kill.append_time, kOrigin.append_time);
  const Command& quarantine = *proposals[1].command;
  EXPECT_EQ(quarantine.not_after, kNow + std::chrono::hours(24 * 7));
  EXPECT_EQ(quarantine.file->sha256, "aa");
  EXPECT_EQ(quarantine.firing_id, kill.firing_id);
  EXPECT_NE(quarantine.id, kill.id);
}

TEST(ResolveTest, TheTimeToLiveIsTheActions) {
  const TimeToLive ttl{.kill = Duration(1), .file = Duration(2), .isolate = Duration(3)};
  const rule::Rule kill = test::KillRule("x", AutoMode::kDryRun);
  const std::vector<Proposal> proposals = ProposeFor(kill, Full("PROCESS"), ttl);
  EXPECT_EQ(proposals[0].command->not_after, kNow + Duration(1));
  EXPECT_EQ(proposals[0].command->mode, Mode::kDryRun);
  EXPECT_EQ(proposals[1].command->not_after, kNow + Duration(2));
  const rule::Rule isolate = test::IsolateRule("x", AutoMode::kDryRun);
  EXPECT_EQ(ProposeFor(isolate, Full("PROCESS"), ttl)[0].command->not_after, kNow + Duration(3));
}

TEST(ResolveTest, TheTimesOfACommandAreItsTargets) {
  test::EngineDecoder decoder;
  const rule::Rule rule = test::KillRule("x", AutoMode::kEnforce);
  const Subject event = SubjectOf(decoder.Decode(Full("PROCESS")), kOrigin);
  Firing firing = MakeFiring(rule, event);
  firing.oldest_append_time = TimeFromMs(1);
  Subject older = event;
  older.event_time = TimeFromMs(2);
  older.origin.append_time = TimeFromMs(3);
  const Command command = *Propose(Action::kKillProcess, firing, older, {}, kNow).command;
  EXPECT_EQ(command.event_time, TimeFromMs(2));
  EXPECT_EQ(command.append_time, TimeFromMs(3));
  EXPECT_EQ(command.oldest_append_time, TimeFromMs(1));
}

std::string TargetKeyFor(const rule::Rule& rule, const EventJson& json) {
  test::EngineDecoder decoder;
  return TargetKey(rule, SubjectOf(decoder.Decode(json), kOrigin));
}

TEST(ResolveTest, TargetsAreEqualWhereAllActionsHaveTheSame) {
  const rule::Rule kill = test::KillRule("x", AutoMode::kEnforce);
  const std::string key = TargetKeyFor(kill, Full("PROCESS"));
  EXPECT_EQ(TargetKeyFor(kill, Full("PROCESS").With("id", "e2").With("ppid", 7)), key);
  EXPECT_NE(TargetKeyFor(kill, Full("PROCESS").With("pid", 7)), key);
  EXPECT_NE(TargetKeyFor(kill, Full("PROCESS").With("sha", "BB")), key) << "another file";
  EXPECT_NE(TargetKeyFor(kill, Full("PROCESS").Without("pid")), "") << "the file is left";
  EXPECT_NE(TargetKeyFor(kill, Full("PROCESS").Without("pid")), key);
  EXPECT_EQ(TargetKeyFor(kill, Full("REGISTRY")), "");
  EXPECT_EQ(TargetKeyFor(kill, Full("PROCESS").Without("asset")), "");
  const rule::Rule isolate = test::IsolateRule("x", AutoMode::kEnforce);
  EXPECT_EQ(TargetKeyFor(isolate, Full("REGISTRY")), TargetKeyFor(isolate, Full("PROCESS")));
  EXPECT_EQ(TargetKeyFor(test::RuleFor("x"), Full("PROCESS")), "");
}

TEST(ResolveTest, EachRefusalHasANameAndASentence) {
  std::vector<std::string_view> names;
  for (size_t i = 1; i < static_cast<size_t>(Refusal::kCount); ++i) {
    const Refusal refusal = static_cast<Refusal>(i);
    EXPECT_FALSE(RefusalName(refusal).empty()) << i;
    EXPECT_TRUE(RefusalSentence(refusal).ends_with('.')) << i;
    for (const std::string_view other : names) EXPECT_NE(RefusalName(refusal), other);
    names.push_back(RefusalName(refusal));
  }
}

}  // namespace
}  // namespace riposte::remediate
