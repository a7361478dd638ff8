// A single match costs no more allocations than what it orders needs: what is kept of events for
// windows is views here. A program of its own: it counts every allocation.
#include <gtest/gtest.h>

#include "engine/guard/standard.h"
#include "engine/pipeline/decide.h"
#include "tests/support/allocations.h"
#include "tests/support/engine_fixture.h"

namespace riposte::pipeline {
namespace {

class AlwaysArmed final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return Time{}; }
};

uint64_t AllocationsOf(const rule::Rule& rule, const test::EventJson& json) {
  test::EngineDecoder decoder;
  const event::Event& event = decoder.Decode(json);
  const guard::Chain guards = guard::StandardChain({});
  const guard::Enforcement enforcement{.enabled = true, .disabled_because = {}};
  const AlwaysArmed arming;
  const Circumstances circumstances{.guards = &guards,
                                    .enforcement = &enforcement,
                                    .arming = &arming,
                                    .ttl = {},
                                    .now = test::TimeAt("2026-11-25T01:00:05Z")};
  const remediate::Origin origin{.topic = "edr",
                                 .append_time = test::TimeAt("2026-11-25T01:00:01Z")};
  const uint64_t before = test::Allocations();
  const Decided decided = Decide(rule, remediate::SubjectOf(event, origin), circumstances);
  return test::Allocations() - before;
}

test::EventJson Event(std::string_view type) {
  test::EventJson event(type);
  event.With("id", "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10").With("asset", std::string(36, 'a'));
  event.With("pid", 100).With("start", "2026-11-25T00:00:00Z").With("sha", std::string(64, 'A'));
  event.With("image", "C:\\Users\\someone\\AppData\\evil.exe").With("guid", std::string(36, 'g'));
  return event.With("file", "C:\\Users\\someone\\dropped.exe").With("fsha", std::string(64, 'B'));
}

TEST(Allocations, OfAFiring) {
  const rule::Rule kill = test::KillRule("evil", rule::AutoMode::kEnforce);
  const rule::Rule isolate = test::IsolateRule("evil", rule::AutoMode::kEnforce);
  EXPECT_LE(AllocationsOf(kill, Event("PROCESS")), 93u);
  EXPECT_LE(AllocationsOf(kill, Event("FILE")), 89u);
  EXPECT_LE(AllocationsOf(kill, Event("FILE").Without("id")), 86u);
  EXPECT_LE(AllocationsOf(kill, Event("REGISTRY")), 15u);
  EXPECT_LE(AllocationsOf(isolate, Event("NETWORK")), 40u);
  EXPECT_LE(AllocationsOf(test::RuleFor("evil"), Event("PROCESS")), 11u);
}

}  // namespace
}  // namespace riposte::pipeline
