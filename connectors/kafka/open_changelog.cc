#include "connectors/kafka/open_changelog.h"

#include <utility>

#include "connectors/kafka/changelog.h"
#include "connectors/kafka/settings.h"
#include "connectors/kafka/topics.h"

namespace riposte::kafka {
namespace {

// With the settings that it needs to live.
class OwningChangelog final : public state::Changelog {
 public:
  OwningChangelog(Settings settings, KafkaChangelog::Options options)
      : settings_(std::move(settings)), changelog_(settings_, std::move(options)) {}
  Result<Extent> Measure() override { return changelog_.Measure(); }
  Status Read(int64_t from, int64_t end, const Each& each) override {
    return changelog_.Read(from, end, each);
  }

 private:
  const Settings settings_;
  KafkaChangelog changelog_;
};

}  // namespace

Result<std::unique_ptr<state::Changelog>> OpenChangelog(const Options& options, int32_t partition,
                                                        Duration patience) {
  Result<Settings> settings = Settings::Make(options);
  if (!settings.ok()) return settings.status();
  const size_t changelog = static_cast<size_t>(pipeline::OutTopic::kChangelog);
  KafkaChangelog::Options of_changelog{.topic = OutTopics(options)[changelog],
                                       .partition = partition,
                                       .delete_retention = {},
                                       .patience = patience,
                                       .log = options.log};
  return std::unique_ptr<state::Changelog>(
      std::make_unique<OwningChangelog>(std::move(settings).value(), std::move(of_changelog)));
}

}  // namespace riposte::kafka
