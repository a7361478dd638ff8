#include "tests/simulation/process.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/changelog.h"
#include "tests/simulation/input.h"

namespace riposte::sim {
namespace {

using pipeline::Task;

constexpr Duration kHeartbeatEvery{40};
constexpr Duration kSession = Group::Timing{}.session;
constexpr Duration kRevokeTimeout{500};  // Options::revoke_timeout
constexpr Duration kFencePatience{2000};
constexpr Duration kRetryPause{20};
constexpr Duration kSyncPause{5};

}  // namespace

Process::Process(World& world, Disk& disk, Random random)
    : world_(world),
      disk_(disk),
      random_(random),
      broker_{
          .host = this, .network = &world.network, .kafka = &world.kafka, .clock = &world.clock},
      fiber_([this] { Body(); }) {}

Process::~Process() { Kill(); }

bool Process::runnable() const {
  if (fiber_.ended() || paused()) return false;
  return MainIsDue() ||
         std::ranges::any_of(commits_, [this](const auto& flow) { return IsDue(*flow); });
}

bool Process::MainIsDue() const { return world_.clock.Now() >= wake_at_; }

bool Process::IsDue(const CommitFlow& flow) const {
  return flow.under_way() && world_.clock.Now() >= flow.wake_at;
}

// The threads of a process run in any order.
void Process::Resume() {
  const bool main_first = random_.Chance(500);
  if (main_first && MainIsDue()) fiber_.Resume();
  ResumeFlows();
  if (!main_first && MainIsDue()) fiber_.Resume();
}

void Process::ResumeFlows() {
  for (const std::shared_ptr<CommitFlow>& flow : commits_)
    if (IsDue(*flow) && random_.Chance(800)) ResumeFlow(*flow);
}

void Process::ResumeFlow(CommitFlow& flow) {
  current_ = &flow;
  flow.fiber->Resume();
  current_ = nullptr;
}

void Process::Pass(Duration at_least) {
  (current_ != nullptr ? current_->wake_at : wake_at_) = world_.clock.Now() + at_least;
  Fiber::Yield();
  if (killed_) throw Killed{};
  WakeUp();
}

void Process::Kill() {
  killed_ = true;
  for (const std::shared_ptr<CommitFlow>& flow : commits_)
    if (flow->under_way()) ResumeFlow(*flow);
  if (!fiber_.ended()) fiber_.Resume();
  RIPOSTE_CHECK(fiber_.ended(), "a killed process asks for nothing more");
}

void Process::PauseUntil(Time until) {
  paused_until_ = until;
  was_paused_ = true;
}

void Process::WakeUp() {
  if (!std::exchange(was_paused_, false) || membership_ == nullptr) return;
  if (world_.kafka.group().Check(membership_->member) != KafkaError::kNone) ++world_.zombies;
}

void Process::Stop() {
  stopping_ = true;
  if (membership_ != nullptr) membership_->Revoke(false, world_.clock.Now() + kRevokeTimeout);
}

void Process::Heartbeat() {
  const Time now = world_.clock.Now();
  if (paused()) heart_stopped_ = true;
  if (ended() || paused() || membership_ == nullptr || membership_->lost) return;
  // After a pause the threads race: others of the process may be first to talk to the broker.
  if (std::exchange(heart_stopped_, false)) heart_beats_from_ = now + random_.Span(0, 150);
  if (now < heart_beats_from_ || now - last_heartbeat_ < kHeartbeatEvery) return;
  if (world_.network.refusing()) {
    if (now - last_heartbeat_ > kSession) membership_->Revoke(true, now);
    return;
  }
  const KafkaError error = world_.kafka.group().Heartbeat(membership_->member, now);
  if (IsStaleMember(error)) {
    membership_->Revoke(true, now);
    return;
  }
  last_heartbeat_ = now;
  if (error == KafkaError::kRebalance) membership_->Revoke(false, now + kRevokeTimeout);
}

void Process::Body() {
  try {
    if (!killed_) Run();
  } catch (const Killed&) {
    // Nothing is told to anybody.
  }
  tasks_.clear();
  commits_.clear();
  membership_.reset();
}

std::unique_ptr<pipeline::Committer> Process::MakeCommitter(
    std::unique_ptr<pipeline::Outbox> outbox) {
  const std::shared_ptr<CommitFlow> flow = std::make_shared<CommitFlow>();
  flow->outbox = std::move(outbox);
  commits_.push_back(flow);
  return MakeCommitFlow(flow, *this, [this](CommitFlow& of) {
    if (killed_) return;
    try {
      of.answer = of.outbox->Commit(of.records, of.offsets);
    } catch (const Killed&) {
      // Nothing is told to anybody.
    }
  });
}

void Process::AwaitAbandoned() {
  const auto is_abandoned = [](const std::shared_ptr<CommitFlow>& flow) { return flow->abandoned; };
  while (std::ranges::any_of(commits_, [](const std::shared_ptr<CommitFlow>& flow) {
    return flow->abandoned && flow->under_way();
  }))
    Pass(kSyncPause);
  std::erase_if(commits_, is_abandoned);
}

void Process::Run() {
  while (Join()) {
    if (Build()) Work();
    Release();
  }
  Leave();
}

KafkaError Process::Ask(const std::function<KafkaError()>& request) {
  return world_.network.Call(*this, Api::kGroup, request);
}

bool Process::Join() {
  while (!stopping_) {
    if (name_.empty()) name_ = "member-" + std::to_string(world_.members++);
    const auto join = [kafka = &world_.kafka, clock = &world_.clock, name = name_] {
      kafka->group().Join(name, clock->Now());
      return KafkaError::kNone;
    };
    if (Ask(join) != KafkaError::kNone) {
      Pass(kRetryPause);
      continue;
    }
    Group::Synced synced = world_.kafka.group().Sync(name_);
    while (synced.state == Group::Synced::State::kWaiting) {
      Pass(kSyncPause);
      synced = world_.kafka.group().Sync(name_);
    }
    if (synced.state == Group::Synced::State::kUnknown) {
      name_.clear();
      continue;
    }
    if (stopping_) break;
    assigned_ = std::move(synced.partitions);
    membership_ = std::make_shared<Membership>();
    membership_->member = {.name = name_, .generation = synced.generation};
    last_heartbeat_ = world_.clock.Now();
    return true;
  }
  return false;
}

// In the order that the promise needs: fence, committed offsets, tasks.
bool Process::Build() {
  const std::vector<PlannedTask> plans = PlanTasks(world_.layout, assigned_);
  std::vector<std::unique_ptr<SimOutbox>> outboxes;
  for (const PlannedTask& plan : plans)
    outboxes.push_back(MakeOutbox(plan.transactional_id, plan.number.value_or(0)));
  if (!FenceAll(plans, outboxes)) return false;
  Starts starts;
  for (const PartitionId& id : assigned_)
    if ((starts[id] = ReadStart(id)) < 0) return false;
  for (size_t i = 0; i < plans.size(); ++i) {
    pipeline::Assignment assignment = Assemble(plans[i], starts, std::move(outboxes[i]));
    tasks_.push_back(std::make_unique<Task>(
        WithPlanted(std::move(assignment), disk_, world_.planted, random_.Fork()), world_.task,
        pipeline::Surroundings{.clock = &world_.clock,
                               .guards = &world_.setup.guards,
                               .observer = &world_.observer,
                               .make_committer =
                                   [this](std::unique_ptr<pipeline::Outbox> outbox) {
                                     return MakeCommitter(std::move(outbox));
                                   },
                               .stores = &disk_}));
  }
  return true;
}

pipeline::Assignment Process::Assemble(const PlannedTask& plan, const Starts& starts,
                                       std::unique_ptr<SimOutbox> outbox) {
  pipeline::Assignment assignment;
  for (const PartitionId& id : plan.sources) assignment.sources.push_back(Open(id, starts.at(id)));
  assignment.outbox = std::move(outbox);
  assignment.state_tasks = world_.layout.state_tasks;
  if (plan.number)
    assignment.state = pipeline::StateTask{.number = *plan.number,
                                           .name = StoreName(*plan.number),
                                           .changelog = std::make_unique<SimChangelog>(
                                               broker_, ChangelogOf(*plan.number), random_.Fork())};
  return assignment;
}

pipeline::Source Process::Open(const PartitionId& id, int64_t start) {
  return {.input = std::make_unique<SimInput>(broker_, membership_, id, start, random_.Fork()),
          .start_offset = start,
          .profile = IsShuffle(id) ? "" : "test",
          .is_shuffle = IsShuffle(id)};
}

std::unique_ptr<SimOutbox> Process::MakeOutbox(const std::string& transactional_id,
                                               int32_t state_task) {
  const std::string session = "session-" + std::to_string(world_.sessions++);
  SimOutbox::Options options{
      .transactional_id = transactional_id,
      .session = session,
      .state_task = state_task,
      .out_partitions = world_.out_partitions,
      .defects = {.keeps_producer = world_.planted == Planted::kKeepsProducer,
                  .guesses_aborted = world_.planted == Planted::kGuessesAborted,
                  .without_group = world_.planted == Planted::kNoFence}};
  if (world_.planted == Planted::kNoFence) options.transactional_id += "." + session;
  return std::make_unique<SimOutbox>(broker_, membership_, std::move(options), random_.Fork(),
                                     world_.outboxes);
}

// With those that the inputs of state tasks would have as tasks of their own.
bool Process::FenceAll(const std::vector<PlannedTask>& plans,
                       const std::vector<std::unique_ptr<SimOutbox>>& outboxes) {
  for (size_t i = 0; i < plans.size(); ++i) {
    for (const std::string& id : plans[i].former_ids)
      if (!FenceOne(*MakeOutbox(id, 0))) return false;
    if (!FenceOne(*outboxes[i])) return false;
  }
  return true;
}

bool Process::FenceOne(SimOutbox& outbox) {
  const Time deadline = world_.clock.Now() + kFencePatience;
  Status status = outbox.Fence(kFencePatience);
  // Somebody fenced us while we fenced them; the later one wins in the end.
  while (status.code() == ErrorCode::kFenced && world_.clock.Now() < deadline && !stopping_)
    status = outbox.Fence(kFencePatience);
  return status.ok();
}

int64_t Process::ReadStart(const PartitionId& id) {
  const Time deadline = world_.clock.Now() + kFencePatience;
  do {
    const std::shared_ptr<Position> position = std::make_shared<Position>();
    const KafkaError error = Ask(
        [kafka = &world_.kafka, id, position] { return kafka->group().Committed(id, *position); });
    if (error == KafkaError::kNone) return std::max<int64_t>(0, position->offset);
    Pass(kRetryPause);
  } while (world_.clock.Now() < deadline && !stopping_);
  return -1;
}

void Process::Work() {
  while (!membership_->revoked && world_.clock.Now() < membership_->rejoin_at) {
    const bool worked = Round();
    idle_ = true;
    Pass(worked ? random_.Span(0, 2) : random_.Span(1, 8));
    idle_ = false;
  }
}

bool Process::Round() {
  bool worked = false;
  const pipeline::ReadStanding read = [this]() -> const pipeline::Standing& {
    return world_.setup.standing;
  };
  const pipeline::LiveRulesPtr& live = Rules();
  for (size_t i = 0; i < tasks_.size();) {
    const Result<Task::Progress> progress = tasks_[i]->Step(live, read, Duration::zero());
    if (progress.ok() && *progress != Task::Progress::kEnded) {
      worked |= *progress == Task::Progress::kWorked;
      ++i;
      continue;
    }
    if (!progress.ok()) OnStopped(tasks_[i]->partitions().front(), progress.status());
    tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(i));
    AwaitAbandoned();
    worked = true;
  }
  return worked;
}

// Each process reloads when it comes to it.
const pipeline::LiveRulesPtr& Process::Rules() {
  if (world_.reloads && random_.Chance(3)) rules_ = (rules_ + 1) % world_.setup.live.size();
  return world_.setup.live[rules_];
}

// A task stops for good only because the partition is another's, or because there is no time left.
void Process::OnStopped(const PartitionId& id, const Status& reason) {
  world_.observer.OnTaskStopped(id, reason);
  if (reason.code() == ErrorCode::kFenced || membership_->revoked) return;
  world_.unexplained.push_back(id.topic + "-" + std::to_string(id.partition) + ": " +
                               reason.message());
}

// The revoke callback, or what unsubscribing does.
void Process::Release() {
  membership_->Revoke(false, world_.clock.Now() + kRevokeTimeout);
  for (const std::unique_ptr<Task>& task : tasks_) {
    if (membership_->lost) break;
    const Status flushed = task->Flush();
    if (!flushed.ok()) OnStopped(task->partitions().front(), flushed);
  }
  tasks_.clear();
  AwaitAbandoned();
  RIPOSTE_CHECK(membership_->users == 0,
                "a revoked partition has neither an input nor an outbox any more");
  membership_.reset();
}

void Process::Leave() {
  const auto leave = [kafka = &world_.kafka, clock = &world_.clock, name = name_] {
    kafka->group().Leave(name, clock->Now());
    return KafkaError::kNone;
  };
  // If it does not arrive, the session ends by itself.
  if (!name_.empty()) (void)Ask(leave);
}

}  // namespace riposte::sim
