#include "rules/lint/attack_tag.h"

#include <gtest/gtest.h>

#include "tests/rules/lint/lint_text.h"
#include "tests/rules/rule/rule_text.h"

namespace riposte::lint {
namespace {

std::string Found(const std::string& tags) {
  return test::Lint({.more = "tags: [" + tags + "]\n"}, "bad-attack-tag");
}

TEST(AttackTag, KnowsTheForms) {
  for (const char* tag :
       {"attack.t1059", "attack.t1059.001", "attack.g0016", "attack.s0002", "attack.ta0001",
        "attack.execution", "attack.defense-evasion", "attack.defense_evasion", "attack.stealth",
        "cve.2021-44228", "team-red", "t-shirt", "T1000 series"})
    EXPECT_EQ(Found(tag), "") << tag;
  for (const char* tag :
       {"attack.T1059", "attack.t105", "attack.t1059.1", "attack.t1059.0010", "t1059", "T1059.001",
        "attack.exection", "attack.execution2x", "Attack.execution", "attack.", "attack.g016"})
    EXPECT_EQ(Found(tag), "warning bad-attack-tag `" + std::string(tag) + "`") << tag;
}

TEST(AttackTag, SaysWhatIsMeant) {
  EXPECT_NE(test::Rendered({.more = "tags: [T1059.001]\n"}).find("write 'attack.t1059.001'"),
            std::string::npos);
  EXPECT_NE(test::Rendered({.more = "tags: [attack.lateral-movment]\n"})
                .find("write 'attack.lateral-movement'"),
            std::string::npos);
}

}  // namespace
}  // namespace riposte::lint
