#include "tests/engine/trigger/step_timeline.h"

namespace riposte::trigger {

rule::Step PresentStep(int64_t at_least, bool distinct) {
  rule::Step step;
  step.at_least = at_least;
  if (distinct) step.distinct.emplace_back();
  return step;
}

rule::Step AbsentStep() {
  rule::Step step;
  step.absent = true;
  return step;
}

Kept KeptOf(const Arrival& arrival) {
  return {.place = {.time = TimeFromMs(arrival.at), .order = arrival.order},
          .event = "e" + std::to_string(arrival.order)};
}

std::string Describe(const Arrival& arrival) {
  std::string text = "e" + std::to_string(arrival.order) + " at " + std::to_string(arrival.at) +
                     " steps " + std::to_string(arrival.steps);
  if (arrival.until) text += " until";
  for (const std::string& value : arrival.values) text += " " + value;
  return text;
}

std::vector<rule::Step> Randomness::Steps(bool may_be_one) {
  std::vector<rule::Step> steps;
  const int64_t count = From(may_be_one ? 1 : 2, 4);
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0 && OneIn(3))
      steps.push_back(AbsentStep());
    else
      steps.push_back(PresentStep(OneIn(2) ? 1 : From(1, 3), OneIn(3)));
  }
  return steps;
}

std::vector<Arrival> Randomness::Arrivals(size_t steps, size_t count) {
  const bool any_order = OneIn(8);
  const int64_t sparse = From(1, 3);
  int64_t now = 20;
  std::vector<Arrival> arrivals;
  for (size_t i = 0; i < count; ++i) {
    now += From(0, 3);
    Arrival arrival{.at = OneIn(3) ? now - From(0, 15) : now, .order = i + 1};
    for (size_t step = 0; step < steps; ++step) {
      if (OneIn(1 + sparse)) arrival.steps |= StepBit(step);
      arrival.values.emplace_back(1, static_cast<char>('a' + From(0, 2)));
    }
    arrivals.push_back(std::move(arrival));
  }
  if (any_order)
    for (size_t i = 0; i + 1 < count; ++i)
      std::swap(arrivals[i].order, arrivals[i + random_() % (count - i)].order);
  return arrivals;
}

std::string Randomness::Mutated(std::string bytes) {
  const int64_t changes = From(1, 3);
  for (int64_t i = 0; i < changes && !bytes.empty(); ++i) {
    const size_t at = random_() % bytes.size();
    switch (From(0, 3)) {
      case 0:
        bytes[at] = static_cast<char>(random_());
        break;
      case 1:
        bytes.erase(at, 1 + random_() % 3);
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(random_()));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

}  // namespace riposte::trigger
