#include "engine/guard/guard.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

class Fixed final : public Guard {
 public:
  Fixed(std::string_view name, Verdict verdict) : name_(name), verdict_(verdict) {}
  std::string_view name() const override { return name_; }
  Decision Judge(const remediate::Command&, const Context&) const override {
    return {.verdict = verdict_, .guard = name_, .reason = "because", .detail = {}};
  }

 private:
  std::string_view name_;
  Verdict verdict_;
};

struct Row {
  std::vector<Verdict> verdicts;  // of guards "a", "b", "c"
  std::string decision;
  std::string trail;
};

TEST(ChainTest, TheFirstThatDoesNotAllowDecidesButADryRunHidesNoDenial) {
  constexpr Verdict kAllow = Verdict::kAllow, kDryRun = Verdict::kDryRun, kHold = Verdict::kHold,
                    kDeny = Verdict::kDeny;
  const std::vector<Row> rows = {
      {{kAllow, kAllow, kAllow}, "c allow", "a allow, b allow, c allow"},
      {{kDeny, kAllow, kAllow}, "a deny", "a deny"},
      {{kAllow, kHold, kDeny}, "b hold", "a allow, b hold"},
      {{kDryRun, kAllow, kAllow}, "a dry_run", "b allow, c allow, a dry_run"},
      {{kDryRun, kAllow, kDryRun}, "a dry_run", "b allow, c dry_run, a dry_run"},
      {{kAllow, kAllow, kDryRun}, "c dry_run", "a allow, b allow, c dry_run"},
      {{kDryRun, kDeny, kAllow}, "b deny", "a dry_run, b deny"},
      {{kDryRun, kHold, kDeny}, "c deny", "b hold, a dry_run, c deny"},
      {{kDryRun, kHold, kAllow}, "a dry_run", "b hold, c allow, a dry_run"},
  };
  constexpr std::string_view kNames[] = {"a", "b", "c"};
  for (const Row& row : rows) {
    std::vector<std::unique_ptr<const Guard>> guards;
    for (size_t i = 0; i < row.verdicts.size(); ++i)
      guards.push_back(std::make_unique<Fixed>(kNames[i], row.verdicts[i]));
    const Chain chain(std::move(guards));
    test::GuardFixture fixture;
    std::vector<Decision> trail;
    const Decision decision = chain.Judge(fixture.command, fixture.context, trail);
    EXPECT_EQ(std::string(decision.guard) + " " + std::string(VerdictName(decision.verdict)),
              row.decision);
    std::string shown;
    for (const Decision& each : trail)
      shown += (shown.empty() ? "" : ", ") + std::string(each.guard) + " " +
               std::string(VerdictName(each.verdict));
    EXPECT_EQ(shown, row.trail);
  }
}

TEST(ChainDeathTest, AChainWithoutGuardsIsAMistake) { EXPECT_DEATH(Chain({}), "allow everything"); }

}  // namespace
}  // namespace riposte::guard
