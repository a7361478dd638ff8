// What every Store promises, checked on an empty one; the same random changes are made to a map.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/state/store.h"

namespace riposte::state {

using Contents = std::map<std::string, std::string>;

inline Contents ContentsOf(const Store& store, std::string_view prefix = "") {
  Contents contents;
  std::string last;
  const Status status = store.Scan(prefix, [&](std::string_view key, std::string_view value) {
    EXPECT_TRUE(contents.empty() || last < key);
    last = key;
    contents.emplace(key, value);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return contents;
}

inline std::vector<Change> RandomChanges(std::mt19937_64& random, Contents& contents) {
  std::vector<Change> changes;
  const size_t count = random() % 20;
  for (size_t i = 0; i < count; ++i) {
    Change change{.key = "\x02" + std::string(1, static_cast<char>(random() % 32)),
                  .value = std::nullopt};
    if (random() % 3 != 0) change.value = std::to_string(random());
    if (change.value) {
      contents[change.key] = *change.value;
    } else {
      contents.erase(change.key);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

inline void CheckContract(Store& store) {
  EXPECT_FALSE(store.mark());
  EXPECT_TRUE(ContentsOf(store).empty());
  std::mt19937_64 random(3);
  Contents expected;
  for (int64_t round = 1; round <= 200; ++round) {
    const Mark mark{.changelog_birth = Uuid::Random(),
                    .changelog_next = round,
                    .written_at = TimeFromMs(round)};
    const std::vector<Change> changes = RandomChanges(random, expected);
    ASSERT_TRUE(store.Apply(changes, mark).ok());
    ASSERT_EQ(store.mark(), mark);
    ASSERT_EQ(ContentsOf(store), expected);
  }
  for (const auto& [key, value] : expected) {
    const Result<std::optional<std::string>> got = store.Get(key);
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(*got, value);
  }
  const Result<std::optional<std::string>> none = store.Get("\x02none");
  EXPECT_TRUE(none.ok() && !*none);
  EXPECT_TRUE(ContentsOf(store, "\x03").empty());
  int calls = 0;
  EXPECT_TRUE(
      store.Scan("\x02", [&](std::string_view, std::string_view) { return ++calls < 2; }).ok());
  EXPECT_EQ(calls, 2);
}

}  // namespace riposte::state
