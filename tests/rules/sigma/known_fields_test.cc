#include "rules/sigma/known_fields.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::sigma {
namespace {

std::string Meant(std::string_view name,
                  const LogSource& source = {.product = "windows",
                                             .category = "process_creation"}) {
  KnownFields fields(*rule::test::ShippedSchema());
  return std::string(fields.MeantBy(name, source));
}

TEST(KnownFields, WhatIsNearlyKnownIsMisspelt) {
  EXPECT_EQ(Meant("ComandLine"), "CommandLine");
  EXPECT_EQ(Meant("CommadnLine"), "CommandLine") << "neighbours that are swapped are one mistake";
  EXPECT_EQ(Meant("ParentIamge"), "ParentImage");
  EXPECT_EQ(Meant("image"), "Image") << "letter case counts";
  EXPECT_EQ(Meant("commandline"), "CommandLine");
}

TEST(KnownFields, WhatIsKnownOrLikeNoOtherIsNot) {
  for (const char* name : {"CommandLine", "Image", "ParentImage", "OriginalFileName", "User"})
    EXPECT_EQ(Meant(name), "") << name;
  for (const char* name : {"Foo", "SomeFieldOfTheirOwn", "Computer"})
    EXPECT_EQ(Meant(name), "") << name;
}

// One mistake from 6 letters on, two from 12 on.
TEST(KnownFields, BoundsJustBelowAndJustAbove) {
  EXPECT_EQ(Meant("Imag"), "");
  EXPECT_EQ(Meant("Imagee"), "Image");
  EXPECT_EQ(Meant("ComandLin"), "") << "two mistakes in 9";
  EXPECT_EQ(Meant("ParentComandLin"), "ParentCommandLine") << "two mistakes in 15";
  EXPECT_EQ(Meant("ParntComandLin"), "") << "three";
}

TEST(KnownFields, OnlyWhereTheLogSourceIsProvided) {
  EXPECT_EQ(Meant("ComandLine", {.product = "zeek"}), "");
  EXPECT_EQ(Meant("comandline", {.product = "linux", .service = "auditd"}), "");
}

}  // namespace
}  // namespace riposte::sigma
