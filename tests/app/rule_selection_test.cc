#include "app/rule_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_loading.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

using testing::HasSubstr;

std::string RuleText(std::string_view id, std::string_view name) {
  return "id: " + std::string(id) + "\nname: " + std::string(name) +
         "\nseverity: low\nquery: |\n  type: FILE\ntrigger:\n  single_match: {}\n";
}

class RuleSelection : public testing::Test {
 protected:
  RuleSelection()
      : one_(folder_.Write("one.yaml", RuleText("aaaa0000-0000-4000-8000-000000000001", "First"))),
        two_(folder_.Write("two.yaml",
                           RuleText("aaaa0000-0000-4000-8000-000000000002", "Twin") + "---\n" +
                               RuleText("bbbb0000-0000-4000-8000-000000000003", "twin") + "---\n" +
                               RuleText("cccc0000-0000-4000-8000-000000000004", "aaaa"))),
        rules_(LoadRuleSet({folder_.path()}, test::ShippedSchema()).rules) {}

  // Its index, or -1 and the error in `error_`.
  int Select(std::string_view text) { return Take(SelectRule(*rules_, text)); }
  int SelectFile(const std::string& path) { return Take(SelectRuleOfFile(*rules_, path)); }
  int Take(const Result<size_t>& selected) {
    error_ = selected.status();
    return selected.ok() ? static_cast<int>(*selected) : -1;
  }

  const test::TempDir folder_;
  const std::string one_, two_;
  const rule::RuleSetPtr rules_;
  Status error_;
};

TEST_F(RuleSelection, ByIdByNameAndByTheBeginningOfAnId) {
  EXPECT_EQ(Select("aaaa0000-0000-4000-8000-000000000002"), 1);
  EXPECT_EQ(Select("BBBB0000-0000-4000-8000-000000000003"), 2);
  EXPECT_EQ(Select("fIRST"), 0);
  EXPECT_EQ(Select("b"), 2);
  EXPECT_EQ(Select("aaaa"), 3) << "a name comes before the beginning of an id";
}

TEST_F(RuleSelection, SeveralAreListed) {
  EXPECT_EQ(Select("aaa"), -1);
  EXPECT_EQ(error_.code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_.message(),
            "'aaa' is 2 rules, name one by its id:\n"
            "  aaaa0000-0000-4000-8000-000000000001  First\n"
            "  aaaa0000-0000-4000-8000-000000000002  Twin");
  EXPECT_EQ(Select("Twin"), -1);
  EXPECT_THAT(error_.message(), HasSubstr("'Twin' is 2 rules"));
}

TEST_F(RuleSelection, OfManyTheFirstAreListed) {
  std::string text;
  for (int i = 0; i < 6; ++i)
    text += RuleText("dddd0000-0000-4000-8000-00000000000" + std::to_string(i), "Same") + "---\n";
  const test::TempDir folder;
  const rule::RuleSetPtr rules =
      LoadRuleSet({folder.Write("r.yaml", text)}, test::ShippedSchema()).rules;
  const Result<size_t> selected = SelectRule(*rules, "same");
  EXPECT_THAT(selected.status().message(), HasSubstr("-000000000004  Same\n  and 1 more"));
}

TEST_F(RuleSelection, WhatIsNotThereHasASuggestion) {
  EXPECT_EQ(Select("Frist"), -1);
  EXPECT_EQ(error_.code(), ErrorCode::kNotFound);
  EXPECT_EQ(error_.message(), "no rule has the id or name 'Frist'; did you mean 'First'?");
  EXPECT_EQ(Select("something else"), -1);
  EXPECT_EQ(error_.message(), "no rule has the id or name 'something else'");
  EXPECT_EQ(Select(""), -1);
  EXPECT_EQ(error_.code(), ErrorCode::kNotFound);
}

TEST_F(RuleSelection, ByFile) {
  EXPECT_EQ(SelectFile(one_), 0);
  EXPECT_EQ(SelectFile(folder_.path() + "/./one.yaml"), 0) << "however it is written";
  EXPECT_EQ(SelectFile(two_), -1);
  EXPECT_THAT(error_.message(), HasSubstr("two.yaml has 3 rules, name one by its id:"));
  EXPECT_EQ(SelectFile(folder_.Write("other.yml", "x")), -1);
  EXPECT_EQ(error_.code(), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace riposte::app
