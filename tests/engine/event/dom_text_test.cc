#include "engine/event/dom_text.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

TEST(RepairForDom, WholeTextsStayAsTheyAre) {
  for (const std::string_view text :
       {R"({"a":[1,-2.5e3,"x\"y\\","\ud83d\ude00"],"b":{"c":null}})", "", " ", "[1,2]", "\"x\""}) {
    const DomText repaired = RepairForDom(text);
    EXPECT_EQ(repaired.text, text);
    EXPECT_FALSE(repaired.invalid_utf8 || repaired.lone_surrogate || repaired.number_range) << text;
  }
}

TEST(RepairForDom, NumbersInTheirOrder) {
  const DomText repaired = RepairForDom(R"({"1":1.50,"b":["2",-3e2],"c":1e999})");
  EXPECT_EQ(repaired.numbers, (std::vector<std::string>{"1.50", "-3e2", "1e999"}));
  EXPECT_EQ(repaired.text, R"({"1":1.50,"b":["2",-3e2],"c":0})");
  EXPECT_TRUE(repaired.number_range);
}

TEST(RepairForDom, WhatIsReplaced) {
  EXPECT_EQ(RepairForDom("[\"\xFF\"]").text, "[\"\uFFFD\"]");
  EXPECT_TRUE(RepairForDom("[\"\xFF\"]").invalid_utf8);
  EXPECT_EQ(RepairForDom(R"(["\ud800x\udc00"])").text, R"(["\ufffdx\ufffd"])");
  EXPECT_TRUE(RepairForDom(R"(["\ud800"])").lone_surrogate);
  EXPECT_EQ(RepairForDom(R"(["\ud83d\ud83d\ude00"])").text, R"(["\ufffd\ud83d\ude00"])");
  // No surrogate but a backslash and letters.
  EXPECT_EQ(RepairForDom(R"(["\\ud800"])").text, R"(["\\ud800"])");
}

TEST(RepairForDom, WhatIsBrokenStaysBroken) {
  for (const std::string_view text :
       {"[01e999]", "[1e]", "[-]", R"(["\u12)", R"(["\)", R"("abc)", "[+1]"})
    EXPECT_EQ(RepairForDom(text).text, text) << text;
  EXPECT_FALSE(RepairForDom("[01e999]").number_range);
}

}  // namespace
}  // namespace riposte::event
