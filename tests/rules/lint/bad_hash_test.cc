#include "rules/lint/bad_hash.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

TEST(BadHash, Finds) {
  const auto found = [](const std::string& query) {
    return test::Lint({.query = query}, "bad-hash");
  };
  EXPECT_TRUE(found("file.hash.sha256: d41d8cd98f00b204e9800998ecf8427e")
                  .starts_with("warning bad-hash `"));
  EXPECT_TRUE(found(R"(file.hash.md5: "g41d8cd98f00b204e9800998ecf8427e")")
                  .starts_with("warning bad-hash `"));
  EXPECT_EQ(found(R"(file.hash.sha1: [`ab`, "cd*"])"), "warning bad-hash ``ab``");
}

TEST(BadHash, LeavesAlone) {
  for (const char* query :
       {"file.hash.md5: D41D8CD98F00B204E9800998ECF8427E", R"(file.hash.sha256: "d41d*")",
        R"(file.hash.sha256 ~ "d41d")", "process.name: `ab`",
        "file.hash.sha1: da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "process.hash.sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}) {
    EXPECT_EQ(test::Lint({.query = query}, "bad-hash"), "") << query;
  }
}

TEST(BadHash, OfAStepAndOfTheRulesOwnQuery) {
  EXPECT_EQ(
      test::LintFile("id: " + rule::test::IdOf(1) +
                         "\nname: n\nseverity: low\nquery: 'file.hash.md5: `ab`'\ntrigger: "
                         "{unordered: {within: 5m, steps: [{query: 'file.hash.sha256: `cd`'}, "
                         "{absent: 'file.hash.md5: `ef`'}]}}\n",
                     "bad-hash"),
      "warning bad-hash `file.hash.md5: `ab`` warning bad-hash `file.hash.sha256: `cd`` "
      "warning bad-hash `file.hash.md5: `ef``");
}

}  // namespace
}  // namespace riposte::lint
