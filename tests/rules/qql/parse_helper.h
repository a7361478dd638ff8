// Parsing a text in a test.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rules/qql/parse.h"
#include "rules/query/print.h"
#include "tests/support/query_catalogue.h"

namespace riposte::qql {

struct Parsed {
  std::optional<query::Expression> expression;
  text::Diagnostics diagnostics;

  // What it means, or what is wrong with it.
  std::string Rendered(const schema::Catalogue& catalogue) const {
    std::string rendered = text::Render(diagnostics);
    if (expression) rendered += "=> " + query::Print(*expression, catalogue) + "\n";
    return rendered;
  }
};

inline const schema::Catalogue& Tokens() {
  static const schema::Catalogue catalogue = test::QueryCatalogue();
  return catalogue;
}

inline Parsed ParseText(const std::string& text, const schema::Catalogue& catalogue = Tokens()) {
  Parsed parsed;
  const text::Fragment query(std::make_shared<const text::Source>("query", text));
  parsed.expression = Parse(query, catalogue, parsed.diagnostics);
  return parsed;
}

}  // namespace riposte::qql
