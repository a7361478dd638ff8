#include "rules/text/suggest.h"

#include <algorithm>
#include <array>
#include <vector>

namespace riposte::text {
namespace {

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameLetter(char a, char b) { return LowerAscii(a) == LowerAscii(b); }

// Optimal string alignment: insert, delete, replace and swap of neighbours cost one each.
size_t Distance(std::string_view a, std::string_view b) {
  // The rows for a's prefixes of i-2, i-1 and i letters.
  std::array<std::vector<size_t>, 3> rows;
  for (std::vector<size_t>& row : rows) row.resize(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) rows[1][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    rows[2][0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = rows[1][j - 1] + (SameLetter(a[i - 1], b[j - 1]) ? 0 : 1);
      size_t best = std::min({rows[1][j] + 1, rows[2][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && SameLetter(a[i - 1], b[j - 2]) && SameLetter(a[i - 2], b[j - 1]))
        best = std::min(best, rows[0][j - 2] + 1);
      rows[2][j] = best;
    }
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
  }
  return rows[1][b.size()];
}

}  // namespace

std::string_view Nearest(std::string_view written, std::span<const std::string_view> candidates,
                         size_t most) {
  std::string_view nearest;
  size_t nearest_distance = most + 1;
  for (const std::string_view candidate : candidates) {
    const size_t longer = std::max(written.size(), candidate.size());
    const size_t allowed = std::min(most, longer / 3);
    if (longer - std::min(written.size(), candidate.size()) > allowed) continue;
    const size_t distance = Distance(written, candidate);
    if (distance > allowed || distance >= nearest_distance) continue;
    nearest = candidate;
    nearest_distance = distance;
  }
  return nearest;
}

std::string DidYouMean(std::string_view written, std::span<const std::string_view> candidates) {
  const std::string_view nearest = Nearest(written, candidates);
  if (nearest.empty()) return {};
  return "did you mean '" + std::string(nearest) + "'?";
}

}  // namespace riposte::text
