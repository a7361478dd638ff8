// A matcher whose scratch has seen events of a kind allocates nothing for more of them. A program
// of its own: it counts every allocation.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/match/matcher.h"
#include "tests/engine/match/match_table.h"
#include "tests/support/allocations.h"
#include "tests/support/event_text.h"
#include "tests/support/query_generator.h"

namespace riposte::match {
namespace {

TEST(Allocations, NoneInSteadyState) {
  const schema::SchemaPtr schema = TableSchema();
  const schema::Profile& profile = schema->profiles.front();
  rule::RuleSet rules;
  rules.schema = schema;
  test::QueryGenerator queries(7, schema->catalogue);
  for (int i = 0; i < 300; ++i) rules.rules.emplace_back().query = queries.Next().expression;
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, profile);

  test::EventTextGenerator texts(
      8, {.paths = test::PathsOf(profile), .texts = test::TrapTexts(), .absent = 100});
  std::vector<std::string> events;
  for (int i = 0; i < 500; ++i) events.push_back(texts.Next());

  event::Decoder decoder;
  Matcher::Scratch scratch;
  std::vector<Match> matches;
  uint64_t found = 0;
  const auto run = [&] {
    for (const std::string& event : events) {
      if (decoder.Decode(matcher->plan(), event) != event::Reject::kNone) continue;
      matches.clear();
      matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
      found += matches.size();
    }
  };
  // The first rounds grow the buffers and the regular expressions' automata.
  run();
  run();
  const uint64_t before = test::Allocations();
  run();
  EXPECT_EQ(test::Allocations() - before, 0u);
  EXPECT_GT(found, 1000u);
}

TEST(Allocations, AreCounted) {
  const uint64_t before = test::Allocations();
  const std::string text(1000, 'x');
  EXPECT_EQ(text.size(), 1000u);
  EXPECT_EQ(test::Allocations() - before, 1u);
}

}  // namespace
}  // namespace riposte::match
