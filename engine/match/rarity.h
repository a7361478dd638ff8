// How often a condition holds, as a share of all events: assumptions, made before any event was
// seen. They only decide where the matcher looks first; a wrong one costs time, never a match.
#pragma once

#include <cstddef>
#include <string_view>

namespace riposte::match {

namespace rarity {
inline constexpr double kExistence = 0.5;  // the field has a value
inline constexpr double kBool = 0.3;
inline constexpr double kSmallNumber = 0.02;  // codes, ports, counts
inline constexpr double kNumber = 0.002;
inline constexpr double kEquality = 0.001;  // names, ids, hashes
inline constexpr double kShortEquality = 0.02;
inline constexpr double kProgram = 0.002;       // a path's last part
inline constexpr double kCommonProgram = 0.05;  // ... of what runs everywhere
inline constexpr double kBeyondAscii = 0.0001;
inline constexpr double kBeyondBasicPlane = 0.00001;
inline constexpr double kCommonText = 0.2;  // parts of paths that stand everywhere
}  // namespace rarity

// An enum of so many values has one of them.
double RarityOfEnum(size_t values);
// Texts are folded.
double RarityOfEquality(std::string_view text);
double RarityOfPathTail(std::string_view name);
// The text begins, ends, or holds `part`.
double RarityOfPart(std::string_view part);
// A part of the paths and texts that stand in events of all kinds.
bool IsCommonText(std::string_view part);
// An address lies in a block whose prefix has so many of 128 bits.
double RarityOfBlock(size_t bits);

// A condition that many rules ask for is one that many events have: rule authors write about
// powershell.exe more often than about what runs once a year.
double WithMentions(double rarity, size_t mentions);

}  // namespace riposte::match
