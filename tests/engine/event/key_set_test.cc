#include "engine/event/key_set.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

TEST(KeySet, EqualKeysOfOneObject) {
  KeySet keys;
  for (int document = 0; document < 3; ++document) {
    keys.Begin(10);
    const uint64_t a = keys.NewObject();
    const uint64_t b = keys.NewObject();
    EXPECT_TRUE(keys.Insert(a, "x", 1));
    EXPECT_TRUE(keys.Insert(b, "x", 1));
    EXPECT_FALSE(keys.Insert(a, "x", 1));
    EXPECT_TRUE(keys.Insert(a, "", 2));
    EXPECT_FALSE(keys.Insert(a, "", 2));
  }
}

// Equal hashes are no equal keys.
TEST(KeySet, CollidingHashes) {
  KeySet keys;
  std::vector<std::string> names;
  for (int i = 0; i < 500; ++i) names.push_back("key" + std::to_string(i));
  keys.Begin(names.size());
  const uint64_t object = keys.NewObject();
  for (const std::string& name : names) EXPECT_TRUE(keys.Insert(object, name, 7));
  for (const std::string& name : names) EXPECT_FALSE(keys.Insert(object, name, 7));
}

TEST(KeySet, TableOfASmallerDocumentAfterALargerOne) {
  KeySet keys;
  for (const uint64_t count : {1000u, 3u, 100u, 2000u, 1u}) {
    keys.Begin(count);
    const uint64_t object = keys.NewObject();
    std::vector<std::string> names;
    for (uint64_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
    for (uint64_t i = 0; i < count; ++i) EXPECT_TRUE(keys.Insert(object, names[i], i * 7919));
    for (uint64_t i = 0; i < count; ++i) EXPECT_FALSE(keys.Insert(object, names[i], i * 7919));
  }
}

}  // namespace
}  // namespace riposte::event
