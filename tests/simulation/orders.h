// What the reference remembers of what it ordered: the plain list of each asset. Nothing is
// reported in a run and nothing lasts long enough to be forgotten for its age, so that what stands
// there is in flight.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace riposte::sim {

class ExpectedOrders {
 public:
  struct Order {
    std::string action, target;  // `target`: what identifies it
    std::string id;              // of the command
  };
  // Whether it is to be ordered; it is remembered then.
  bool Take(std::string_view asset, const Order& order);

 private:
  static constexpr size_t kOfAnAssetMax = 64;  // guard::AssetOrders::kOrdersMax

  std::map<std::string, std::vector<Order>, std::less<>> orders_;  // by asset, the oldest first
};

}  // namespace riposte::sim
