#include "tests/simulation/orders.h"

#include <algorithm>

namespace riposte::sim {

bool ExpectedOrders::Take(std::string_view asset, const Order& order) {
  std::vector<Order>& orders = orders_[std::string(asset)];
  const bool is_known = std::ranges::any_of(orders, [&](const Order& other) {
    return other.id == order.id || (other.action == order.action && other.target == order.target);
  });
  if (is_known) return false;
  orders.push_back(order);
  if (orders.size() > kOfAnAssetMax) orders.erase(orders.begin());
  return true;
}

}  // namespace riposte::sim
