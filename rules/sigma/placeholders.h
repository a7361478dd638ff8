// Values for the placeholders of `|expand`: documents with the key `placeholders` in a rule folder.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rules/text/node_reader.h"

namespace riposte::sigma {

class Placeholders {
 public:
  static bool IsPlaceholders(const yaml::Node& root);

  // Reads a document of the kind. A name that has values already is an error.
  void Read(const yaml::Node& root, text::NodeReader& reader);

  // The values of a name, or null.
  const std::vector<std::string>* Find(std::string_view name) const;

  struct Expanded {
    std::vector<std::string> texts{};  // every combination of the values
    std::string missing{};             // the first placeholder without values; empty if none
    bool too_many = false;             // more than kMaxExpansions
  };
  static constexpr size_t kMaxExpansions = 10'000;
  // The value with each %name% replaced; `\%` is a percent sign. Values may have wildcards.
  Expanded Expand(std::string_view value) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace riposte::sigma
