#include "engine/match/rarity.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace riposte::match {
namespace {

constexpr std::array<std::string_view, 24> kCommonPrograms = {
    "cmd.exe",      "conhost.exe",  "cscript.exe",   "dllhost.exe",  "explorer.exe",
    "lsass.exe",    "msiexec.exe",  "net.exe",       "net1.exe",     "powershell.exe",
    "pwsh.exe",     "reg.exe",      "regsvr32.exe",  "rundll32.exe", "schtasks.exe",
    "services.exe", "svchost.exe",  "taskhostw.exe", "wmic.exe",     "wmiprvse.exe",
    "wscript.exe",  "winlogon.exe", "msmpeng.exe",   "sc.exe"};

constexpr std::array<std::string_view, 12> kCommonTexts = {
    "c:\\windows\\system32\\",
    "c:\\windows\\syswow64\\",
    "c:\\program files (x86)\\",
    "c:\\users\\public\\appdata\\local\\temp\\",
    "\\windowspowershell\\v1.0\\powershell.exe",
    "hklm\\software\\microsoft\\windows\\currentversion\\",
    "hkcu\\software\\microsoft\\windows nt\\currentversion\\",
    "hklm\\system\\currentcontrolset\\services\\",
    "nt authority\\system",
    "microsoft-windows-",
    "cmd.exe /c ",
    ".dll",
};

}  // namespace

double RarityOfEnum(size_t values) {
  return std::clamp(1.0 / static_cast<double>(std::max<size_t>(values, 1)), 0.02, 1.0);
}

double RarityOfEquality(std::string_view text) {
  return text.size() < 4 ? rarity::kShortEquality : rarity::kEquality;
}

double RarityOfPathTail(std::string_view name) {
  const bool is_common = std::ranges::find(kCommonPrograms, name) != kCommonPrograms.end();
  return is_common ? rarity::kCommonProgram : rarity::kProgram;
}

bool IsCommonText(std::string_view part) {
  return std::ranges::any_of(kCommonTexts, [&](std::string_view common) {
    return common.find(part) != std::string_view::npos;
  });
}

double RarityOfPart(std::string_view part) {
  if (IsCommonText(part)) return rarity::kCommonText;
  // What goes beyond ASCII is hardly ever there.
  const auto longest = static_cast<unsigned char>(
      std::ranges::max(part, {}, [](char c) { return static_cast<unsigned char>(c); }));
  if (longest >= 0xF0) return rarity::kBeyondBasicPlane;
  if (longest >= 0x80) return rarity::kBeyondAscii;
  // Each character more leaves out a third of what is left.
  return std::max(0.0005, 0.5 * std::pow(0.66, static_cast<double>(part.size())));
}

double RarityOfBlock(size_t bits) {
  // IPv4 addresses have 96 bits in front, which say nothing.
  const size_t of_address = bits >= 96 ? bits - 96 : bits / 4;
  return std::max(0.001, 0.3 * std::pow(0.83, static_cast<double>(of_address)));
}

double WithMentions(double rarity, size_t mentions) {
  return std::min(0.9, rarity * std::sqrt(static_cast<double>(std::max<size_t>(mentions, 1))));
}

}  // namespace riposte::match
