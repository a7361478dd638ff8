#include "rules/lint/bad_reference.h"

#include <fmt/format.h>

#include "rules/lint/finding.h"

namespace riposte::lint {

namespace {

bool IsUrl(std::string_view text) {
  const bool scheme = text.starts_with("https://") || text.starts_with("http://");
  const size_t host = text.find("//") + 2;
  return scheme && text.size() > host && text[host] != '/' &&
         text.find_first_of(" \t\n") == std::string_view::npos;
}

}  // namespace

void CheckBadReference(const rule::Rule& rule, const schema::Schema&,
                       text::Diagnostics& diagnostics) {
  for (size_t i = 0; i < rule.references.size(); ++i) {
    if (IsUrl(rule.references[i])) continue;
    Warn(rule, i < rule.places.references.size() ? rule.places.references[i] : text::Span{},
         {.code = "bad-reference",
          .message = fmt::format("'{}' is no address that can be followed", rule.references[i]),
          .hint = "write https://...; what is no address goes into 'description'"},
         diagnostics);
  }
}

}  // namespace riposte::lint
