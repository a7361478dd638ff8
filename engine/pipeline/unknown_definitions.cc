#include "engine/pipeline/unknown_definitions.h"

#include <algorithm>

#include "base/check.h"

namespace riposte::pipeline {

UnknownDefinitions::Verdict UnknownDefinitions::Judge(const ShuffleRecord& record,
                                                      ShuffleReject reject, Time now) {
  RIPOSTE_CHECK(
      reject == ShuffleReject::kUnknownRule || reject == ShuffleReject::kUnknownDefinition,
      "another record is never held");
  const Definition definition{record.rule, std::string(record.definition)};
  if (!IsLost(definition, now)) return Verdict::kWait;
  ++counts_[static_cast<size_t>(reject)];
  return Verdict::kGiveUp;
}

bool UnknownDefinitions::IsLost(const Definition& definition, Time now) {
  if (given_up_.contains(definition)) return true;
  if (given_up_.size() >= kGivenUpMax) return true;
  if (!waits_ || awaited_ != definition) Begin(definition, now);
  // A wall clock that is set back does not make it longer.
  until_ = std::min(until_, now + wait_);
  if (now < until_) return false;
  waits_ = false;
  given_up_.insert(definition);
  return true;
}

void UnknownDefinitions::Begin(const Definition& definition, Time now) {
  waits_ = true;
  awaited_ = definition;
  until_ = now + wait_;
}

}  // namespace riposte::pipeline
