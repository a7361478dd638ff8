#include "rules/lint/repeated_tag.h"

#include <set>

#include <fmt/format.h>

#include "base/unicode.h"
#include "rules/lint/finding.h"

namespace riposte::lint {

void CheckRepeatedTag(const rule::Rule& rule, const schema::Schema&,
                      text::Diagnostics& diagnostics) {
  std::set<std::string> seen;
  for (size_t i = 0; i < rule.tags.size(); ++i) {
    if (seen.insert(unicode::Fold(rule.tags[i])).second) continue;
    Warn(rule, i < rule.places.tags.size() ? rule.places.tags[i] : text::Span{},
         {.code = "repeated-tag",
          .message = fmt::format("the tag '{}' is there twice", rule.tags[i]),
          .hint = "remove one"},
         diagnostics);
  }
}

}  // namespace riposte::lint
