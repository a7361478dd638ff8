#include "engine/guard/expiry.h"

#include <gtest/gtest.h>

#include "tests/engine/guard/command_fixture.h"

namespace riposte::guard {
namespace {

using remediate::Action;
using std::chrono::hours;
using std::chrono::minutes;

struct Row {
  const char* what;
  Action action;
  Duration event_age, append_age;
  const char* expected;
};

TEST(ExpiryTest, TheAgeIsCountedFromTheLaterOfEventAndAppendLessTheSkew) {
  const Duration ms(1);
  const std::vector<Row> rows = {
      {"new", Action::kKillProcess, {}, {}, "allow"},
      {"a kill at its limit", Action::kKillProcess, hours(1), hours(1), "allow"},
      {"above", Action::kKillProcess, hours(1) + ms, hours(1) + ms, "deny event_too_old"},
      {"a file at its limit", Action::kQuarantineFile, hours(24), hours(24), "allow"},
      {"above", Action::kQuarantineFile, hours(24) + ms, hours(24) + ms, "deny event_too_old"},
      {"deletion is a file's", Action::kDeleteFile, hours(24) + ms, hours(24) + ms,
       "deny event_too_old"},
      {"an isolation at its limit", Action::kIsolateAsset, hours(24), hours(24), "allow"},
      {"above", Action::kIsolateAsset, hours(24) + ms, hours(24) + ms, "deny event_too_old"},
      {"an event from long ago, just appended", Action::kKillProcess, hours(9000), {}, "allow"},
      {"... and 45 min ago", Action::kKillProcess, hours(9000), minutes(45), "allow"},
      {"... and a little more", Action::kKillProcess, hours(9000), minutes(45) + ms,
       "deny event_too_old"},
      {"an event of the future does not keep it young", Action::kKillProcess, -hours(9000),
       hours(1), "allow"},
      {"... beyond its limit", Action::kKillProcess, -hours(9000), hours(1) + ms,
       "deny event_too_old"},
  };
  for (const Row& row : rows) {
    test::GuardFixture fixture;
    fixture.command.action = row.action;
    fixture.command.event_time = fixture.context.now - row.event_age;
    fixture.command.append_time = fixture.context.now - row.append_age;
    EXPECT_EQ(test::Show(Expiry(MaxEventAge{}).Judge(fixture.command, fixture.context)),
              row.expected)
        << row.what;
  }
}

TEST(ExpiryTest, ACommandIsValidUpToItsEnd) {
  test::GuardFixture fixture;
  fixture.command.not_after = fixture.context.now;
  EXPECT_EQ(test::Show(Expiry(MaxEventAge{}).Judge(fixture.command, fixture.context)), "allow");
  fixture.context.now += Duration(1);
  EXPECT_EQ(test::Show(Expiry(MaxEventAge{}).Judge(fixture.command, fixture.context)),
            "deny expired");
}

TEST(ExpiryTest, TheLimitsAreConfigurable) {
  test::GuardFixture fixture;
  fixture.command.event_time = fixture.command.append_time = fixture.context.now - minutes(2);
  const MaxEventAge short_ages{.kill = minutes(1), .file = minutes(3), .isolate = minutes(1)};
  EXPECT_EQ(test::Show(Expiry(short_ages).Judge(fixture.command, fixture.context)),
            "deny event_too_old");
  fixture.command.action = Action::kQuarantineFile;
  EXPECT_EQ(test::Show(Expiry(short_ages).Judge(fixture.command, fixture.context)), "allow");
}

}  // namespace
}  // namespace riposte::guard
