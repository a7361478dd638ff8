#include "connectors/kafka/bounded_call.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

constexpr Duration kLook{20};
// A call that is about to return leaves nothing behind.
constexpr Duration kGrace{200};

}  // namespace

std::optional<ErrorPtr> CallWithin(std::function<rd_kafka_error_t*()> call, Duration limit,
                                   const std::function<bool()>& given_up) {
  std::promise<ErrorPtr> promise;
  std::future<ErrorPtr> answer = promise.get_future();
  std::thread([promise = std::move(promise), call = std::move(call)]() mutable {
    promise.set_value(ErrorPtr(call()));
  }).detach();
  steady_clock::time_point deadline = steady_clock::now() + limit;
  bool hurried = false;
  while (answer.wait_for(kLook) != std::future_status::ready) {
    const steady_clock::time_point now = steady_clock::now();
    if (now >= deadline) return std::nullopt;
    if (hurried || !given_up()) continue;
    hurried = true;
    deadline = std::min(deadline, now + kGrace);
  }
  return answer.get();
}

}  // namespace riposte::kafka
