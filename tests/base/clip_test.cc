#include "base/clip.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(ClipTest, NeverCutsACharacter) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";  // 1, 2, 3, 4 bytes
  const std::vector<size_t> sizes = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t limit = 0; limit < sizes.size(); ++limit)
    EXPECT_EQ(Clip(text, limit).size(), sizes[limit]) << limit;
  EXPECT_EQ(Clip("\x80\x80\x80\x80\x80\x80", 5).size(), 2u);  // not text: three bytes at most
}

}  // namespace
}  // namespace riposte
