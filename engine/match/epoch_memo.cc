#include "engine/match/epoch_memo.h"

#include <algorithm>

namespace riposte::match {

void EpochMemo::Begin(size_t size) {
  if (notes_.size() < size) notes_.resize(size);
  if (epoch_ == kLastEpoch) {
    std::ranges::fill(notes_, 0);
    epoch_ = 0;
  }
  ++epoch_;
}

}  // namespace riposte::match
