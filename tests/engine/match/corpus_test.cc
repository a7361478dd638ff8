// Both evaluators on recordings that nobody here wrote, the first 5,000 lines of each, or as many
// as RIPOSTE_LINES says.
#include "tests/support/corpus.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/schema/load.h"
#include "tests/engine/match/match_table.h"
#include "tests/support/environment.h"
#include "tests/support/zst.h"

namespace riposte::match {
namespace {

// Every kind of predicate, with an anchor and without.
const std::vector<std::string> kQueries = {
    "type: PROCESS and process.name: `powershell.exe`",
    "type: PROCESS and action: CREATED and parent.name: [`cmd.exe`, `explorer.exe`] and not "
    "process.arguments ~ \"-enc\"",
    "process.image.fullPath: \"c:\\windows\\system32*.exe\" and event.code: [1, 4688]",
    "event.code: 3 and network.remote.address.ip: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]",
    "event.code: [7 .. 11] and not process.name: `svchost.exe`",
    "process.arguments: /(?:^|\\s)[-\\/](?:e|enc|encodedcommand)\\s/i",
    "registry.key ~ \"\\currentversion\\run\" or registry.key: \"*\\services\\tcpip*\"",
    "network.remote.address.port: (1024 .. 65535] and network.initiated: true",
    "event.dateTime >= now-10y and process.pid is null",
    "process.image.fullPath: \"windows\\system32\" and type != FILE",
    "file.name: \"*.ps1\" or file.hash.sha256 is null and type: FILE",
    "target.image.fullPath: \"*\\lsass.exe\" and access.mask is not null",
};

TEST(Corpus, MatcherEqualsThePlainEvaluatorOnRecordings) {
  RIPOSTE_REQUIRE_CORPUS(folder, "events");
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  ASSERT_NE(schema, nullptr) << text::Render(diagnostics);
  const schema::Profile* profile = schema->FindProfile("windows-nxlog");
  ASSERT_NE(profile, nullptr);
  const rule::RuleSet rules = RulesOf(schema, kQueries);
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(rules, *profile);
  ASSERT_EQ(matcher->rule_count(), kQueries.size()) << "a rule names a token that is not there";

  event::Decoder decoder;
  Matcher::Scratch scratch;
  PlainMatcher plain(rules, *profile);
  event::Decoder all_fields;
  std::vector<uint64_t> hits(kQueries.size());
  std::vector<Match> matches;
  const uint64_t most_lines = test::NumberFromEnvironment("RIPOSTE_LINES", 5'000);
  uint64_t events = 0;
  for (int file = 1; file <= 7; ++file) {
    const std::string path = folder + "/otrf-nxlog-flat-0" + std::to_string(file) + ".ndjson.zst";
    const uint64_t last = events + most_lines;
    test::ForEachLineOfZst(path, [&](std::string_view line) {
      EXPECT_EQ(decoder.Decode(matcher->plan(), line), event::Reject::kNone);
      matches.clear();
      matcher->FindMatches(decoder.event(), TableContext(), scratch, matches);
      EXPECT_EQ(all_fields.Decode(plain.plan(), line), event::Reject::kNone);
      EXPECT_EQ(matches, plain.FindMatches(all_fields.event(), TableContext()))
          << path << " event " << events << ": " << line;
      for (const Match& match : matches) ++hits[match.rule];
      return ++events < last && !HasFailure();
    });
  }
  for (size_t i = 0; i < hits.size(); ++i) {
    std::cout << hits[i] << " of " << scratch.costs().evaluations[i]
              << " evaluated: " << kQueries[i] << std::endl;
    EXPECT_GT(hits[i], 0u) << "proves nothing: " << kQueries[i];
  }
  EXPECT_GE(events, std::min<uint64_t>(7 * most_lines, 200'000));
}

}  // namespace
}  // namespace riposte::match
