// The records of the shuffle: what one task found for a group or an asset that another owns, and
// how far it is.
//
// A record names its rule and the definition of the rule's windows (rule::DefinitionHash): tasks
// that run other rule sets exchange records, too, and while a rule set goes round they do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"
#include "engine/pipeline/contributions.h"
#include "engine/trigger/match_values.h"

namespace riposte::pipeline {

inline constexpr size_t kShuffleBytesMax = 16u << 10;  // of a record's value

// Why a record is of no use. Bounded: a metric label.
enum class ShuffleReject : uint8_t {
  kNone,
  kTooLarge,
  kVersion,    // of another format
  kMalformed,  // what no Write can have written
  // Not known here, or not yet: unknown_definitions.h says what to do.
  kUnknownRule,        // or it is disabled, or nothing it finds goes to windows
  kUnknownDefinition,  // of a rule that is known
  kNoContribution,     // nothing that the definition can have found
  kNotOwned,           // its group is another task's
  kCount
};
std::string_view ShuffleRejectName(ShuffleReject reject);  // "none", "too_large", ...

// Views are of the bytes read.
struct ShuffleRecord {
  std::string_view sender;  // as it is called: at most trigger::Watermark::kNameBytesMax
  Time watermark{};         // of its inputs; as it says
  Uuid rule;                // of a contribution, as is `definition`
  std::string_view definition;
  // What the sender proposes (proposal.h), not read yet; empty: nothing.
  std::optional<std::string_view> proposal;
  // Empty: it is none, or the definition is not known.
  std::optional<trigger::Contribution> contribution;
};

// Append the record's value to `out`.
void WriteTick(std::string_view sender, Time watermark, std::string& out);
void WriteShuffleRecord(std::string_view sender, const Outgoing& outgoing,
                        const trigger::MatchValues& values, std::string& out);

// `proposal`: of kProposalBytesMax bytes at most.
void WriteProposalRecord(std::string_view sender, Time watermark, std::string_view proposal,
                         std::string& out);

// kNone: `record` is what was written, its contribution one that `values` accepts; whether its
// group is the reader's, TaskWindows says. kUnknown...: all but the contribution is. Else it is of
// no use. `bytes` may be anything.
ShuffleReject ReadShuffleRecord(std::string_view bytes, const trigger::MatchValues& values,
                                ShuffleRecord& record);

}  // namespace riposte::pipeline
