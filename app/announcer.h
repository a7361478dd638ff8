// Tells the others which rule set is live here, and knows which of them have another one.
//
// Two processes with one name (one state directory, a copied one, one kafka.instance_id in two
// groups) do not pass for one: whoever finds another process' announcement under its name, made
// after its own start, goes on as "<name>~<first digits of its run>" and says so in the log.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/reload.h"
#include "app/ruleset_record.h"
#include "base/result.h"
#include "base/time.h"
#include "engine/pipeline/ports.h"

namespace riposte::app {

// Decides which records are due. One thread.
class RulesetWriter {
 public:
  // `self` as it is now; `announced` does not matter.
  RulesetWriter(Announcement self, Duration interval);

  // The set that is live now: due at once if it is another one.
  void SetLive(const RulesState& state);
  // Our announcement, if it is due, and the deletion of some that are long forgotten. Empty while
  // control was not read to its end: until then nobody knows what there is.
  std::vector<pipeline::ControlRecord> Due(const pipeline::Control::Snapshot& control, Time now);
  // A record of Due() was written. One that was not told stays due.
  void Written(const pipeline::ControlRecord& record, Time now);
  // The deletion of our record; nothing if none of ours was written, or another process has it by
  // now.
  std::optional<pipeline::ControlRecord> Farewell(const pipeline::Control::Snapshot& control) const;

  const Announcement& self() const { return self_; }
  // Now by the clock that gives records their append time, which may be another machine's. Nothing
  // before our own record was read back.
  std::optional<Time> BrokerNow(const pipeline::Control::Snapshot& control, Time now) const;

 private:
  std::optional<Announcement> UnderOurName(const pipeline::Control::Snapshot& control) const;
  void LookForNamesake(const pipeline::Control::Snapshot& control);
  void AddForgotten(const pipeline::Control::Snapshot& control, Time now,
                    std::vector<pipeline::ControlRecord>& due) const;

  Announcement self_;
  const Duration interval_;
  bool looked_ = false;
  // What stood under our name when we came: of our life before, most likely.
  std::optional<Announcement> before_;
  bool due_ = true;
  std::optional<Time> written_;  // our last announcement, by our clock
};

// Does it, on a thread of its own: a write waits for the broker.
class Announcer {
 public:
  struct Options {
    Duration interval = kAnnounceInterval;
    Duration look{1000};   // how often the records are looked at
    Duration retry{5000};  // after a write that failed
  };
  // `control` and `clock` outlive it.
  Announcer(const Options& options, Announcement self, pipeline::Control& control,
            const Clock& clock);
  ~Announcer();  // Leave(), and waits for the end of the thread

  // After the first Changed(): announces that set, and from then on what Changed() says.
  void Start();
  // This set is live. Any thread; returns at once.
  void Changed(const RulesState& state);
  // No more announcements; the one that there is gets deleted. Any thread; returns at once.
  void Leave();

  // By what was read of the others until now. Any thread.
  Agreement Agreed() const;
  // Why the last announcement could not be written; kOk if it was. Any thread.
  Status Announced() const;

 private:
  void Run();
  // Writes what is due. The first error ends it; what is not written stays due.
  Status WriteDue();

  const Options options_;
  pipeline::Control& control_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // of what follows, but not while control is written
  std::condition_variable changed_;
  RulesetWriter writer_;
  bool news_ = false, leaving_ = false;
  Status announced_;
  std::thread thread_;
};

}  // namespace riposte::app
