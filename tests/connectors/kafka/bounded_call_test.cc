#include "connectors/kafka/bounded_call.h"

#include <chrono>
#include <future>
#include <memory>

#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

using std::chrono::steady_clock;

constexpr Duration kLong{60000};

bool Never() { return false; }

// A call that returns when it is let go.
class Stuck {
 public:
  std::function<rd_kafka_error_t*()> Call() {
    return [gate = gate_.get_future().share()]() -> rd_kafka_error_t* {
      gate.wait();
      return nullptr;
    };
  }
  void LetGo() { gate_.set_value(); }

 private:
  std::promise<void> gate_;
};

TEST(CallWithin, HandsOnTheAnswer) {
  const std::optional<ErrorPtr> good = CallWithin([] { return nullptr; }, kLong, Never);
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(*good, nullptr);
  const std::optional<ErrorPtr> bad = CallWithin(
      [] { return rd_kafka_error_new(RD_KAFKA_RESP_ERR__FENCED, "another has it"); }, kLong, Never);
  ASSERT_TRUE(bad.has_value());
  EXPECT_EQ(rd_kafka_error_code(bad->get()), RD_KAFKA_RESP_ERR__FENCED);
}

TEST(CallWithin, LeavesACallThatDoesNotReturn) {
  Stuck stuck;
  EXPECT_FALSE(CallWithin(stuck.Call(), Duration(50), Never).has_value());
  stuck.LetGo();
}

TEST(CallWithin, LeavesItSoonWhenTheTimeIsUp) {
  Stuck stuck;
  const steady_clock::time_point begin = steady_clock::now();
  EXPECT_FALSE(CallWithin(stuck.Call(), kLong, [] { return true; }).has_value());
  EXPECT_LT(steady_clock::now() - begin, kLong / 2);
  stuck.LetGo();
}

TEST(CallWithin, WaitsALittleForOneThatIsAboutToReturn) {
  Stuck stuck;
  const auto let_go_when_asked = [&, asked = false]() mutable {
    if (!asked) stuck.LetGo();
    asked = true;
    return true;
  };
  EXPECT_TRUE(CallWithin(stuck.Call(), kLong, let_go_when_asked).has_value());
}

}  // namespace
}  // namespace riposte::kafka
