#include "connectors/kafka/client.h"

#include <gtest/gtest.h>

namespace riposte::kafka {
namespace {

Result<std::unique_ptr<Client>> Make(Role role, const PropertyMap& more) {
  Options options;
  options.brokers = "127.0.0.1:1";
  const Result<Settings> settings = Settings::Make(options);
  return Client::Create(*settings, role, more, {}, {});
}

TEST(ClientTest, EveryRoleIsAcceptedByTheLibrary) {
  for (const Role role : {Role::kAdmin, Role::kGroup, Role::kControlReader, Role::kControlWriter}) {
    const Result<std::unique_ptr<Client>> client = Make(role, {});
    ASSERT_TRUE(client.ok()) << client.status().message();
    client.value()->set_destroy_without_close();
  }
  EXPECT_TRUE(Make(Role::kTask, {{"transactional.id", "t"}}).ok());
}

TEST(ClientTest, ACombinationThatTheLibraryRefusesIsAnError) {
  const Result<std::unique_ptr<Client>> client =
      Make(Role::kGroup, {{"heartbeat.interval.ms", "not a number"}});
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.status().code(), ErrorCode::kInvalidArgument);
}

TEST(ClientTest, NobodyRefusedWhatNobodyAnswered) {
  const Result<std::unique_ptr<Client>> client = Make(Role::kAdmin, {});
  ASSERT_TRUE(client.ok());
  EXPECT_EQ(client.value()->Refusal(), "");
}

}  // namespace
}  // namespace riposte::kafka
