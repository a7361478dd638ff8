#include "rules/sigma/aggregation.h"

#include <array>
#include <vector>

#include <fmt/format.h>

namespace riposte::sigma {
namespace {

struct Comparison {
  std::string_view written, key;
};
constexpr std::array<Comparison, 5> kComparisons = {
    {{">", "gt"}, {">=", "gte"}, {"<", "lt"}, {"<=", "lte"}, {"=", "eq"}}};

std::vector<std::string_view> Words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    const size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

// "count(User)" is the function "count" of "User".
std::string_view ArgumentOf(std::string_view call) {
  const size_t open = call.find('(');
  const size_t close = call.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  return call.substr(open + 1, close - open - 1);
}

std::string_view TypeOf(std::string_view function, bool of_field) {
  if (function == "count") return of_field ? "value_count" : "event_count";
  if (function == "sum") return "value_sum";
  if (function == "avg") return "value_avg";
  return {};
}

}  // namespace

std::string AggregationHint(std::string_view aggregation) {
  const std::vector<std::string_view> words = Words(aggregation);
  if (words.empty()) return "remove the '|'";
  if (words.front() == "near")
    return "make two rules of it and a correlation of type 'temporal' over both";
  const std::string_view function = words.front().substr(0, words.front().find('('));
  const std::string_view argument = ArgumentOf(words.front());
  const std::string_view type = TypeOf(function, !argument.empty());
  if (type.empty()) return "make a rule of what is before it and a correlation over that rule";
  std::string hint = fmt::format("write a correlation of type '{}' over this rule", type);
  if (!argument.empty()) hint += fmt::format(", field '{}'", argument);
  for (size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] == "by") hint += fmt::format(", group-by '{}'", words[i + 1]);
    for (const Comparison& comparison : kComparisons) {
      if (words[i] == comparison.written)
        hint += fmt::format(", condition '{}: {}'", comparison.key, words[i + 1]);
    }
  }
  return hint;
}

}  // namespace riposte::sigma
