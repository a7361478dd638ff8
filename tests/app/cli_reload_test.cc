// `riposte reload --dry-run` through the built program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/last_good.h"
#include "app/rule_loading.h"
#include "tests/app/program.h"
#include "tests/app/rule_files.h"

namespace riposte {
namespace {

using test::Answer;
using testing::HasSubstr;
using testing::IsEmpty;

class CliReload : public testing::Test {
 protected:
  CliReload() {
    program_.Write("live/kill.yaml", test::RuleFile("bad.exe", test::kKillEnforced));
    program_.Write("live/plain.yaml", test::RuleFile("worse.exe"));
    program_.Write("rules/kill.yaml", test::RuleFile("bad.exe", test::kKillEnforced));
    program_.Write("rules/plain.yaml", test::RuleFile("worse.exe"));
  }
  // An engine has them live.
  void Keep() const {
    const app::LoadedRules live =
        app::LoadRuleSet({program_.path() + "/live"}, test::ShippedSchema());
    ASSERT_TRUE(app::KeepLastGood(*live.rules, program_.path() + "/state").ok());
  }
  Answer Run(const std::string& arguments) const { return program_.Run("reload " + arguments); }

  test::Program program_;
};

constexpr const char* kAll = "--dry-run --rules rules --set state.directory=state";

TEST_F(CliReload, WhatStaysIsZero) {
  Keep();
  const Answer answer = Run(kAll);
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_EQ(answer.out, "2 unchanged, 0 kept, 0 anew, 0 new, 0 gone; 0 lose what they have\n");
}

TEST_F(CliReload, WhatIsArmedAnewIsOne) {
  Keep();
  std::string changed = test::RuleFile("bad.exe", test::kKillEnforced);
  changed.replace(changed.find("`bad.exe`"), 9, "`bed.exe`");
  program_.Write("rules/kill.yaml", changed);
  program_.Write("rules/plain.yaml", test::RuleFile("new.exe"));
  const Answer answer = Run(kAll);
  EXPECT_EQ(answer.exit, 1) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("its query changed; it is ARMED ANEW, dry at first\n"));
  EXPECT_THAT(answer.out, HasSubstr("\n0 unchanged, 0 kept, 1 anew, 1 new, 1 gone; 1 lose"));
}

TEST_F(CliReload, AFolderTakesThePlaceOfTheState) {
  program_.Write("rules/more.yaml", test::RuleFile("more.exe"));
  const Answer answer = Run("--dry-run --rules rules --from live --format json");
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("{\"loses\":false,\"rules\":[{"));
  EXPECT_THAT(answer.out, HasSubstr("\"change\":\"new\""));
}

TEST_F(CliReload, WhatIsWrongIsTold) {
  Answer answer = Run(kAll);
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("state: no engine has kept its live rule set there"));
  EXPECT_THAT(answer.out, IsEmpty());
  answer = Run("--rules rules --from live");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("--dry-run tells what that will do"));
  program_.Write("live/plain.yaml", test::kBrokenFile);
  answer = Run("--dry-run --rules rules --from live");
  EXPECT_EQ(answer.exit, 3);
  EXPECT_THAT(answer.err, HasSubstr("the rules to compare with cannot be read\n"));
  program_.Write("rules/plain.yaml", test::kBrokenFile);
  EXPECT_EQ(Run("--dry-run --rules rules --from live").exit, 2);
  EXPECT_EQ(Run("--dry-run --rules none --from live").exit, 3);
  EXPECT_EQ(Run("--dry-run --rules rules --from none").exit, 2);
}

}  // namespace
}  // namespace riposte
