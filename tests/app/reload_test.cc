#include "app/reload.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

// Only a hang lasts that long.
constexpr Duration kDeadline{60'000};

// What the reloader told its listener, to be waited for.
class Heard {
 public:
  RuleReloader::Listener Listener() {
    return {.on_live =
                [this](const pipeline::LiveRulesPtr& live, const RulesState& state) {
                  const std::lock_guard lock(mutex_);
                  names_.clear();
                  for (const rule::Rule& rule : live->rules->rules) names_.push_back(rule.name);
                  state_ = state;
                  ++lives_;
                  changed_.notify_all();
                },
            .on_refused =
                [this] {
                  const std::lock_guard lock(mutex_);
                  ++refusals_;
                  changed_.notify_all();
                }};
  }
  bool WaitForLives(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kDeadline, [&] { return lives_ >= count; });
  }
  bool WaitForRefusals(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kDeadline, [&] { return refusals_ >= count; });
  }
  std::vector<std::string> names() const {
    const std::lock_guard lock(mutex_);
    return names_;
  }
  RulesState state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  int lives() const {
    const std::lock_guard lock(mutex_);
    return lives_;
  }
  int refusals() const {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> names_;
  RulesState state_;
  int lives_ = 0, refusals_ = 0;
};

class Reload : public testing::Test {
 protected:
  // A reloader of the folder "rules" or of `path`, its first set loaded. The rescan is out of
  // reach: what is noticed is noticed by the change.
  bool Open(std::string path = {}) {
    if (path.empty()) path = folder_.path() + "/rules";
    reloader_ = std::make_unique<RuleReloader>(
        RuleReloader::Options{.paths = {path},
                              .profiles = {"qualys-edr"},
                              .state_directory = folder_.path() + "/state",
                              .rescan_interval = rescan_interval_,
                              .keeps_windows = keeps_windows_},
        test::ShippedSchema(), heard_.Listener());
    return reloader_->LoadFirst(diagnostics_);
  }
  void OpenAndStart(const std::string& path = {}) {
    ASSERT_TRUE(Open(path)) << text::Render(diagnostics_);
    ASSERT_EQ(heard_.lives(), 1);
    reloader_->Start();
  }
  // The bytes of "rules/x.yaml", from now on.
  void Replace(std::string_view bytes) {
    test::ReplaceFile(folder_.path() + "/rules/x.yaml", bytes);
  }

  const test::TempDir folder_;
  Duration rescan_interval_ = std::chrono::hours(1);
  bool keeps_windows_ = true;
  Heard heard_;
  text::Diagnostics diagnostics_;
  std::unique_ptr<RuleReloader> reloader_;
};

TEST_F(Reload, AFileReplacedByRename) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  EXPECT_THAT(heard_.names(), ElementsAre("Start of one.exe"));
  Replace(test::RuleFile("two.exe"));
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_THAT(heard_.names(), ElementsAre("Start of two.exe"));
  EXPECT_EQ(reloader_->state().sha256, heard_.state().sha256);
  EXPECT_EQ(heard_.refusals(), 0);
}

// What orders for a rule is a file like the rules.
TEST_F(Reload, AResponseIsLiveAndIsRefusedLikeARule) {
  const std::string entry =
      "responses:\n- level: high\n  max_rules: 1\n  remediation: {auto: dry_run, action: "
      "quarantine_asset}\n";
  folder_.Write("rules/x.yaml",
                "title: Sigma\nid: 5d3f9c52-8a43-4c55-9d0e-6f1f2b7a9e01\nlevel: high\n"
                "logsource: {product: windows}\ndetection: {a: {F: x}, condition: a}\n");
  OpenAndStart();
  const std::string before = heard_.state().sha256;
  folder_.Write("rules/responses.yaml", entry);
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_NE(heard_.state().sha256, before);
  test::ReplaceFile(folder_.path() + "/rules/responses.yaml", entry + "- level: low\n");
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  EXPECT_THAT(reloader_->state().problem, HasSubstr("responses.yaml:5:3"));
  EXPECT_EQ(heard_.lives(), 2);
}

// The promise is two seconds. A machine under load may miss it once, not each time.
TEST_F(Reload, ARuleDroppedIntoTheFolderIsLiveWithinTwoSeconds) {
  folder_.Write("rules/x.yaml", test::RuleFile("0.exe"));
  OpenAndStart();
  steady_clock::duration best = steady_clock::duration::max();
  for (int i = 1; i <= 5 && best > std::chrono::seconds(2); ++i) {
    const steady_clock::time_point begin = steady_clock::now();
    const std::string program = std::to_string(i) + ".exe";
    folder_.Write("rules/" + program + ".yaml", test::RuleFile(program));
    ASSERT_TRUE(heard_.WaitForLives(1 + i));
    best = std::min(best, steady_clock::now() - begin);
  }
  EXPECT_LT(best, std::chrono::seconds(2));
}

TEST_F(Reload, AHalfWrittenFileIsWaitedFor) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  const std::string whole = test::RuleFile("two.exe");
  std::ofstream slow(folder_.path() + "/rules/slow.yaml");
  slow << whole.substr(0, whole.size() / 2) << std::flush;
  folder_.Write("rules/other.yaml", test::RuleFile("three.exe"));
  slow << whole.substr(whole.size() / 2);
  slow.close();
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_THAT(heard_.names(),
              ElementsAre("Start of three.exe", "Start of two.exe", "Start of one.exe"));
  EXPECT_EQ(heard_.refusals(), 0) << "the half was read";
}

// A writer that died in the middle: refused, the set before stays; finished later: live.
TEST_F(Reload, AHalfThatWasClosedIsRefusedUntilItIsFinished) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  const std::string before = reloader_->state().sha256;
  const std::string whole = test::RuleFile("two.exe");
  folder_.Write("rules/y.yaml", whole.substr(0, whole.size() / 2));
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  EXPECT_EQ(reloader_->state().sha256, before);
  EXPECT_THAT(reloader_->state().problem, HasSubstr("rules/y.yaml:"));
  folder_.Write("rules/y.yaml", whole);
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_THAT(heard_.names(), ElementsAre("Start of one.exe", "Start of two.exe"));
  EXPECT_EQ(reloader_->state().problem, "");
}

TEST_F(Reload, ABrokenFileRefusesTheWholeSet) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  const std::string before = reloader_->state().sha256;
  // A good new rule beside a broken one: neither comes.
  folder_.Write("rules/y.yaml", test::kBrokenFile);
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  folder_.Write("rules/z.yaml", test::RuleFile("two.exe"));
  ASSERT_TRUE(heard_.WaitForRefusals(2));
  EXPECT_EQ(heard_.lives(), 1);
  EXPECT_EQ(reloader_->state().sha256, before);
  // Back to the set that is live: nothing new, and no problem any more.
  fs::remove(folder_.path() + "/rules/y.yaml");
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_EQ(reloader_->state().problem, "");
}

// The live set comes back: it is handed out no second time, and the problem is over.
TEST_F(Reload, MendedToTheLiveSetIsNoNewSet) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  Replace(test::kBrokenFile);
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  Replace(test::RuleFile("one.exe"));
  // The change after it, so that the mended set was read for sure.
  const steady_clock::time_point give_up = steady_clock::now() + kDeadline;
  while (!reloader_->state().problem.empty() && steady_clock::now() < give_up)
    std::this_thread::yield();
  EXPECT_EQ(reloader_->state().problem, "");
  EXPECT_EQ(heard_.lives(), 1);
}

// A volume that is swapped as a whole: every file is a link through `..data`, which is replaced by
// rename (Kubernetes' ConfigMaps).
TEST_F(Reload, AConfigMapIsSwapped) {
  folder_.Write("rules/..v1/a.yaml", test::RuleFile("one.exe"));
  folder_.Write("rules/..v1/b.yaml", test::RuleFile("two.exe"));
  const fs::path mount = folder_.path() + "/rules";
  fs::create_directory_symlink("..v1", mount / "..data");
  fs::create_symlink("..data/a.yaml", mount / "a.yaml");
  fs::create_symlink("..data/b.yaml", mount / "b.yaml");
  OpenAndStart();
  EXPECT_THAT(heard_.names(), ElementsAre("Start of one.exe", "Start of two.exe"));
  folder_.Write("rules/..v2/a.yaml", test::RuleFile("three.exe"));
  folder_.Write("rules/..v2/b.yaml", test::RuleFile("four.exe"));
  fs::create_directory_symlink("..v2", mount / "..data_tmp");
  fs::rename(mount / "..data_tmp", mount / "..data");
  fs::remove_all(mount / "..v1");
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_THAT(heard_.names(), ElementsAre("Start of three.exe", "Start of four.exe"));
  EXPECT_EQ(heard_.refusals(), 0);
}

// Asked by a signal: read now, also what was read and refused before.
TEST_F(Reload, ReloadNowReadsWhatDidNotChange) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  Replace(test::kBrokenFile);
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  reloader_->ReloadNow();
  ASSERT_TRUE(heard_.WaitForRefusals(2));
  Replace(test::RuleFile("two.exe"));
  reloader_->ReloadNow();
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_THAT(heard_.names(), ElementsAre("Start of two.exe"));
}

// Without change notices the bytes are compared: the file is changed behind a link whose folder
// nobody watches.
TEST_F(Reload, TheRescanFindsWhatNoNoticeTold) {
  rescan_interval_ = Duration{20};
  const std::string elsewhere = folder_.Write("elsewhere/x.yaml", test::RuleFile("one.exe"));
  fs::create_directory(folder_.path() + "/rules");
  fs::create_symlink(elsewhere, folder_.path() + "/rules/x.yaml");
  OpenAndStart();
  test::ReplaceFile(elsewhere, test::RuleFile("two.exe"));
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_THAT(heard_.names(), ElementsAre("Start of two.exe"));
}

TEST_F(Reload, AStartWithABrokenFolderServesTheLastGoodSet) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  ASSERT_TRUE(Open());
  reloader_.reset();
  folder_.Write("rules/x.yaml", test::kBrokenFile);

  ASSERT_TRUE(Open());
  EXPECT_GT(diagnostics_.error_count(), 0u) << "what is wrong is still told";
  EXPECT_EQ(heard_.refusals(), 1) << "a metric counts it";
  EXPECT_THAT(heard_.names(), ElementsAre("Start of one.exe"));
  EXPECT_TRUE(heard_.state().last_good);
  EXPECT_THAT(reloader_->state().problem, HasSubstr("rules/x.yaml:"));

  reloader_->Start();
  Replace(test::RuleFile("one.exe"));
  ASSERT_TRUE(heard_.WaitForLives(3)) << "the folder's own set takes over, although it is the same";
  EXPECT_FALSE(reloader_->state().last_good);
  EXPECT_EQ(reloader_->state().problem, "");
}

// A mount that empties looks like this.
TEST_F(Reload, AFolderThatEmptiesIsRefused) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  const std::string before = reloader_->state().sha256;
  fs::remove(folder_.path() + "/rules/x.yaml");
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  EXPECT_EQ(heard_.lives(), 1);
  EXPECT_EQ(reloader_->state().sha256, before);
  EXPECT_THAT(reloader_->state().problem,
              HasSubstr("rules:1:1: there is no rule any more: the set before stays live "
                        "[no-rule-files]"));
  reloader_->ReloadNow();
  ASSERT_TRUE(heard_.WaitForRefusals(2));
  folder_.Write("rules/x.yaml", test::RuleFile("two.exe"));
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_EQ(reloader_->state().problem, "");
}

TEST_F(Reload, TheLastRuleGoesByBeingDisabled) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  Replace(test::RuleFile("one.exe") + "enabled: false\n");
  ASSERT_TRUE(heard_.WaitForLives(2));
  EXPECT_EQ(heard_.refusals(), 0);
}

TEST_F(Reload, AStartWithAnEmptyFolderServesTheLastGoodSet) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  ASSERT_TRUE(Open());
  reloader_.reset();
  fs::remove(folder_.path() + "/rules/x.yaml");
  ASSERT_TRUE(Open());
  EXPECT_EQ(heard_.refusals(), 1);
  EXPECT_THAT(heard_.names(), ElementsAre("Start of one.exe"));
  EXPECT_TRUE(heard_.state().last_good);
  EXPECT_THAT(reloader_->state().problem, HasSubstr("[no-rule-files]"));
  reloader_->Start();
  reloader_->ReloadNow();
  ASSERT_TRUE(heard_.WaitForRefusals(2)) << "still";
  folder_.Write("rules/x.yaml", test::RuleFile("two.exe"));
  ASSERT_TRUE(heard_.WaitForLives(3));
  EXPECT_FALSE(reloader_->state().last_good);
}

// A new installation: the rules come later. The empty set is not kept as a good one either.
TEST_F(Reload, WhereThereNeverWasARuleAnEmptyFolderIsAStart) {
  fs::create_directory(folder_.path() + "/rules");
  OpenAndStart();
  EXPECT_THAT(heard_.names(), testing::IsEmpty());
  EXPECT_EQ(heard_.refusals(), 0);
  folder_.Write("rules/x.yaml", test::kBrokenFile);
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  fs::remove(folder_.path() + "/rules/x.yaml");
  const steady_clock::time_point give_up = steady_clock::now() + kDeadline;
  while (!reloader_->state().problem.empty() && steady_clock::now() < give_up)
    std::this_thread::yield();
  EXPECT_EQ(reloader_->state().problem, "") << "empty as before is no news";
  reloader_.reset();
  folder_.Write("rules/x.yaml", test::kBrokenFile);
  EXPECT_FALSE(Open()) << "there is no good set to serve";
}

TEST_F(Reload, ABrokenFolderAndNothingKeptIsNoStart) {
  folder_.Write("rules/x.yaml", test::kBrokenFile);
  EXPECT_FALSE(Open());
  EXPECT_GT(diagnostics_.error_count(), 0u);
  EXPECT_EQ(heard_.lives(), 0);
  EXPECT_EQ(heard_.refusals(), 1);
}

// A rule that counts processes.
std::string CountingRule(std::string_view name, int at_least) {
  std::string text = test::RuleFile("one.exe");
  const std::string single = "single_match: {}", start = "Start of one.exe";
  text.replace(text.find(single), single.size(),
               "count: {at_least: " + std::to_string(at_least) + ", within: 15m}");
  return text.replace(text.find(start), start.size(), name);
}

TEST_F(Reload, ItIsLoggedWhichWindowsItTook) {
  folder_.Write("rules/x.yaml", CountingRule("Many", 3));
  OpenAndStart();
  testing::internal::CaptureStderr();
  Replace(CountingRule("Very many", 3));
  ASSERT_TRUE(heard_.WaitForLives(2));
  Replace(CountingRule("Very many", 4));
  ASSERT_TRUE(heard_.WaitForLives(3));
  reloader_.reset();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr(R"("unchanged":0,"kept":1,"anew":0,"new":0,"gone":0,"losing":0)"));
  EXPECT_THAT(log, HasSubstr(R"("name":"Very many","change":"anew","causes":"trigger",)"
                             R"("windows":true,"armed_anew":false)"));
  EXPECT_THAT(log, HasSubstr(R"("unchanged":0,"kept":0,"anew":1,"new":0,"gone":0,"losing":1)"));
}

// Nothing would come of it: no task keeps windows.
TEST_F(Reload, WithoutWindowsARuleThatNeedsOneIsRefused) {
  keeps_windows_ = false;
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  OpenAndStart();
  Replace(CountingRule("Many", 3));
  ASSERT_TRUE(heard_.WaitForRefusals(1));
  EXPECT_THAT(reloader_->state().problem, HasSubstr("[windows-need-exactly-once]"));
  Replace(test::RuleFile("one.exe") + "suppress: {for: 1h}\n");
  ASSERT_TRUE(heard_.WaitForRefusals(2));
  EXPECT_THAT(reloader_->state().problem, HasSubstr("has 'suppress'"));
  Replace(CountingRule("Many", 3) + "enabled: false\n");
  ASSERT_TRUE(heard_.WaitForLives(2));
}

TEST_F(Reload, AKeptSetThatIsBrokenTooIsNoStart) {
  folder_.Write("rules/x.yaml", test::RuleFile("one.exe"));
  ASSERT_TRUE(Open());
  reloader_.reset();
  folder_.Write("rules/x.yaml", test::kBrokenFile);
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(folder_.path() + "/state")) {
    if (entry.is_regular_file()) test::ReplaceFile(entry.path().string(), test::kBrokenFile);
  }
  EXPECT_FALSE(Open());
}

}  // namespace
}  // namespace riposte::app
