// The demonstration through the whole engine: what comes out is what demo/README.md says.
#include "app/demo/play.h"

#include <sstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/demo/scenario.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::demo {
namespace {

// "asset | event | action | outcome": the columns of the README's table that an alert has, too.
std::vector<std::string> RowsOfReadme() {
  std::istringstream readme(test::ReadFile(RIPOSTE_SOURCE_DIR "/demo/README.md"));
  std::vector<std::string> rows;
  bool in_table = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.starts_with("| --- |")) {
      in_table = true;
    } else if (in_table && line.starts_with("| ")) {
      std::vector<std::string> cells;
      std::istringstream row(line.substr(2));
      for (std::string cell; std::getline(row, cell, '|');)
        cells.push_back(cell.substr(0, cell.find_last_not_of(' ') + 1));
      for (std::string& cell : cells) cell.erase(0, cell.find_first_not_of(' '));
      rows.push_back(cells.at(1) + " | " + cells.at(2) + " | " + cells.at(3) + " | " + cells.at(5));
    }
  }
  return rows;
}

std::vector<std::string> RowsOf(const Played& played) {
  std::vector<std::string> rows;
  for (const json::Value& alert : played.alerts)
    for (const json::Value& action : *alert.Find("actions")->as_array()) {
      std::string outcome(action.StringOr("outcome", ""));
      if (outcome == "dry_run") outcome = "dry run";
      if (outcome == "denied" || outcome == "refused")
        outcome += ": " + std::string(action.StringOr("reason", ""));
      rows.push_back(std::string(alert.Find("asset")->StringOr("name", "")) + " | " +
                     std::string(alert.StringOr("event_type", "")) + " | " +
                     std::string(action.StringOr("action", "")) + " | " + outcome);
    }
  return rows;
}

class PlayTest : public testing::Test {
 protected:
  PlayTest() {
    app::Layers layers;
    text::Diagnostics diagnostics;
    config_ = app::Resolve(layers, diagnostics)->config;
    Configure(config_);
    for (const EmbeddedFile& file : RuleFiles()) folder_.Write(std::string(file.path), file.bytes);
    config_.rules.paths = {folder_.path() + "/demo/rules"};
    config_.state.directory = folder_.path() + "/state";
  }

  test::TempDir folder_;
  app::Config config_;
};

TEST_F(PlayTest, ComesOutAsTheReadmeSays) {
  const Result<Played> played = Play(config_, Events(SystemClock().Now()));
  ASSERT_TRUE(played.ok()) << played.status().message();
  EXPECT_THAT(RowsOf(*played), testing::UnorderedElementsAreArray(RowsOfReadme()));
}

TEST_F(PlayTest, TheSameEventsGiveTheSameCommandIds) {
  const std::vector<std::string> events = Events(SystemClock().Now());
  std::vector<std::vector<std::string>> runs;
  for (int run = 0; run < 2; ++run) {
    const Result<Played> played = Play(config_, events);
    ASSERT_TRUE(played.ok()) << played.status().message();
    std::vector<std::string> ids;
    for (const json::Value& command : played->commands)
      ids.emplace_back(command.StringOr("id", ""));
    runs.push_back(std::move(ids));
  }
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_FALSE(runs[0].empty());
}

TEST_F(PlayTest, BrokenRulesAreAnError) {
  folder_.Write("demo/rules/broken.yaml", "id: 1\n");
  const Result<Played> played = Play(config_, {});
  ASSERT_FALSE(played.ok());
  EXPECT_EQ(played.status().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace riposte::demo
