#include "rules/lint/truth.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

// "never!" for the whole query, "never" for a part of it.
std::string Clashes(const std::string& query) {
  std::string text = rule::test::RuleText(1);
  const std::string old = "type: PROCESS and process.name: `a.exe`";
  const rule::test::Loaded loaded =
      rule::test::LoadText(text.replace(text.find(old), old.size(), query));
  std::string out;
  for (const Clash& clash : FindClashes(OwnQuery(loaded.rule()), *loaded.set->schema)) {
    out += clash.truth == Truth::kNever ? "never" : "always";
    out += clash.whole ? "! " : " ";
  }
  return out;
}

TEST(Truth, GoesUpThroughOperators) {
  EXPECT_EQ(Clashes("process.pid: 1 and process.pid: 2"), "never! ");
  EXPECT_EQ(Clashes("type: FILE or (process.pid: 1 and process.pid: 2)"), "never ");
  EXPECT_EQ(Clashes("type: FILE and not (process.pid: 1 and process.pid: 2)"), "always ");
  EXPECT_EQ(Clashes("not (process.pid: 1 and process.pid: 2)"), "always! ");
  EXPECT_EQ(Clashes("(process.pid: 1 and process.pid: 2) or (process.pid: 3 and process.pid: 4)"),
            "never! never! ");
  EXPECT_EQ(Clashes("indicator: (score: 1 and not score: 1)"), "never! ");
  EXPECT_EQ(Clashes("indicator: (score: 1 or not score: 1)"), "always ");
  EXPECT_EQ(Clashes("process.pid: 1 and type: FILE"), "");
}

// One that cannot be read as a number is neither.
TEST(Truth, ManyOperandsAreNotComparedPairByPair) {
  std::string query = "process.pid: 1";
  for (int i = 2; i <= 201; ++i) query += " and process.pid: " + std::to_string(i);
  EXPECT_EQ(Clashes(query), "");
  EXPECT_EQ(Clashes(query.substr(0, query.rfind(" and "))), "never! ");
}

}  // namespace
}  // namespace riposte::lint
