// Generated queries: each text parses to the tree that it was generated with, and what is printed
// of a tree parses to it again.
#include <iostream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "rules/qql/parse.h"
#include "rules/query/print.h"
#include "tests/support/query_catalogue.h"
#include "tests/support/query_generator.h"

namespace riposte::qql {
namespace {

constexpr int kQueries = 100'000;

std::optional<query::Expression> ParseText(const std::string& text,
                                           const schema::Catalogue& catalogue,
                                           std::string& problems) {
  text::Diagnostics diagnostics;
  const text::Fragment query(std::make_shared<const text::Source>("generated", text));
  std::optional<query::Expression> parsed = Parse(query, catalogue, diagnostics);
  problems = text::Render(diagnostics);
  return parsed;
}

TEST(RoundTrip, GeneratedQueriesParsePrintAndParseToTheSameTree) {
  constexpr uint64_t kSeed = 20261125;
  std::cout << "seed " << kSeed << ", " << kQueries << " queries\n";
  const schema::Catalogue catalogue = test::QueryCatalogue();
  test::QueryGenerator generator(kSeed, catalogue);
  for (int i = 0; i < kQueries; ++i) {
    const test::GeneratedQuery generated = generator.Next();
    SCOPED_TRACE("query " + std::to_string(i) + ": " + generated.text);
    std::string problems;
    const std::optional<query::Expression> parsed = ParseText(generated.text, catalogue, problems);
    ASSERT_TRUE(parsed) << problems;
    const std::string printed = query::Print(*parsed, catalogue);
    ASSERT_TRUE(parsed->SameAs(generated.expression))
        << "parsed:    " << printed
        << "\ngenerated: " << query::Print(generated.expression, catalogue);
    const std::optional<query::Expression> again = ParseText(printed, catalogue, problems);
    ASSERT_TRUE(again) << "printed: " << printed << "\n" << problems;
    ASSERT_TRUE(again->SameAs(*parsed)) << "printed:    " << printed;
    ASSERT_EQ(query::Print(*again, catalogue), printed);
  }
}

}  // namespace
}  // namespace riposte::qql
