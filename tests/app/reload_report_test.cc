#include "app/reload_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace riposte::app {
namespace {

using rule::ChangeCause;
using rule::ChangeKind;
using rule::RuleChange;
using testing::HasSubstr;
using testing::Not;

const std::string kId = "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10";

RuleChange ChangeOf(ChangeKind kind) {
  RuleChange change;
  change.id = *Uuid::Parse(kId);
  change.name = "R";
  change.kind = kind;
  return change;
}

std::string TextOf(const RuleChange& change) { return ReloadText({&change, 1}); }

TEST(ReloadReportTest, WhatStaysIsOnlyCounted) {
  const RuleChange change = ChangeOf(ChangeKind::kUnchanged);
  EXPECT_EQ(TextOf(change), "1 unchanged, 0 kept, 0 anew, 0 new, 0 gone; 0 lose what they have\n");
  EXPECT_FALSE(Loses({&change, 1}));
  EXPECT_FALSE(Loses({}));
}

TEST(ReloadReportTest, EachChangeIsTold) {
  RuleChange change = ChangeOf(ChangeKind::kKept);
  EXPECT_THAT(TextOf(change), HasSubstr("kept       R (" + kId + "): what it asks for stays\n"));
  change.has_windows = true;
  EXPECT_THAT(TextOf(change), HasSubstr("its windows stay\n"));
  change.kind = ChangeKind::kAnew;
  change.causes = {ChangeCause::kQuery, ChangeCause::kTrigger};
  EXPECT_THAT(TextOf(change), HasSubstr("anew       R (" + kId +
                                        "): its query and its trigger changed: its windows BEGIN "
                                        "ANEW\n"));
  EXPECT_THAT(TextOf(change), HasSubstr("1 anew, 0 new, 0 gone; 1 lose what they have\n"));
  EXPECT_TRUE(Loses({&change, 1}));
  change.has_windows = false;
  change.causes = {ChangeCause::kSteps, ChangeCause::kProfiles};
  EXPECT_THAT(TextOf(change), HasSubstr("where these have its fields changed\n"));
  change.armed_anew = true;
  EXPECT_THAT(TextOf(change), HasSubstr("changed; it is ARMED ANEW, dry at first\n"));
  EXPECT_THAT(TextOf(ChangeOf(ChangeKind::kNew)), HasSubstr("it counts from now on\n"));
  change = ChangeOf(ChangeKind::kNew);
  change.enforces = true;
  EXPECT_THAT(TextOf(change), HasSubstr("it is armed first\n"));
  EXPECT_THAT(TextOf(ChangeOf(ChangeKind::kGone)), HasSubstr("it is gone, or disabled\n"));
  change = ChangeOf(ChangeKind::kGone);
  change.has_windows = true;
  EXPECT_THAT(TextOf(change), HasSubstr("its windows END\n"));
}

TEST(ReloadReportTest, ANameDoesNotDriveTheTerminal) {
  RuleChange change = ChangeOf(ChangeKind::kGone);
  change.name = "\x1b[31mR";
  EXPECT_THAT(TextOf(change), Not(HasSubstr("\x1b")));
}

TEST(ReloadReportTest, JsonHasAllOfIt) {
  RuleChange change = ChangeOf(ChangeKind::kAnew);
  change.causes = {ChangeCause::kSteps};
  change.has_windows = true;
  EXPECT_EQ(ReloadJson({&change, 1}),
            "{\"loses\":true,\"rules\":[{\"id\":\"" + kId +
                "\",\"name\":\"R\",\"change\":\"anew\",\"causes\":[\"steps\"],\"windows\":true,"
                "\"enforces\":false,\"armed_anew\":false,\"loses\":true}]}\n");
  EXPECT_EQ(ReloadJson({}), "{\"loses\":false,\"rules\":[]}\n");
}

}  // namespace
}  // namespace riposte::app
