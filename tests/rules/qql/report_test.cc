#include "rules/qql/report.h"

#include <memory>

#include <gtest/gtest.h>

namespace riposte::qql {
namespace {

TEST(Quoted, CutsLongTextsBetweenCodePoints) {
  EXPECT_EQ(Quoted("x"), "'x'");
  EXPECT_EQ(Quoted(std::string(60, 'x')), "'" + std::string(60, 'x') + "'");
  EXPECT_EQ(Quoted(std::string(61, 'x')), "'" + std::string(60, 'x') + "...'");
  EXPECT_EQ(Quoted(std::string(59, 'x') + "\xC3\xA4y"), "'" + std::string(59, 'x') + "...'");
}

TEST(Reporter, StopsAtAHundredErrors) {
  const text::Fragment query(std::make_shared<const text::Source>("query", "abc"));
  text::Diagnostics diagnostics;
  Reporter reporter(query, diagnostics);
  EXPECT_FALSE(reporter.failed());
  reporter.Warning({0, 1}, "a-b", "a warning");
  EXPECT_FALSE(reporter.failed());
  for (int i = 0; i < 99; ++i) reporter.Error({0, 1}, "a-b", "wrong");
  EXPECT_TRUE(reporter.failed());
  EXPECT_FALSE(reporter.gave_up());
  reporter.Error({0, 1}, "a-b", "wrong");
  EXPECT_TRUE(reporter.gave_up());
  reporter.Error({0, 1}, "a-b", "wrong");
  reporter.Warning({0, 1}, "a-b", "a warning");
  EXPECT_EQ(diagnostics.all().size(), 102u);
  EXPECT_EQ(diagnostics.all().back().code, "too-many-errors");
}

}  // namespace
}  // namespace riposte::qql
