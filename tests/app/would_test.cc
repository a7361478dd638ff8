#include "app/would.h"

#include <set>

#include <gtest/gtest.h>

#include "engine/guard/standard.h"
#include "tests/support/engine_fixture.h"

namespace riposte::app {
namespace {

using pipeline::Outcome;

TEST(Would, EachOutcomeHasItsWord) {
  std::set<std::string_view> words;
  for (const Outcome outcome :
       {Outcome::kOrdered, Outcome::kDryRun, Outcome::kHeld, Outcome::kDenied, Outcome::kRefused})
    words.insert(WouldOf(outcome));
  EXPECT_EQ(words, (std::set<std::string_view>{"order", "dry_run", "hold", "deny", "refuse"}));
}

// What would become of a kill, as one line.
std::string KillLine(const test::EventJson& event) {
  test::EngineDecoder decoder;
  const guard::Chain guards = guard::ReplayChain({});
  const rule::Rule rule = test::KillRule("evil", rule::AutoMode::kEnforce);
  const pipeline::Decided decided =
      pipeline::Decide(rule, remediate::SubjectOf(decoder.Decode(event), {.topic = "t"}),
                       {.guards = &guards, .ttl = {}});
  return DescribeAction(decided.actions.front());
}

TEST(Would, TargetAndReason) {
  const test::EventJson process = test::EventJson("PROCESS")
                                      .With("name", "evil")
                                      .With("pid", int64_t{7})
                                      .With("guid", "g")
                                      .With("sha", "aa");
  EXPECT_EQ(KillLine(test::EventJson(process).With("image", "C:\\x\\evil.exe")),
            "would order kill_process for C:\\x\\evil.exe (pid 7)");
  EXPECT_EQ(KillLine(process),
            "would deny kill_process for process (pid 7): unknown_image (the full path of the "
            "process's image is not known)");
  EXPECT_EQ(KillLine(test::EventJson(process).Without("pid")),
            "would refuse kill_process: no_process (The event does not give the process id of the "
            "target.)");
}

TEST(Would, TheWindowThatFired) {
  Fired fired;
  EXPECT_EQ(DescribeWindow(fired), "1 event");
  fired.decided.firing.matches = 3;
  fired.group = {{.field = "asset.id", .value = "a1"}, {.field = "", .value = "\x1b[2J"}};
  EXPECT_EQ(DescribeWindow(fired), "3 events of asset.id a1, \\x1b[2J");
}

}  // namespace
}  // namespace riposte::app
