#include "engine/event/text_table.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

TEST(TextTable, FindsEachAndNothingElse) {
  for (const size_t count : {0u, 1u, 2u, 100u, 5000u}) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < count; ++i) texts.push_back(i == 7 ? "" : std::to_string(i * 3));
    const TextTable table(texts);
    for (uint32_t i = 0; i < count; ++i) EXPECT_EQ(table.Find(texts[i]), i);
    EXPECT_EQ(table.Find("1"), TextTable::kNone);
    EXPECT_EQ(table.Find("x"), TextTable::kNone);
    if (count <= 7) {
      EXPECT_EQ(table.Find(""), TextTable::kNone);
    }
  }
}

}  // namespace
}  // namespace riposte::event
