// Rules whose order the guards always deny, because of what they select.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/lint/rule_query.h"
#include "rules/protection/shipped.h"
#include "rules/rule/rule.h"

namespace riposte::lint {

// A list of protected paths that ships, also by the names of its files.
class ProtectedImages {
 public:
  static const ProtectedImages& Processes();
  static const ProtectedImages& Files();

  bool HasPath(std::string_view path) const;
  bool HasName(std::string_view folded) const;  // without a folder

 private:
  explicit ProtectedImages(std::vector<protection::ProtectedPath> list);
  std::vector<protection::ProtectedPath> list_;
  std::vector<std::string> names_;  // folded, ascending
};

struct ProtectedChoice {
  text::Span span;    // of the condition, in the query
  std::string image;  // one of those that it selects
};

// A condition that must hold for an event to fit the query, and all of whose values are `images`:
// on the path that plays `role`, or on its base name. A name does not count where the query also
// looks at the path, since a file that only has such a name is not protected.
std::optional<ProtectedChoice> FindProtected(const RuleQuery& asked, const schema::Schema& schema,
                                             schema::Role role, const ProtectedImages& images);

}  // namespace riposte::lint
