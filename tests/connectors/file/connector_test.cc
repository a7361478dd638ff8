#include "connectors/file/connector.h"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

namespace riposte::file {
namespace {

// Keeps what it is assigned.
class Holder final : public pipeline::AssignmentListener {
 public:
  void OnAssigned(std::vector<pipeline::Assignment> assignments) override {
    held = std::move(assignments);
  }
  void OnRevoked(const std::vector<pipeline::PartitionId>& partitions, bool) override {
    revoked += partitions.size();
    held.clear();
  }
  void OnFailed(const Status&) override {}
  std::vector<pipeline::Assignment> held;
  size_t revoked = 0;
};

class VectorSink final : public Sink {
 public:
  Status Write(const pipeline::PartitionId& partition,
               std::span<const pipeline::OutRecord> records) override {
    for (const pipeline::OutRecord& record : records)
      written.push_back(partition.topic + ": " + record.value);
    return Status::Ok();
  }
  std::vector<std::string> written;
};

// "0:a 1:b", or the error.
std::string Poll(pipeline::Input& input, size_t max_records = 100) {
  std::vector<pipeline::Record> records;
  const Status status = input.Poll(max_records, 1000, Duration::zero(), records);
  if (!status.ok()) return std::string(ErrorCodeName(status.code()));
  std::string shown;
  for (const pipeline::Record& record : records)
    shown += (shown.empty() ? "" : " ") + std::to_string(record.offset) + ":" +
             std::string(*record.value);
  return shown;
}

struct FileConnectorTest : testing::Test {
  test::TempDir folder;
  test::ManualClock clock{TimeFromMs(5000)};
  VectorSink sink;
  Holder holder;
};

TEST_F(FileConnectorTest, LinesAreRecordsAndTheEndIsTheEnd) {
  const std::string path = folder.Write("a.json", "a\nb\n\nc");
  FileConnector connector({.files = {{path, "test"}}}, clock, sink);
  EXPECT_FALSE(connector.Ready().ok());
  ASSERT_TRUE(connector.Start(holder).ok());
  EXPECT_TRUE(connector.Ready().ok());
  ASSERT_EQ(holder.held.size(), 1u);
  EXPECT_EQ(holder.held[0].sources[0].profile, "test");
  pipeline::Input& input = *holder.held[0].sources[0].input;
  EXPECT_EQ(input.id().topic, path);
  EXPECT_EQ(Poll(input, 2), "0:a 1:b");
  EXPECT_EQ(Poll(input), "2: 3:c");
  EXPECT_EQ(Poll(input), "cancelled");
  EXPECT_FALSE(connector.Finished());
  connector.Stop(Duration::zero());
  EXPECT_EQ(holder.revoked, 1u);
  EXPECT_TRUE(connector.Finished());
}

TEST_F(FileConnectorTest, ARewindReadsTheSameLinesAgain) {
  FileConnector connector({.files = {{folder.Write("a.json", "a\nb\nc\n"), "test"}}}, clock, sink);
  ASSERT_TRUE(connector.Start(holder).ok());
  pipeline::Input& input = *holder.held[0].sources[0].input;
  EXPECT_EQ(Poll(input), "0:a 1:b 2:c");
  ASSERT_TRUE(input.Rewind(1).ok());
  EXPECT_EQ(Poll(input), "1:b 2:c");
  EXPECT_FALSE(input.Rewind(4).ok());
}

TEST_F(FileConnectorTest, LinesBeforeDamageAreGivenAndThenTheError) {
  FileConnector connector({.files = {{folder.Write("a.zst", "no zstd"), "test"}}}, clock, sink);
  ASSERT_TRUE(connector.Start(holder).ok());
  EXPECT_EQ(Poll(*holder.held[0].sources[0].input), "io");
}

TEST_F(FileConnectorTest, ACommitGoesToTheSink) {
  const std::string path = folder.Write("a.json", "a\n");
  FileConnector connector({.files = {{path, "test"}}}, clock, sink);
  ASSERT_TRUE(connector.Start(holder).ok());
  const std::vector<pipeline::OutRecord> records = {
      {.topic = pipeline::OutTopic::kAudit, .key = "k", .value = "v"}};
  EXPECT_EQ(*holder.held[0].outbox->Commit(records, {}), pipeline::Committed::kYes);
  EXPECT_EQ(sink.written, std::vector<std::string>{path + ": v"});
}

TEST_F(FileConnectorTest, AMissingFileIsNamedAndNothingIsAssigned) {
  FileConnector connector(
      {.files = {{folder.Write("a.json", "a\n"), "test"}, {"/nowhere/b.json", "test"}}}, clock,
      sink);
  const Status started = connector.Start(holder);
  EXPECT_EQ(started.code(), ErrorCode::kNotFound);
  EXPECT_NE(started.message().find("/nowhere/b.json"), std::string::npos);
  EXPECT_TRUE(holder.held.empty());
  EXPECT_TRUE(connector.Finished());
}

}  // namespace
}  // namespace riposte::file
