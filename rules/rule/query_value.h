// A query as the value of a key of a rule file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rules/query/expression.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

struct QueryValue {
  query::Expression query;
  std::string text;                               // as written, without trailing blanks
  std::string canonical;                          // query::Print
  std::shared_ptr<const text::Fragment> in_file;  // leads spans of `query`'s nodes to the file
};

// Errors stand where the query stands in the file. Empty after one. `key` names it for people.
std::optional<QueryValue> ReadQueryValue(const yaml::Node& node, std::string_view key,
                                         const schema::Catalogue& catalogue,
                                         text::NodeReader& reader);

}  // namespace riposte::rule
