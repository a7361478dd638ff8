#include "tests/simulation/disk.h"

#include <utility>

namespace riposte::sim {

std::string StoreName(int32_t state_task) { return "state-" + std::to_string(state_task); }

class Disk::OpenStore final : public state::Store {
 public:
  OpenStore(const Disk& disk, std::string name, std::shared_ptr<Content> content)
      : disk_(disk), name_(std::move(name)), content_(std::move(content)) {}

  std::optional<state::Mark> mark() const override { return content_->store.mark(); }
  Result<std::optional<std::string>> Get(std::string_view key) const override {
    return content_->store.Get(key);
  }
  Status Scan(std::string_view prefix, const Each& each) const override {
    return content_->store.Scan(prefix, each);
  }
  Status Apply(std::span<const state::Change> changes, const state::Mark& mark) override {
    RIPOSTE_TRY(disk_.Check(*content_));
    for (const state::Change& change : changes) disk_.watch_(name_, change);
    return content_->store.Apply(changes, mark);
  }

 private:
  const Disk& disk_;
  const std::string name_;
  const std::shared_ptr<Content> content_;
};

Result<state::Stores::Opened> Disk::Open(std::string_view name) {
  const auto found = contents_.find(name);
  const bool damaged = found != contents_.end() && found->second->damaged;
  if (damaged) contents_.erase(found);
  std::shared_ptr<Content>& content = contents_[std::string(name)];
  if (content == nullptr) content = std::make_shared<Content>();
  RIPOSTE_TRY(Check(*content));
  return Opened{.store = std::make_unique<OpenStore>(*this, std::string(name), content),
                .wiped = damaged ? "it was damaged" : ""};
}

Status Disk::Wipe(std::string_view name) {
  if (const auto found = contents_.find(name); found != contents_.end()) contents_.erase(found);
  return Status::Ok();
}

Status Disk::Check(const Content& content) const {
  if (clock_.Now() < full_until_) return {ErrorCode::kIo, "the disk is full"};
  if (content.damaged) return {ErrorCode::kDamaged, "the store is damaged"};
  return Status::Ok();
}

void Disk::Damage() {
  for (const auto& [name, content] : contents_) content->damaged = true;
}

void Disk::GoBack() { contents_ = std::exchange(remembered_, {}); }

Disk::Contents Disk::Copy() const {
  Contents copy;
  for (const auto& [name, content] : contents_) copy[name] = std::make_shared<Content>(*content);
  return copy;
}

}  // namespace riposte::sim
