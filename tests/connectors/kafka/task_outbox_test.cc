#include "connectors/kafka/task_outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/connectors/kafka/mock_task.h"

namespace riposte::kafka {
namespace {

using testing::HasSubstr;

TEST(TaskOutbox, OfWhatIsTooLargeTheTopicIsNamed) {
  test::MockTask task;
  TaskContext context;
  context.topics[static_cast<size_t>(pipeline::OutTopic::kAlerts)] = "t.alerts";
  context.message_bytes_max = 100'000;
  pipeline::OutRecord record{.topic = pipeline::OutTopic::kAlerts, .key = "", .value = ""};
  record.value.assign(98'976, 'x');  // the largest value, and room for the largest key
  EXPECT_EQ(CheckSizes(context, *task.outbox, {&record, 1}).code(), ErrorCode::kOk);
  record.value += 'x';
  const Status refused = CheckSizes(context, *task.outbox, {&record, 1});
  EXPECT_EQ(refused.code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(refused.message(), HasSubstr("'t.alerts'"));
}

TEST(TaskOutbox, WhyATaskStopsTellsTheLossFromTheLackOfTime) {
  test::FakeGroup group;
  EXPECT_EQ(WhyHopeless(group, "task").code(), ErrorCode::kCancelled);
  group.lost = true;
  const Status lost = WhyHopeless(group, "task");
  EXPECT_EQ(lost.code(), ErrorCode::kFenced);
  EXPECT_THAT(lost.message(), HasSubstr("task: "));
}

}  // namespace
}  // namespace riposte::kafka
