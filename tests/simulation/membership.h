// What the tasks of one assignment share; as connectors/kafka/membership.h.
#pragma once

#include <algorithm>

#include "tests/simulation/group.h"

namespace riposte::sim {

struct Membership {
  // As it was when the partitions were assigned; a later one is never used (docs/adr/0001).
  MemberId member;
  bool revoked = false;           // the end has begun
  bool lost = false;              // the partitions are another's: nothing more may be committed
  Time give_up_at = Time::max();  // for open transactions
  Time rejoin_at = Time::max();   // after a task was fenced
  int users = 0;                  // inputs and outboxes

  void Revoke(bool is_lost, Time until) {
    revoked = true;
    lost = lost || is_lost;
    give_up_at = std::min(give_up_at, until);
  }
};

}  // namespace riposte::sim
