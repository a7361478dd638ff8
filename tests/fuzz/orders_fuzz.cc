// Any bytes as what a task remembers of an asset: nothing, or orders that are written as the same
// bytes, and that can be judged, reported of and forgotten.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "engine/guard/asset_orders.h"

namespace {

using riposte::Duration;
using riposte::Time;
using riposte::guard::AssetOrders;
using riposte::guard::Order;
using riposte::guard::Reported;

constexpr Duration kSkew = std::chrono::minutes(15);

std::string BytesOf(const AssetOrders& orders) {
  std::string bytes;
  riposte::ByteWriter out(bytes);
  orders.Write(out);
  return bytes;
}

void Use(AssetOrders orders) {
  const AssetOrders before = orders;
  for (const Order& order : before.orders()) {
    riposte::remediate::Command command;
    command.id = order.id;
    command.action = order.action;
    orders.Find(command, riposte::schema::EventType::kFile, order.not_after, kSkew);
    for (int outcome = 0; outcome <= static_cast<int>(Reported::kReleased); ++outcome)
      orders.Take({.command_id = order.id,
                   .outcome = static_cast<Reported>(outcome),
                   .time = order.event_time});
  }
  const AssetOrders used = orders;
  AssetOrders read;
  const std::string bytes = BytesOf(used);
  riposte::ByteReader in(bytes);
  RIPOSTE_CHECK(read.Read(in) && in.at_end() && read == used, "what is written is read");
  while (const std::optional<Time> next = orders.NextToForget(kSkew)) {
    const size_t count = orders.orders().size();
    orders.Forget(*next + Duration(1), kSkew);
    RIPOSTE_CHECK(orders.orders().size() < count, "what is due is forgotten");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  AssetOrders orders;
  riposte::ByteReader in(bytes);
  if (!orders.Read(in)) {
    RIPOSTE_CHECK(orders.orders().empty(), "what is not read changes nothing");
    return 0;
  }
  RIPOSTE_CHECK(orders.orders().size() <= AssetOrders::kOrdersMax, "bounded");
  RIPOSTE_CHECK(BytesOf(orders) == bytes.substr(0, size - in.rest()), "there is one form");
  Use(std::move(orders));
  return 0;
}
