// The names and ids by which Sigma correlations refer to rules.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/uuid.h"
#include "rules/rule/rule.h"
#include "rules/sigma/correlation_expression.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// Collects while documents are read, so that a correlation may stand before what it refers to.
class SigmaReferences {
 public:
  // `name` may be empty. Of two rules with one id, which is an error of its own, the first has it.
  void Add(const Uuid& id, std::string name, size_t rule);
  // A document that has errors: that it gives no rule is no further error of who refers to it.
  void AddBroken(const yaml::Node& root);

  // The place in the rules of the one rule that is meant; empty if there is none.
  std::optional<size_t> Find(std::string_view reference) const;
  // The same, with an error where none or several are meant: unknown-rule, ambiguous-rule. `rules`
  // are those of the places.
  std::optional<size_t> Require(const sigma::Written& reference, const text::SourcePtr& source,
                                const std::vector<Rule>& rules,
                                text::Diagnostics& diagnostics) const;

 private:
  static constexpr size_t kBroken = static_cast<size_t>(-1);

  // All that are meant, kBroken among them.
  std::vector<size_t> Meant(std::string_view reference) const;
  std::string Suggest(const sigma::Written& reference, const std::vector<Rule>& rules) const;

  std::map<Uuid, size_t> by_id_;
  boost::unordered_flat_map<std::string, std::vector<size_t>> by_name_;
};

}  // namespace riposte::rule
