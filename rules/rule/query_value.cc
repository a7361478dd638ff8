#include "rules/rule/query_value.h"

#include <utility>

#include <fmt/format.h>

#include "rules/qql/parse.h"
#include "rules/query/print.h"

namespace riposte::rule {

std::optional<QueryValue> ReadQueryValue(const yaml::Node& node, std::string_view key,
                                         const schema::Catalogue& catalogue,
                                         text::NodeReader& reader) {
  if (!reader.Text(node, fmt::format("'{}'", key))) return std::nullopt;
  if (!node.exact) {
    reader.Error({.begin = node.span.begin, .end = node.span.begin}, "folded-query",
                 "a query over several lines needs a | block: folding its lines loses its columns",
                 fmt::format("write '{}: |'", key));
    return std::nullopt;
  }
  auto in_file = std::make_shared<const text::Fragment>(text::ToFragment(reader.source(), node));
  std::optional<query::Expression> query = qql::Parse(*in_file, catalogue, reader.diagnostics());
  if (!query) return std::nullopt;
  std::string canonical = query::Print(*query, catalogue);
  std::string text(in_file->text());
  return QueryValue{.query = std::move(*query),
                    .text = std::move(text),
                    .canonical = std::move(canonical),
                    .in_file = std::move(in_file)};
}

}  // namespace riposte::rule
