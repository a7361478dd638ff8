#include "tests/simulation/commit_flow.h"

#include <utility>

#include "base/check.h"

namespace riposte::sim {
namespace {

constexpr Duration kLook{1};

class FlowCommitter final : public pipeline::Committer {
 public:
  FlowCommitter(std::shared_ptr<CommitFlow> flow, Host& host,
                std::function<void(CommitFlow& flow)> run)
      : flow_(std::move(flow)), host_(host), run_(std::move(run)) {}
  ~FlowCommitter() override { flow_->abandoned = true; }

  size_t MaxValueBytes(pipeline::OutTopic topic) const override {
    return flow_->outbox->MaxValueBytes(topic);
  }
  void Submit(std::span<const pipeline::OutRecord> records,
              std::span<const pipeline::NextOffset> offsets) override {
    RIPOSTE_CHECK(!flow_->under_way() && !flow_->answer, "one transaction at a time");
    flow_->records.assign(records.begin(), records.end());
    flow_->offsets.assign(offsets.begin(), offsets.end());
    flow_->wake_at = {};
    flow_->fiber = std::make_unique<Fiber>([flow = flow_.get(), run = run_] { run(*flow); });
  }
  std::optional<Result<pipeline::Committed>> Take(Duration wait) override {
    for (Duration waited{}; !flow_->answer && waited < wait; waited += kLook) host_.Pass(kLook);
    return std::exchange(flow_->answer, std::nullopt);
  }
  std::optional<int64_t> ChangelogNext() const override { return flow_->outbox->ChangelogNext(); }

 private:
  const std::shared_ptr<CommitFlow> flow_;
  Host& host_;
  const std::function<void(CommitFlow& flow)> run_;
};

}  // namespace

std::unique_ptr<pipeline::Committer> MakeCommitFlow(std::shared_ptr<CommitFlow> flow, Host& host,
                                                    std::function<void(CommitFlow& flow)> run) {
  return std::make_unique<FlowCommitter>(std::move(flow), host, std::move(run));
}

}  // namespace riposte::sim
