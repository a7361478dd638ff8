#include "connectors/file/control.h"

#include <gtest/gtest.h>

#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace riposte::file {
namespace {

using pipeline::ControlRecord;

ControlRecord Record(std::string key, std::string value) {
  return {.key = std::move(key), .value = std::move(value), .append_time = TimeFromMs(1000)};
}

TEST(FileControlTest, WhatIsWrittenIsReadBackAlsoByAnotherProcess) {
  const test::TempDir folder;
  const std::string state = folder.path() + "/state";
  const std::unique_ptr<FileControl> control = FileControl::Open(state).value();
  const std::unique_ptr<FileControl> other = FileControl::Open(state).value();
  EXPECT_TRUE(other->Read()->complete);
  EXPECT_TRUE(other->Read()->records.empty());
  ASSERT_TRUE(control->Write(Record("enforcement", R"({"state":"off"})")).ok());
  ASSERT_TRUE(other->Write(Record("arming/x", "{}")).ok());
  for (const FileControl* each : {control.get(), other.get()}) {
    ASSERT_EQ(each->Read()->records.size(), 2u);
    EXPECT_EQ(each->Read()->Find("enforcement")->value, R"({"state":"off"})");
    EXPECT_EQ(each->Read()->Find("enforcement")->append_time, TimeFromMs(1000));
  }
}

TEST(FileControlTest, TheLastRecordOfAKeyHoldsAndAnEmptyOneEndsIt) {
  const test::TempDir folder;
  const std::unique_ptr<FileControl> control = FileControl::Open(folder.path()).value();
  ASSERT_TRUE(control->Write(Record("k", "1")).ok());
  ASSERT_TRUE(control->Write(Record("k", "2")).ok());
  EXPECT_EQ(control->Read()->Find("k")->value, "2");
  ASSERT_TRUE(control->Write(Record("k", "")).ok());
  EXPECT_EQ(control->Read()->Find("k"), nullptr);
}

TEST(FileControlTest, AnUnchangedFileIsNotReadAgain) {
  const test::TempDir folder;
  const std::unique_ptr<FileControl> control = FileControl::Open(folder.path()).value();
  ASSERT_TRUE(control->Write(Record("k", "1")).ok());
  EXPECT_EQ(control->Read(), control->Read());
}

TEST(FileControlTest, ADamagedFileEnforcesNothingAndIsNotOverwritten) {
  const test::TempDir folder;
  for (const char* damaged : {"", "{", "{}", R"({"records":[{"value":"1"}]})"}) {
    const std::string path = folder.Write("control.json", damaged);
    const std::unique_ptr<FileControl> control = FileControl::Open(folder.path()).value();
    EXPECT_FALSE(control->Read()->complete) << damaged;
    EXPECT_EQ(control->Write(Record("k", "1")).code(), ErrorCode::kIo) << damaged;
    EXPECT_EQ(test::ReadFile(path), damaged);
  }
}

TEST(FileControlTest, AFolderThatCannotBeMade) {
  EXPECT_EQ(FileControl::Open("/nowhere/at-all").status().code(), ErrorCode::kIo);
}

}  // namespace
}  // namespace riposte::file
