#include "engine/state/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/state/store_contract.h"

namespace riposte::state {
namespace {

TEST(MemoryStoreTest, KeepsTheContract) {
  MemoryStore store;
  CheckContract(store);
}

}  // namespace
}  // namespace riposte::state
