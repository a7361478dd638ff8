// The example of docs/sigma.md, "How a Sigma rule orders a remediation", through the program.
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "tests/app/program.h"
#include "tests/support/corpus.h"

namespace riposte {
namespace {

using test::Answer;
using testing::HasSubstr;

// The section's fenced blocks of a language ("": of none), in order.
std::vector<std::string> Blocks(const std::string& language) {
  const std::string document = test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/sigma.md");
  const size_t begin = document.find("\n## How a Sigma rule orders a remediation\n");
  std::istringstream section(document.substr(begin, document.find("\n## ", begin + 1) - begin));
  std::vector<std::string> blocks;
  bool fenced = false, wanted = false;
  for (std::string line; std::getline(section, line);) {
    if (line.starts_with("```")) {
      wanted = !fenced && line.substr(3) == language;
      fenced = !fenced;
      if (wanted) blocks.emplace_back();
    } else if (wanted) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

class CliResponses : public testing::Test {
 protected:
  CliResponses() {
    program_.Write("rules/whoami.yml", Blocks("yaml-armed").at(0));
    program_.Write("rules/responses.yaml", Blocks("yaml-responses").at(0));
    program_.Write("event.json", Blocks("json").at(0));
  }
  Answer Replay(const std::string& more = {}) const {
    return program_.Run(
        "replay --rules rules --events event.json --profile windows-nxlog --show command" + more);
  }

  test::Program program_;
};

TEST_F(CliResponses, CheckShowsWhatIsArmed) {
  const Answer answer = program_.Run("check rules");
  EXPECT_EQ(answer.exit, 0) << answer.out << answer.err;
  EXPECT_THAT(answer.out, HasSubstr(Blocks("").at(0)));
}

TEST_F(CliResponses, ReplayShowsTheCommandsThatWouldBeOrdered) {
  const Answer answer = Replay();
  EXPECT_EQ(answer.exit, 0) << answer.err;
  EXPECT_EQ(answer.out, Blocks("").at(1));
  EXPECT_THAT(answer.out, HasSubstr("kill_process"));
}

TEST_F(CliResponses, WithoutTheFileTheRuleAlerts) {
  const Answer answer = program_.Run(
      "replay --rules rules/whoami.yml --events event.json --profile windows-nxlog "
      "--show firing,command");
  EXPECT_THAT(answer.out, HasSubstr("firing"));
  EXPECT_THAT(answer.out, testing::Not(HasSubstr("kill_process")));
}

TEST_F(CliResponses, ExplainSeesIt) {
  const Answer answer = program_.Run(
      "explain --rule 8f3a5f0e --rules rules --event event.json --profile windows-nxlog");
  EXPECT_EQ(answer.exit, 0) << answer.out << answer.err;
  EXPECT_THAT(answer.out, HasSubstr("kill_process"));
}

// Which rule got what from which entry.
TEST_F(CliResponses, CheckAsJson) {
  const Answer answer = program_.Run("check rules --format json");
  const Result<json::Value> parsed = json::Parse(answer.out);
  ASSERT_TRUE(parsed.ok()) << answer.out;
  const json::Value& report = parsed.value();
  const json::Value response = *report.Find("rules")->as_array()->at(0).Find("response");
  EXPECT_EQ(json::Write(response),
            R"({"path":"rules/responses.yaml","line":2,"selector":"tag","trigger":"single_match",)"
            R"("remediation":{"auto":"dry_run","action":"kill_process_and_quarantine_file",)"
            R"("target":"parent"}})");
  EXPECT_EQ(
      json::Write(*report.Find("responses")),
      R"([{"path":"rules/responses.yaml","line":2,"selector":"tag","values":["attack.t1033"],)"
      R"("max_rules":1,"selected":1,"trigger":"single_match","remediation":{"auto":"dry_run",)"
      R"("action":"kill_process_and_quarantine_file","target":"parent"},"rules":[)"
      R"({"id":"8f3a5f0e-3c55-4a9a-9a0d-6b7c3f1f2a10","name":"Whoami as SYSTEM"}]}])");
}

TEST_F(CliResponses, AnEntryThatSelectsMoreIsRefused) {
  std::string second = Blocks("yaml-armed").at(0);
  second.replace(second.find("8f3a5f0e"), 8, "8f3a5f0f");
  second.replace(second.find("Whoami as"), 9, "Another");
  program_.Write("rules/other.yml", second);
  const Answer answer = program_.Run("check rules");
  EXPECT_EQ(answer.exit, 2);
  EXPECT_THAT(answer.out,
              HasSubstr("rules/responses.yaml:3:18: error[too-many-selected]: the entry "
                        "selects 2 rules, more than the 1 it may"));
  EXPECT_EQ(Replay().exit, 2) << "what check refuses, nothing loads";
}

}  // namespace
}  // namespace riposte
