// Defects on purpose, each one that would break the promise of delivery: the simulation is worth
// something only if it finds them. They are in the adapters between engine and broker, or in the
// rules that it is given, never in the engine.
#pragma once

#include <array>
#include <string_view>

#include "engine/pipeline/ports.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/random.h"

namespace riposte::sim {

enum class Planted : uint8_t {
  kNone,
  kOffsetFirst,     // the offset in a transaction of its own, before that of the outputs
  kRandomId,        // commands get a new id each time they are made
  kNoFence,         // a transactional id for each assignment, and no group metadata
  kNoRewind,        // after an abort the input goes on where it is
  kKeepsProducer,   // no new producer after an uncertain call: a late EndTxn ends the next one's
                    // work
  kGuessesAborted,  // an uncertain commit counts as aborted, the committed offset is not asked
  kStoreFirst,      // the store takes what is in a transaction before it commits
  kOtherChangelog,  // changelog records go to the partition of their keys
  kResetAtReload,   // a rule of another name begins its windows anew
  kForgetsOrders,   // what was ordered is not in the changelog
};
inline constexpr std::array kAllPlanted = {Planted::kOffsetFirst,   Planted::kRandomId,
                                           Planted::kNoFence,       Planted::kNoRewind,
                                           Planted::kKeepsProducer, Planted::kGuessesAborted,
                                           Planted::kStoreFirst,    Planted::kOtherChangelog,
                                           Planted::kResetAtReload, Planted::kForgetsOrders};
std::string_view PlantedName(Planted planted);  // "offset_first", ...

// The assignment with those defects that wrap its input or outbox. `disk` outlives it.
pipeline::Assignment WithPlanted(pipeline::Assignment assignment, Disk& disk, Planted planted,
                                 Random random);

}  // namespace riposte::sim
