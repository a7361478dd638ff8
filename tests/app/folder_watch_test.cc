#include "app/folder_watch.h"

#include <filesystem>
#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;
using Reason = FolderWatch::Reason;

// Only a hang lasts that long.
constexpr Duration kDeadline{60'000};

// A folder "rules" that is watched from the construction on.
class FolderWatchTest : public testing::Test {
 protected:
  FolderWatchTest() { fs::create_directory(rules_); }
  void Watch() { watch_ = std::make_unique<FolderWatch>(std::vector<std::string>{rules_}); }

  const test::TempDir folder_;
  const std::string rules_ = folder_.path() + "/rules";
  std::unique_ptr<FolderWatch> watch_;
};

TEST_F(FolderWatchTest, NothingChangedIsATimeout) {
  Watch();
  EXPECT_EQ(watch_->Wait(Duration{1}), Reason::kTimeout);
}

TEST_F(FolderWatchTest, WakeAndStop) {
  Watch();
  watch_->Wake();
  EXPECT_EQ(watch_->Wait(kDeadline), Reason::kWoken);
  watch_->Stop();
  EXPECT_EQ(watch_->Wait(kDeadline), Reason::kStopped);
}

TEST_F(FolderWatchTest, WakeEndsAWaitOfAnotherThread) {
  Watch();
  std::future<Reason> waited =
      std::async(std::launch::async, [this] { return watch_->Wait(kDeadline); });
  watch_->Stop();
  EXPECT_EQ(waited.get(), Reason::kStopped);
}

// Each way in which files come and go is noticed, and then it is quiet again.
TEST_F(FolderWatchTest, EachKindOfChangeIsNoticed) {
  folder_.Write("rules/here.yaml", "1");
  folder_.Write("rules/sub/below.yaml", "1");
  Watch();
  const std::vector<std::pair<std::string, std::function<void()>>> changes = {
      {"a new file", [this] { folder_.Write("rules/new.yaml", "2"); }},
      {"written in place", [this] { folder_.Write("rules/here.yaml", "2"); }},
      {"replaced by rename", [this] { test::ReplaceFile(rules_ + "/here.yaml", "3"); }},
      {"removed", [this] { fs::remove(rules_ + "/new.yaml"); }},
      {"below a folder", [this] { folder_.Write("rules/sub/below.yaml", "2"); }},
      {"a new folder with a file", [this] { folder_.Write("rules/more/deep/x.yaml", "1"); }},
      {"in that new folder", [this] { folder_.Write("rules/more/deep/x.yaml", "2"); }},
      {"a folder removed", [this] { fs::remove_all(rules_ + "/sub"); }},
      {"the folder replaced",
       [this] {
         fs::rename(rules_, folder_.path() + "/old");
         folder_.Write("rules/here.yaml", "4");
       }},
      {"in the folder that came instead", [this] { folder_.Write("rules/here.yaml", "5"); }}};
  for (const auto& [name, change] : changes) {
    const std::string before = watch_->Fingerprint();
    change();
    EXPECT_EQ(watch_->Wait(kDeadline), Reason::kChanged) << name;
    EXPECT_NE(watch_->Fingerprint(), before) << name;
  }
}

TEST_F(FolderWatchTest, AFileBesideTheFolderIsNobodysBusiness) {
  Watch();
  folder_.Write("beside.yaml", "1");
  EXPECT_EQ(watch_->Wait(Duration{1}), Reason::kTimeout);
}

TEST_F(FolderWatchTest, APathThatAppearsLater) {
  fs::remove(rules_);
  Watch();
  folder_.Write("rules/x.yaml", "1");
  EXPECT_EQ(watch_->Wait(kDeadline), Reason::kChanged);
}

TEST_F(FolderWatchTest, ASingleFileReplacedByRename) {
  const std::string file = folder_.Write("rules/x.yaml", "1");
  FolderWatch watch({file});
  const std::string before = watch.Fingerprint();
  test::ReplaceFile(file, "2");
  EXPECT_EQ(watch.Wait(kDeadline), Reason::kChanged);
  EXPECT_NE(watch.Fingerprint(), before);
}

// The watched path is a link that is swapped by rename, as checkouts by link do.
TEST_F(FolderWatchTest, ALinkSwappedByRename) {
  folder_.Write("v1/x.yaml", "1");
  folder_.Write("v2/x.yaml", "2");
  const std::string link = folder_.path() + "/current";
  fs::create_directory_symlink("v1", link);
  FolderWatch watch({link});
  const std::string before = watch.Fingerprint();
  fs::create_directory_symlink("v2", link + ".new");
  fs::rename(link + ".new", link);
  EXPECT_EQ(watch.Wait(kDeadline), Reason::kChanged);
  EXPECT_NE(watch.Fingerprint(), before);
}

// A slow writer: while its file is open and unfinished, the change is not reported. Were it, the
// wait would end before the file is closed.
TEST_F(FolderWatchTest, AFileThatIsStillOpenIsWaitedFor) {
  Watch();
  std::ofstream slow(rules_ + "/slow.yaml");
  slow << "half" << std::flush;
  std::future<Reason> waited =
      std::async(std::launch::async, [this] { return watch_->Wait(kDeadline); });
  // Watches for what must not happen: too short a look proves less, but never fails.
  EXPECT_EQ(waited.wait_for(FolderWatch::kQuiet * 3), std::future_status::timeout);
  slow << "whole" << std::flush;
  slow.close();
  EXPECT_EQ(waited.get(), Reason::kChanged);
}

TEST_F(FolderWatchTest, TheFingerprintIsOfNamesAndBytesOfRuleFiles) {
  folder_.Write("rules/a.yaml", "1");
  Watch();
  const std::string before = watch_->Fingerprint();
  folder_.Write("rules/readme.md", "1");
  folder_.Write("rules/.hidden.yaml", "1");
  folder_.Write("rules/.git/x.yaml", "1");
  EXPECT_EQ(watch_->Fingerprint(), before) << "files that are no rules";
  folder_.Write("rules/a.yaml", "1");
  EXPECT_EQ(watch_->Fingerprint(), before) << "the same bytes again";
  fs::rename(rules_ + "/a.yaml", rules_ + "/b.yaml");
  EXPECT_NE(watch_->Fingerprint(), before) << "another name";
  fs::rename(rules_ + "/b.yaml", rules_ + "/a.yaml");
  EXPECT_EQ(watch_->Fingerprint(), before);
  folder_.Write("rules/a.yaml", "2");
  EXPECT_NE(watch_->Fingerprint(), before) << "other bytes";
}

TEST_F(FolderWatchTest, LinksInACircleEnd) {
  folder_.Write("rules/a.yaml", "1");
  fs::create_directory_symlink(rules_, rules_ + "/again");
  Watch();
  EXPECT_FALSE(watch_->Fingerprint().empty());
  folder_.Write("rules/a.yaml", "2");
  EXPECT_EQ(watch_->Wait(kDeadline), Reason::kChanged);
}

}  // namespace
}  // namespace riposte::app
