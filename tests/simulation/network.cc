#include "tests/simulation/network.h"

#include <utility>

namespace riposte::sim {
namespace {

// Until a client notices that a connection is gone.
constexpr int64_t kBreakMsMax = 60;

}  // namespace

KafkaError Network::Call(Host& host, Api api, const std::function<KafkaError()>& request) {
  if (random_.Chance(faults_.overtaken)) host.Pass(random_.Span(0, 2));
  if (refusing()) {
    ++counters_.refused;
    host.Pass(random_.Span(1, kBreakMsMax));
    return KafkaError::kBroken;
  }
  const bool late =
      random_.Chance(faults_.late) || (api == Api::kEndTxn && random_.Chance(faults_.late_end));
  if (late || random_.Chance(faults_.lost_request)) {
    ++(late ? counters_.late : counters_.lost);
    if (late)
      on_their_way_.emplace(clock_.Now() + random_.Span(1, faults_.late_max.count()),
                            Late{.api = api, .request = request});
    host.Pass(random_.Span(1, kBreakMsMax));
    return KafkaError::kBroken;
  }
  if (api == Api::kProduce && random_.Chance(faults_.refused_produce))
    return KafkaError::kUnknownProducer;
  const KafkaError answer = request();
  if (random_.Chance(faults_.lost_answer)) {
    ++counters_.lost;
    host.Pass(random_.Span(1, kBreakMsMax));
    return KafkaError::kBroken;
  }
  if (random_.Chance(faults_.overtaken)) host.Pass(random_.Span(0, 2));
  return answer;
}

void Network::Tick() {
  while (!on_their_way_.empty() && on_their_way_.begin()->first <= clock_.Now()) {
    const Late late = std::move(on_their_way_.begin()->second);
    on_their_way_.erase(on_their_way_.begin());
    const KafkaError answer = late.request();
    if (late.api != Api::kEndTxn) continue;
    ++counters_.late_ends;
    if (answer == KafkaError::kNone) ++counters_.late_ends_taken;
  }
}

void Network::Heal() {
  faults_ = {.overtaken = faults_.overtaken};
  refuses_until_ = {};
}

}  // namespace riposte::sim
