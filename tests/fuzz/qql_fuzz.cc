// rules/qql on any bytes: it parses them or says what is wrong, at a place in the text; and what is
// printed of a tree parses to it again.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/check.h"
#include "rules/qql/parse.h"
#include "rules/query/print.h"
#include "tests/support/query_catalogue.h"

namespace {

using riposte::query::Expression;
using riposte::schema::Catalogue;
using riposte::text::Diagnostic;
using riposte::text::Diagnostics;
using riposte::text::Fragment;
using riposte::text::Source;

std::optional<Expression> Parse(std::string text, Diagnostics& diagnostics) {
  static const Catalogue kCatalogue = riposte::test::QueryCatalogue();
  const Fragment query(std::make_shared<const Source>("fuzz", std::move(text)));
  return riposte::qql::Parse(query, kCatalogue, diagnostics);
}

std::string Print(const Expression& expression) {
  static const Catalogue kCatalogue = riposte::test::QueryCatalogue();
  return riposte::query::Print(expression, kCatalogue);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const std::optional<Expression> parsed = Parse(text, diagnostics);
  RIPOSTE_CHECK(parsed.has_value() != diagnostics.has_errors(), "a tree, or errors");
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    RIPOSTE_CHECK(diagnostic.span.begin <= diagnostic.span.end && diagnostic.span.end <= size,
                  "a place in the text");
    RIPOSTE_CHECK(!diagnostic.message.empty() && !diagnostic.code.empty(), "says what it is");
  }
  RIPOSTE_CHECK(diagnostics.all().empty() != !Render(diagnostics).empty(), "is shown");
  if (!parsed) return 0;
  const std::string printed = Print(*parsed);
  Diagnostics none;
  const std::optional<Expression> again = Parse(printed, none);
  RIPOSTE_CHECK(again.has_value(), "what is printed parses: " + printed);
  RIPOSTE_CHECK(again->SameAs(*parsed), "to the same tree: " + printed);
  RIPOSTE_CHECK(Print(*again) == printed, "and prints the same: " + printed);
  return 0;
}
