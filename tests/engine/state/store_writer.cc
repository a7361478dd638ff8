// Writes to the store "killed" below a folder until it is killed: batch after batch, in each of
// which every key has the number of the batch, as has the mark.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/state/rocks_store.h"

int main(int argc, char** argv) {
  using namespace riposte::state;
  if (argc != 2) return 3;
  RocksStores stores({.directory = argv[1]});
  const riposte::Result<RocksStores::Opened> opened = stores.Open("killed");
  if (!opened.ok() || !opened->wiped.empty()) return 1;
  const std::unique_ptr<Store>& store = opened->store;
  const std::optional<Mark> mark = store->mark();
  for (int64_t next = mark ? mark->changelog_next + 1 : 1;; ++next) {
    std::vector<Change> changes;
    for (char key = 'a'; key < 'u'; ++key)
      changes.push_back({.key = std::string("\x02") + key, .value = std::to_string(next)});
    Mark with;
    with.changelog_next = next;
    if (!store->Apply(changes, with).ok()) return 2;
  }
}
