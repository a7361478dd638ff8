#include "rules/schema/read_profile.h"

#include <gtest/gtest.h>

#include "tests/rules/schema/profile_text.h"

namespace riposte::schema {
namespace {

TEST(ReadProfile, EachMistakeInATokensDescriptionHasItsPlace) {
  const Mistake cases[] = {
      {"  a:\n    description: d\n    example: e\n    path: a\n", "missing-key@11:3 "},
      {"  a:\n    type: text\n    example: e\n    path: a\n", "missing-key@11:3 "},
      {"  a:\n    type: text\n    description: d\n    path: a\n", "missing-key@11:3 "},
      {"  a:\n    type: text\n    description: ''\n    example: e\n    path: a\n",
       "empty-value@13:18 "},
      {"  a:\n    type: object\n    description: d\n    path: a\n", ""},
      {"  a:\n    type: txt\n    description: d\n    example: e\n    path: a\n",
       "unknown-value@12:11 "},
      {"  a:\n    type: text\n    values: [x]\n    description: d\n    example: e\n    path: a\n",
       "values-not-keyword@13:13 "},
      {"  a b:\n    type: text\n    description: d\n    example: e\n    path: a\n",
       "bad-token-name@11:3 "},
      {"  a..b:\n    type: text\n    description: d\n    example: e\n    path: a\n",
       "bad-token-name@11:3 "},
      {"  a: text\n", "wrong-type@11:6 "},
      {"  a:\n    type: date\n    description: d\n    example: e\n    path: a\n    time: epoch\n",
       "unknown-value@16:11 "},
      {"  a:\n    type: date\n    description: d\n    example: e\n    path: a\n    time: "
       "filetime\n",
       ""},
  };
  for (const Mistake& bad : cases) {
    EXPECT_EQ(ErrorsOf(WithTokens("p", bad.body)), bad.errors) << bad.body;
  }
}

TEST(ReadProfile, EachMistakeInAProfileHasItsPlace) {
  const auto with_role = [](std::string_view role) {
    std::string text = WithTokens("p", "");
    const std::string known = "event_type: type";
    return text.replace(text.find(known), known.size(), role);
  };
  EXPECT_EQ(ErrorsOf(""), "one-profile-per-file@1:1 ");
  EXPECT_EQ(ErrorsOf("[]"), "wrong-type@1:1 ");
  EXPECT_EQ(ErrorsOf("name: p"),
            "missing-key@1:1 missing-key@1:1 missing-key@1:1 missing-role@1:7 ");
  EXPECT_EQ(ErrorsOf(WithTokens("p", "") + "---\nname: q\n"), "one-profile-per-file@12:1 ");
  EXPECT_EQ(ErrorsOf(WithTokens("p", "extra: 1\n")), "unknown-key@11:1 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  event_tme: type")), "unknown-role@5:3 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: tipe")), "unknown-token@4:15 ");
  EXPECT_EQ(ErrorsOf(with_role("event_id: type")), "missing-role@1:7 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  event_time: type")), "role-type@5:15 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  process_pid: type")), "role-type@5:16 ");
  EXPECT_EQ(ErrorsOf(with_role("event_type: type\n  snapshot: type")), "role-type@5:13 ");
  EXPECT_EQ(ErrorsOf("name: \"\xff\"\n"), "yaml-encoding@1:8 ");
  EXPECT_EQ(ErrorsOf(WithTokens("p", "    values: [FILE, PROZESS]\n")), "bad-event-type@1:7 ");
}
}  // namespace
}  // namespace riposte::schema
