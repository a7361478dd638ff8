#include "app/announcer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace riposte::app {
namespace {

using pipeline::Control;
using pipeline::ControlRecord;

// The others' records that one round deletes at most.
constexpr size_t kForgottenMax = 16;

std::string KeyOf(const Announcement& announcement) {
  return std::string(kRulesetPrefix) + announcement.instance;
}

ControlRecord Deletion(std::string key, Time now) {
  return {.key = std::move(key), .value = {}, .append_time = now};
}

void LogIgnored(size_t count) {
  static log::Limiter limiter(std::chrono::hours(1));
  log::WriteLimited(limiter, log::Level::kWarn, "rules", "ruleset-records-ignored",
                    "control records of instances cannot be read, or there are too many",
                    {{"records", static_cast<int64_t>(count)}});
}

void LogFailure(const Status& status) {
  static log::Limiter limiter(std::chrono::minutes(1));
  log::WriteLimited(limiter, log::Level::kWarn, "rules", "ruleset-not-announced",
                    "the live rule set cannot be announced; it is tried again",
                    {{"error", std::string_view(status.message())}});
}

}  // namespace

RulesetWriter::RulesetWriter(Announcement self, Duration interval)
    : self_(std::move(self)), interval_(interval) {}

void RulesetWriter::SetLive(const RulesState& state) {
  self_.sha256 = state.sha256;
  self_.rules = static_cast<int64_t>(state.rules);
  self_.last_good = state.last_good;
  self_.since = state.live_since;
  due_ = true;
}

std::optional<Announcement> RulesetWriter::UnderOurName(const Control::Snapshot& control) const {
  const ControlRecord* const record = control.Find(KeyOf(self_));
  return record == nullptr ? std::nullopt : ReadAnnouncement(*record);
}

void RulesetWriter::LookForNamesake(const Control::Snapshot& control) {
  const std::optional<Announcement> found = UnderOurName(control);
  if (!std::exchange(looked_, true)) before_ = found;
  if (!found || found->run == self_.run) return;
  if (before_ && found->run == before_->run && found->announced == before_->announced) return;
  const std::string shared = self_.instance;
  self_.instance += "~" + self_.run.ToString().substr(0, 8);
  due_ = true;
  log::Write(log::Level::kError, "rules", "instance-name-shared",
             "another process announces itself under our name: give each a state directory or a "
             "kafka.instance_id of its own",
             {{"name", std::string_view(shared)},
              {"its_host", std::string_view(found->host)},
              {"its_group", std::string_view(found->group)},
              {"new_name", std::string_view(self_.instance)}});
}

std::vector<ControlRecord> RulesetWriter::Due(const Control::Snapshot& control, Time now) {
  std::vector<ControlRecord> due;
  if (!control.complete) return due;
  LookForNamesake(control);
  // A clock that was set back does not stop it.
  const bool again = written_ && (now - *written_ >= interval_ || now < *written_);
  if (!due_ && !again) return due;
  self_.announced = now;
  due.push_back(ToRecord(self_));
  AddForgotten(control, now, due);
  return due;
}

void RulesetWriter::AddForgotten(const Control::Snapshot& control, Time now,
                                 std::vector<ControlRecord>& due) const {
  const std::optional<Time> broker_now = BrokerNow(control, now);
  if (!broker_now) return;
  const std::string ours = KeyOf(self_);
  size_t count = 0;
  for (const ControlRecord& record : control.records) {
    if (count == kForgottenMax) return;
    if (!record.key.starts_with(kRulesetPrefix) || record.key == ours) continue;
    if (*broker_now - record.append_time <= kForgottenAfter) continue;
    due.push_back(Deletion(record.key, now));
    ++count;
  }
}

void RulesetWriter::Written(const ControlRecord& record, Time now) {
  if (record.value.empty()) return;
  written_ = now;
  // Another set may have gone live while this one was written.
  const ControlRecord latest = ToRecord(self_);
  if (record.key == latest.key && record.value == latest.value) due_ = false;
}

std::optional<ControlRecord> RulesetWriter::Farewell(const Control::Snapshot& control) const {
  if (!written_) return std::nullopt;
  const std::optional<Announcement> found = UnderOurName(control);
  if (found && found->run != self_.run) return std::nullopt;
  return Deletion(KeyOf(self_), *written_);
}

std::optional<Time> RulesetWriter::BrokerNow(const Control::Snapshot& control, Time now) const {
  const std::optional<Announcement> ours = UnderOurName(control);
  if (!written_ || !ours || ours->run != self_.run) return std::nullopt;
  return ours->announced + std::max(Duration(0), now - *written_);
}

Announcer::Announcer(const Options& options, Announcement self, Control& control,
                     const Clock& clock)
    : options_(options),
      control_(control),
      clock_(clock),
      writer_(std::move(self), options.interval) {}

Announcer::~Announcer() {
  Leave();
  if (thread_.joinable()) thread_.join();
}

void Announcer::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Announcer::Changed(const RulesState& state) {
  {
    const std::lock_guard lock(mutex_);
    writer_.SetLive(state);
    news_ = true;
  }
  changed_.notify_all();
}

void Announcer::Leave() {
  {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  changed_.notify_all();
}

Agreement Announcer::Agreed() const {
  // Locked before it is read: an announcement that is noted as written is in it.
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<const Control::Snapshot> control = control_.Read();
  const Announcements announcements = ReadAnnouncements(*control);
  const Time now = clock_.Now();
  return Compare(writer_.self(), announcements, writer_.BrokerNow(*control, now).value_or(now));
}

Status Announcer::Announced() const {
  const std::lock_guard lock(mutex_);
  return announced_;
}

Status Announcer::WriteDue() {
  const std::shared_ptr<const Control::Snapshot> control = control_.Read();
  const Time now = clock_.Now();
  std::vector<ControlRecord> due;
  {
    const std::lock_guard lock(mutex_);
    due = writer_.Due(*control, now);
  }
  if (due.empty()) return Status::Ok();
  if (const size_t ignored = ReadAnnouncements(*control).ignored; ignored > 0) LogIgnored(ignored);
  for (const ControlRecord& record : due) {
    Status status = control_.Write(record);
    const std::lock_guard lock(mutex_);
    if (!record.value.empty()) announced_ = status;
    if (!status.ok()) return status;
    // As of before the write: time that it takes is not taken off the others' ages.
    writer_.Written(record, now);
  }
  return Status::Ok();
}

void Announcer::Run() {
  std::unique_lock lock(mutex_);
  while (!leaving_) {
    news_ = false;
    lock.unlock();
    const Status status = WriteDue();
    if (!status.ok()) LogFailure(status);
    lock.lock();
    changed_.wait_for(lock, status.ok() ? options_.look : options_.retry,
                      [this] { return leaving_ || news_; });
  }
  const std::optional<ControlRecord> farewell = writer_.Farewell(*control_.Read());
  lock.unlock();
  if (!farewell) return;
  const Status status = control_.Write(*farewell);
  if (!status.ok()) LogFailure(status);
}

}  // namespace riposte::app
