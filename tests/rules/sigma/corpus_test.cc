// The public rules of SigmaHQ, and events that they are known to match.
#include "tests/support/corpus.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/json.h"
#include "engine/event/decode.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"
#include "tests/support/environment.h"
#include "tests/support/zst.h"

namespace riposte::sigma {
namespace {

namespace fs = std::filesystem;

// The profiles that ship, and "flat": the fields of windows-nxlog at top level under their Sigma
// names.
schema::SchemaPtr TestSchema() {
  text::Diagnostics diagnostics;
  const schema::SchemaPtr shipped = schema::LoadSchema({}, diagnostics);
  EXPECT_NE(shipped, nullptr) << text::Render(diagnostics);
  auto schema = std::make_shared<schema::Schema>(*shipped);
  schema::Profile flat = *schema->FindProfile("windows-nxlog");
  flat.name = "flat";
  std::erase_if(flat.sigma.fields, [](const schema::SigmaMapping::Field& field) {
    return field.name != "Image" && field.name != "ParentImage";
  });
  schema->profiles.push_back(std::move(flat));
  return schema;
}

// The rules of the folder, loaded one by one, so that an error refuses its rule alone.
struct Corpus {
  rule::RuleSetPtr set;
  std::map<std::string, std::set<std::string>> refused;  // code -> file names
  size_t files = 0;
};
const Corpus& Rules(const std::string& folder) {
  static const Corpus corpus = [&] {
    Corpus loading;
    std::vector<text::SourcePtr> good;
    const schema::SchemaPtr schema = TestSchema();
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().extension() == ".yml") paths.push_back(entry.path());
    std::ranges::sort(paths);
    for (const fs::path& path : paths) {
      ++loading.files;
      text::Diagnostics diagnostics;
      const auto source =
          std::make_shared<const text::Source>(path.string(), test::ReadFile(path.string()));
      if (rule::LoadRulesFrom({source}, schema, diagnostics) != nullptr) {
        good.push_back(source);
        continue;
      }
      for (const text::Diagnostic& one : diagnostics.all())
        if (one.severity == text::Severity::kError)
          loading.refused[one.code].insert(path.filename().string());
    }
    text::Diagnostics diagnostics;
    loading.set = rule::LoadRulesFrom(good, schema, diagnostics);
    EXPECT_NE(loading.set, nullptr) << text::Render(diagnostics);
    return loading;
  }();
  return corpus;
}

// One decoder and both evaluators over events of a profile.
class Judge {
 public:
  Judge(const rule::RuleSetPtr& set, std::string_view profile)
      : set_(set),
        matcher_(match::Matcher::Compile(*set, *set->schema->FindProfile(profile))),
        plain_(*set, *set->schema->FindProfile(profile)) {}

  // The ids of the rules that match.
  std::set<std::string> Matches(std::string_view json, bool naively = false) {
    std::set<std::string> ids;
    if (decoder_.Decode(matcher_->plan(), json) != event::Reject::kNone) {
      ADD_FAILURE() << "rejected: " << json;
      return ids;
    }
    matches_.clear();
    matcher_->FindMatches(decoder_.event(), {}, scratch_, matches_);
    if (naively) {
      EXPECT_EQ(decoder_.Decode(plain_.plan(), json), event::Reject::kNone);
      EXPECT_EQ(matches_, plain_.FindMatches(decoder_.event(), {}));
    }
    for (const match::Match& match : matches_) ids.insert(set_->rules[match.rule].id.ToString());
    return ids;
  }

 private:
  rule::RuleSetPtr set_;
  std::shared_ptr<const match::Matcher> matcher_;
  event::Decoder decoder_;
  match::Matcher::Scratch scratch_;
  match::PlainMatcher plain_;
  std::vector<match::Match> matches_;
};

json::Value ParseJson(const std::string& text) {
  Result<json::Value> parsed = json::Parse(text);
  EXPECT_TRUE(parsed.ok());
  return std::move(parsed).value();
}

// docs/sigma.md lists each with its reason.
TEST(SigmaCorpus, AllButTheRetiredOnesCompile) {
  RIPOSTE_REQUIRE_CORPUS(folder, "sigma-rules");
  const Corpus& corpus = Rules(folder);
  EXPECT_EQ(corpus.files, 1963u);
  EXPECT_EQ(corpus.set->rules.size(), 1933u) << "a file of two documents gives two";
  std::map<std::string, size_t> counts;
  for (const auto& [code, files] : corpus.refused) counts[code] = files.size();
  EXPECT_EQ(counts, (std::map<std::string, size_t>{{"placeholder-without-value", 11},
                                                   {"sigma-aggregation", 18},
                                                   {"unknown-selection", 2}}));
  const std::string document = test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/sigma.md");
  for (const auto& [code, files] : corpus.refused)
    for (const std::string& file : files)
      EXPECT_NE(document.find(file), std::string::npos) << "docs/sigma.md does not list " << file;
}

// Each regression event in its recorded form and in a flat one: the rule matches as often as
// upstream says at least.
TEST(SigmaCorpus, EachRegressionTestMatchesInBothForms) {
  RIPOSTE_REQUIRE_CORPUS(folder, "sigma-regression");
  RIPOSTE_REQUIRE_CORPUS(rules, "sigma-rules");
  const rule::RuleSetPtr& set = Rules(rules).set;
  Judge nested(set, "windows-evtx");
  Judge flat(set, "flat");
  std::map<std::pair<std::string, int64_t>, std::set<std::string>> oracle;
  std::istringstream lines(test::ReadFile(folder + "/matrix-oracle.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const json::Value row = ParseJson(line);
    std::set<std::string>& ids =
        oracle[{std::string(row.StringOr("test", "")), *row.Find("event")->as_int()}];
    for (const json::Value& id : *row.Find("oracle_matches")->as_array())
      ids.insert(*id.as_string());
  }
  size_t tests = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    ++tests;
    const std::string name = entry.path().filename().string();
    const std::string id = entry.path().stem().string();
    const json::Value test = ParseJson(test::ReadFile(entry.path().string()));
    int64_t in_nested = 0, in_flat = 0;
    const json::Array& events = *test.Find("events")->as_array();
    const json::Array& flat_events = *test.Find("events_flat")->as_array();
    for (size_t i = 0; i < events.size(); ++i) {
      const std::set<std::string> matches = nested.Matches(json::Write(events[i]), true);
      in_nested += static_cast<int64_t>(matches.count(id));
      const std::set<std::string> flat_matches = flat.Matches(json::Write(flat_events[i]));
      in_flat += static_cast<int64_t>(flat_matches.count(id));
      EXPECT_EQ(matches, (oracle[{name, static_cast<int64_t>(i)}])) << name << " event " << i;
    }
    const int64_t wanted = *test.Find("expected_match_min")->as_int();
    EXPECT_GE(in_nested, wanted) << name;
    EXPECT_GE(in_flat, wanted) << name << " flat";
  }
  EXPECT_EQ(tests, 129u);
}

struct Recording {
  std::string_view file, profile;
};
constexpr Recording kRecordings[] = {
    {"evtx-mitre-evtx-nested-01", "windows-evtx"}, {"otrf-evtx-nested-01", "linux-sysmon"},
    {"otrf-winlogbeat-01", "winlogbeat"},          {"splunk-nxlog-flat-01", "windows-nxlog"},
    {"otrf-nxlog-flat-01", "windows-nxlog"},       {"otrf-nxlog-flat-02", "windows-nxlog"},
    {"otrf-nxlog-flat-03", "windows-nxlog"},       {"otrf-nxlog-flat-04", "windows-nxlog"},
    {"otrf-nxlog-flat-05", "windows-nxlog"},       {"otrf-nxlog-flat-06", "windows-nxlog"},
    {"otrf-nxlog-flat-07", "windows-nxlog"},
};

// Rules whose matches differ from those of the corpus's own evaluator; docs/sigma.md has the
// reasons.
const std::set<std::string> kDecided = {
    "4a3a2b96-d7fc-4cb9-80e4-4a545fe95f46",
    "ffefaeea-5ef4-5f24-92a4-b3a349ff4ef0",
    "cf349c4b-99af-40fa-a051-823aa2307a84",
};

// The first 1,500 lines of each, or as many as RIPOSTE_LINES says.
TEST(SigmaCorpus, RecordingsMatchAsExpected) {
  RIPOSTE_REQUIRE_CORPUS(folder, "events");
  RIPOSTE_REQUIRE_CORPUS(rules, "sigma-rules");
  std::map<std::pair<std::string, int64_t>, std::set<std::string>> oracle;
  std::istringstream lines(test::ReadFile(folder + "/expected-oracle.tsv"));
  std::string file, id;
  for (int64_t line = 0; lines >> file >> line >> id;)
    if (!kDecided.contains(id)) oracle[{file, line}].insert(id);
  // The whole, each event by both evaluators, takes minutes.
  const uint64_t most_lines = test::NumberFromEnvironment("RIPOSTE_LINES", 1'500);
  const int64_t naively = most_lines == 1'500 ? 100 : 1;
  size_t matched = 0, events = 0;
  for (const Recording& recording : kRecordings) {
    Judge judge(Rules(rules).set, recording.profile);
    const std::string name = std::string(recording.file) + ".ndjson.zst";
    int64_t line = 0;
    test::ForEachLineOfZst(folder + "/" + name, [&](std::string_view event) {
      std::set<std::string> matches = judge.Matches(event, ++line % naively == 0);
      std::erase_if(matches, [](const std::string& one) { return kDecided.contains(one); });
      EXPECT_EQ(matches, (oracle[{name, line}])) << name << ":" << line;
      matched += matches.size();
      ++events;
      return line < static_cast<int64_t>(most_lines) && !HasFailure();
    });
  }
  std::cout << events << " events, " << matched << " matches" << std::endl;
  EXPECT_GT(matched, 300u);
}

}  // namespace
}  // namespace riposte::sigma
