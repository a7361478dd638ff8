// Why a rule fired, or did not, over a run of events: its groups with what each event was to them,
// how near they came, and what would follow. All of it is told by the code that runs in production.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/explanation.h"
#include "app/offline.h"
#include "app/timeline_ended.h"
#include "engine/trigger/nearest.h"
#include "engine/trigger/state_view.h"

namespace riposte::app {

// Something that happened to a group.
struct Moment {
  enum class Kind {
    kEvent,    // a match came to it
    kFiring,   // it fired
    kSummary,  // a firing's cooldown is over, and something had joined it
    kEnded,    // what a sequence had begun will not be completed
  };
  Kind kind = Kind::kEvent;
  int64_t line = 0;  // of the event that brought it about
  Time time{};       // as it counts
  // kEvent
  std::string event_id{};
  std::vector<std::string> steps{};
  trigger::Fate fate = trigger::Fate::kCounted;
  std::optional<trigger::Nearest> reached{};  // by then
  // kFiring; of kSummary `events` are those that joined, and `time` is that of the firing
  int64_t events = 0;
  bool by_deadline = false;
  std::vector<pipeline::Action> actions{};
  // kEnded
  size_t stages = 0;  // that it had passed
  std::string why{};
};
std::string_view MomentName(Moment::Kind kind);  // "event", "firing", "summary", "ended"

struct TimelineGroup {
  std::string words;  // "asset.id a1"; empty: all are one group
  // The first and the last kMomentEnds of them; between them so many are left out.
  std::vector<Moment> moments;
  size_t left_out = 0;
  size_t firings = 0;
  // The best since the last firing; empty: nothing counted since.
  std::optional<trigger::Nearest> nearest;
  bool is_over = false;  // what was missing there would come too late by the end of the run
};

// A match that came to no group.
struct Stray {
  int64_t line = 0;
  std::string event_id;
  bool has_key = false;  // what it lacks is what is measured
};

struct Timeline {
  static constexpr size_t kMomentEnds = 10;
  static constexpr size_t kGroupsMax = 20;
  static constexpr size_t kStraysMax = 10;

  rule::RuleSetPtr rules;  // what `rule` points into
  const rule::Rule* rule = nullptr;
  const schema::Profile* profile = nullptr;
  bool enabled = true;  // else: as if it were
  std::vector<std::string> missing_tokens;
  bool runs = true;     // on events of the profile
  std::string trigger;  // in words
  // The matcher and the plain evaluator had the same matches; else the first line where not.
  int64_t inconsistent_line = 0;

  size_t events = 0, rejected = 0, matched = 0;
  Time end{};  // of the run
  size_t firings = 0;
  // Those that fired first, then those that came nearest; at most kGroupsMax.
  std::vector<TimelineGroup> groups;
  size_t groups_left_out = 0;
  std::vector<Stray> strays;  // the first kStraysMax
  size_t stray_count = 0;
  Offline::Waiting waiting;  // for time to go on
};

// One thread. Memory: the groups of the run, each with a bounded part of what happened to it.
class TimelineRun {
 public:
  // `rule` is an index in `rules`, `profile` one of its schema. Errors: those of Offline::Make.
  static Result<std::unique_ptr<TimelineRun>> Make(const rule::RuleSetPtr& rules, size_t rule,
                                                   const schema::Profile& profile,
                                                   Offline::Options options);
  // An event of the run; `origin` as in Offline::Run().
  void Add(std::string_view bytes, int64_t line, const remediate::Origin& origin);
  // After the last; the run is of no use then.
  Timeline Finish();

 private:
  struct Group {
    TimelineGroup told;
    std::vector<Moment> newest;  // the last ones, behind those in `told`
    size_t number = 0;           // in the order in which they came
    trigger::StateView last;     // what it keeps
  };

  TimelineRun(Timeline timeline, trigger::WindowOptions windows, std::unique_ptr<Offline> matcher,
              std::unique_ptr<Offline> plain);
  Group& Of(const std::string& key);
  static void Note(Group& group, Moment moment);
  void NoteEvents(const Judged& judged, int64_t line);
  void NoteStrays(const Judged& judged, int64_t line);
  std::optional<trigger::Nearest> ReachedBy(const Judged& judged, const Taken& taken) const;
  void NoteFirings(const Judged& judged, int64_t line, bool by_deadline);
  void NoteSummaries(const Judged& judged, int64_t line);
  void NoteStates(const Judged& judged, int64_t line);
  static void NoteEnded(EndedPartial ended, int64_t line, Time now, Group& group);
  trigger::StateView ViewOf(const trigger::ChangedGroup& changed) const;

  Timeline timeline_;
  const trigger::WindowOptions windows_;
  std::unique_ptr<Offline> matcher_, plain_;
  std::map<std::string, Group> groups_;  // by key
};

}  // namespace riposte::app
