#include "app/wiring.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "app/instance_name.h"
#include "app/version.h"
#include "base/log.h"
#include "connectors/file/control.h"
#include "connectors/kafka/connector.h"
#include "connectors/kafka/control.h"
#include "connectors/kafka/open_changelog.h"
#include "engine/guard/enforcement.h"
#include "engine/state/rocks_store.h"
#include "rules/schema/load.h"

namespace riposte::app {
namespace {

// A worker that is busy for longer without a sign of life hangs.
constexpr Duration kHang = std::chrono::seconds(60);

void LogKafka(kafka::LogLevel level, std::string_view code, std::string_view message) {
  constexpr std::array<log::Level, 4> kLevels = {log::Level::kDebug, log::Level::kInfo,
                                                 log::Level::kWarn, log::Level::kError};
  log::Write(kLevels[static_cast<size_t>(level)], "kafka", code, message);
}

// What windows keep has to be committed together with the offsets that it comes from.
bool KeepsWindows(const Config& config) { return config.kafka.delivery != "at_least_once"; }

kafka::Options KafkaOptions(const Config& config) {
  const KafkaSettings settings = SplitSecrets(config);
  kafka::Options options;
  options.brokers = config.kafka.brokers;
  options.properties = settings.properties;
  options.secrets = settings.secrets;
  options.group = config.kafka.group;
  options.instance_id = config.kafka.instance_id;
  if (config.kafka.delivery == "at_least_once")
    options.delivery = kafka::DeliveryMode::kAtLeastOnce;
  for (const auto& [topic, profile] : config.inputs.topics)
    options.inputs.push_back({topic, profile});
  if (config.inputs.start == "earliest") options.start = kafka::StartAt::kEarliest;
  if (config.inputs.start == "latest") options.start = kafka::StartAt::kLatest;
  if (config.inputs.on_expired == "earliest") options.on_expired = kafka::OnExpired::kEarliest;
  if (config.inputs.on_expired == "latest") options.on_expired = kafka::OnExpired::kLatest;
  options.topic_prefix = config.kafka.topic_prefix;
  options.partitions = static_cast<int32_t>(config.kafka.partitions);
  options.replication_factor = static_cast<int16_t>(config.kafka.replication_factor);
  options.create_topics = config.kafka.create_topics;
  options.state_tasks = KeepsWindows(config);
  options.prefetch_bytes = static_cast<size_t>(config.kafka.prefetch_bytes);
  options.log = LogKafka;
  return options;
}

Status AddPatterns(const std::vector<std::string>& texts, std::string_view key,
                   std::vector<protection::ProtectedPath>& paths) {
  for (const std::string& text : texts) {
    Result<protection::PathPattern> pattern = protection::PathPattern::Parse(text);
    if (!pattern.ok()) {
      return Status(ErrorCode::kInvalidArgument,
                    fmt::format("{}: '{}': {}", key, text, pattern.status().message()));
    }
    paths.push_back(
        {.pattern = std::move(pattern).value(), .strength = protection::Strength::kNever});
  }
  return Status::Ok();
}

pipeline::WorkerPool::Options PoolOptions(const Config& config) {
  pipeline::WorkerPool::Options options;
  const size_t processors = std::max(1u, std::thread::hardware_concurrency());
  options.workers =
      config.engine.workers > 0 ? static_cast<size_t>(config.engine.workers) : processors;
  pipeline::TaskOptions& task = options.worker.task;
  task.batch_records_max = static_cast<size_t>(config.engine.batch_records);
  task.commit_interval = config.engine.commit_interval;
  task.commit_interval_backlog = config.engine.commit_interval_backlog;
  task.commit_output_bytes_max = static_cast<size_t>(config.engine.output_bytes);
  task.event_bytes_max = static_cast<size_t>(config.engine.event_bytes_max);
  task.dead_letter_bytes_max = static_cast<size_t>(config.engine.dead_letter_bytes_max);
  task.ttl = TimeToLiveOf(config);
  task.orders = OrderMemoryOf(config);
  options.worker.enforcement.enabled = config.remediation.enforcement == "enabled";
  options.worker.enforcement.kill_file = config.remediation.kill_file;
  options.arming_period = config.remediation.arming_period;
  return options;
}

// What state tasks keep, one folder for all of them; nothing is written before there is such a
// task. Null without a state directory: it is kept in memory only.
std::unique_ptr<state::Stores> OpenStores(const Config& config) {
  if (config.state.directory.empty()) return nullptr;
  return std::make_unique<state::RocksStores>(
      state::RocksStores::Options{.directory = config.state.directory + "/windows"});
}

// As this process announces itself.
Announcement SelfOf(const Config& config) {
  return {.instance = InstanceName(config.kafka.instance_id, config.state.directory),
          .group = config.kafka.group,
          .host = HostName(),
          .version = std::string(kVersion),
          .sha256 = {},
          .run = Uuid::Random()};
}

// Which instances have which rule set, for the readiness detail.
std::string Describe(const Agreement& agreement, const Status& announced) {
  std::string text =
      fmt::format("{} with this rule set, {} with another", agreement.same, agreement.different);
  if (!agreement.example.empty()) text += ", for instance " + agreement.example;
  if (!announced.ok()) text += "; this one is not announced: " + announced.message();
  return text;
}

// One line of a probe's answer.
void AddCheck(Engine::Probe& probe, std::string_view name, bool good, std::string_view detail) {
  probe.good = probe.good && good;
  probe.text += fmt::format("[{}] {}: {}\n", good ? "ok" : "not ok", name, detail);
}

http::Response Answer(const Engine::Probe& probe, const http::Request& request) {
  http::Response response{.status = probe.good ? 200u : 503u,
                          .body = probe.good ? "ok\n" : "not ok\n"};
  if (request.HasParameter("verbose")) response.body = probe.text + response.body;
  return response;
}

}  // namespace

Result<Outside> MakeKafka(const Config& config) {
  if (config.inputs.topics.empty()) {
    return Status(ErrorCode::kInvalidArgument,
                  "no input: inputs.topics names the topics to read and the profile of each");
  }
  kafka::TuneAllocator();
  const kafka::Options options = KafkaOptions(config);
  Result<std::unique_ptr<kafka::KafkaControl>> control = kafka::KafkaControl::Create(options);
  if (!control.ok()) return control.status();
  Result<std::unique_ptr<kafka::KafkaConnector>> connector = kafka::KafkaConnector::Create(options);
  if (!connector.ok()) return connector.status();
  return Outside{.control = std::move(control).value(), .connector = std::move(connector).value()};
}

Result<std::unique_ptr<pipeline::Control>> OpenControl(const Config& config, Duration patience) {
  if (config.kafka.brokers.empty()) {
    Result<std::unique_ptr<file::FileControl>> control =
        file::FileControl::Open(config.state.directory);
    if (!control.ok()) return control.status();
    return std::unique_ptr<pipeline::Control>(std::move(control).value());
  }
  Result<std::unique_ptr<kafka::KafkaControl>> control =
      kafka::KafkaControl::Create(KafkaOptions(config));
  if (!control.ok()) return control.status();
  RIPOSTE_TRY((*control)->WaitComplete(patience));
  return std::unique_ptr<pipeline::Control>(std::move(control).value());
}

Result<std::unique_ptr<state::Changelog>> OpenChangelog(const Config& config, int32_t partition,
                                                        Duration patience) {
  if (config.kafka.brokers.empty())
    return Status(ErrorCode::kInvalidArgument,
                  "kafka.brokers is empty: without Kafka there is no changelog to compare with");
  return kafka::OpenChangelog(KafkaOptions(config), partition, patience);
}

Result<guard::Settings> GuardSettings(const Config& config) {
  guard::Settings settings;
  settings.max_event_age = {.kill = config.remediation.max_age_kill,
                            .file = config.remediation.max_age_file,
                            .isolate = config.remediation.max_age_isolate};
  RIPOSTE_TRY(AddPatterns(config.remediation.protected_processes, "remediation.protected_processes",
                          settings.protection.processes));
  RIPOSTE_TRY(AddPatterns(config.remediation.protected_files, "remediation.protected_files",
                          settings.protection.files));
  settings.protection.assets.insert(settings.protection.assets.end(),
                                    config.remediation.protected_assets.begin(),
                                    config.remediation.protected_assets.end());
  return settings;
}

remediate::TimeToLive TimeToLiveOf(const Config& config) {
  return {.kill = config.remediation.ttl_kill,
          .file = config.remediation.ttl_file,
          .isolate = config.remediation.ttl_isolate};
}

guard::MemoryOptions OrderMemoryOf(const Config& config) {
  guard::MemoryOptions options;
  options.orders_max = static_cast<size_t>(config.remediation.orders_max);
  return options;
}

// Those that some input has.
std::vector<std::string> ProfilesOf(const Config::Inputs& inputs) {
  std::vector<std::string> profiles;
  for (const auto& [topic, profile] : inputs.topics) profiles.push_back(profile);
  return profiles;
}

// Between connector and pool: lag is shown for the partitions that are assigned here only.
class Engine::Assignments final : public pipeline::AssignmentListener {
 public:
  Assignments(pipeline::WorkerPool& pool, EngineMetrics& metrics)
      : pool_(pool), metrics_(metrics) {}
  void OnAssigned(std::vector<pipeline::Assignment> assignments) override {
    for (const pipeline::Assignment& assignment : assignments)
      for (const pipeline::Source& source : assignment.sources)
        log::Write(log::Level::kInfo, "pipeline", "partition-assigned",
                   "a partition is worked on here",
                   {{"topic", std::string_view(source.input->id().topic)},
                    {"partition", int64_t{source.input->id().partition}},
                    {"offset", source.start_offset}});
    pool_.OnAssigned(std::move(assignments));
  }
  void OnRevoked(const std::vector<pipeline::PartitionId>& partitions, bool lost) override {
    pool_.OnRevoked(partitions, lost);
    for (const pipeline::PartitionId& partition : partitions) {
      metrics_.OnRevoked(partition);
      log::Write(log::Level::kInfo, "pipeline", "partition-revoked", "a partition went away",
                 {{"topic", std::string_view(partition.topic)},
                  {"partition", int64_t{partition.partition}},
                  {"lost", lost}});
    }
  }
  void OnFailed(const Status& status) override { pool_.OnFailed(status); }

 private:
  pipeline::WorkerPool& pool_;
  EngineMetrics& metrics_;
};

Engine::Engine(Options options, Outside outside)
    : options_(std::move(options)), metrics_(registry_), outside_(std::move(outside)) {}

Engine::~Engine() { Stop(); }

Engine::Loaded Engine::LoadRules(text::Diagnostics& diagnostics) {
  schema_ = schema::LoadSchema(options_.config.rules.profiles, diagnostics);
  if (schema_ == nullptr) return Loaded::kBroken;
  reloader_ = std::make_unique<RuleReloader>(
      RuleReloader::Options{.paths = options_.config.rules.paths,
                            .profiles = ProfilesOf(options_.config.inputs),
                            .state_directory = options_.config.state.directory,
                            .rescan_interval = options_.config.rules.rescan_interval,
                            .keeps_windows = KeepsWindows(options_.config)},
      schema_,
      RuleReloader::Listener{
          .on_live =
              [this](const pipeline::LiveRulesPtr& live, const RulesState& state) {
                metrics_.OnRulesLive(*live->rules, state.last_good, state.live_since);
                const std::lock_guard lock(first_mutex_);
                first_live_ = live;
                if (pool_ != nullptr) pool_->Publish(live);
                if (announcer_ != nullptr) announcer_->Changed(state);
              },
          .on_refused = [this] { metrics_.OnReloadFailed(); }});
  return reloader_->LoadFirst(diagnostics) ? Loaded::kYes : Loaded::kBroken;
}

// Readers of rules and control come first, then the workers, then what brings them work, and last
// those who watch. Nothing is assigned before everything that an assignment needs is there.
Status Engine::Start() {
  RIPOSTE_CHECK(reloader_ != nullptr, "rules are loaded before the start");
  Result<guard::Settings> settings = GuardSettings(options_.config);
  if (!settings.ok()) return settings.status();
  for (const auto& [topic, profile] : options_.config.inputs.topics) {
    if (schema_->FindProfile(profile) != nullptr) continue;
    return Status(
        ErrorCode::kInvalidArgument,
        fmt::format("inputs.topics: topic '{}': there is no profile '{}'", topic, profile));
  }
  guards_ = std::make_unique<guard::Chain>(guard::StandardChain(std::move(settings).value()));

  stores_ = OpenStores(options_.config);

  pipeline::WorkerPool::Options pool_options = PoolOptions(options_.config);
  pool_options.on_failed = [this](const Status& reason) {
    {
      const std::lock_guard lock(failure_mutex_);
      failure_ = reason;
    }
    if (options_.on_failed) options_.on_failed();
  };
  {
    const std::lock_guard lock(first_mutex_);
    pool_ =
        std::make_unique<pipeline::WorkerPool>(std::move(pool_options),
                                               pipeline::Surroundings{.clock = &clock_,
                                                                      .guards = guards_.get(),
                                                                      .observer = &metrics_,
                                                                      .crashes = options_.crashes,
                                                                      .stores = stores_.get()},
                                               *outside_.control, first_live_);
  }
  assignments_ = std::make_unique<Assignments>(*pool_, metrics_);
  announcer_ = std::make_unique<Announcer>(Announcer::Options{}, SelfOf(options_.config),
                                           *outside_.control, clock_);
  announcer_->Changed(reloader_->state());
  registry_.OnScrape([this] {
    metrics_.SetEnforcement(
        guard::JudgeEnforcement(options_.config.remediation.enforcement == "enabled",
                                guard::KillFileExists(options_.config.remediation.kill_file),
                                *outside_.control->Read())
            .enabled);
    metrics_.SetAgreement(announcer_->Agreed());
  });
  if (!options_.listen.empty()) {
    Result<std::unique_ptr<http::Server>> server = http::Server::Start(
        {.listen = options_.listen},
        {{"/metrics",
          [this](const http::Request&) {
            return http::Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                  .body = registry_.Text()};
          }},
         {"/livez", [this](const http::Request& request) { return Answer(Live(), request); }},
         {"/readyz", [this](const http::Request& request) { return Answer(Ready(), request); }}});
    if (!server.ok()) {
      Stop();
      return server.status();
    }
    server_ = std::move(server).value();
  }
  Status connected = outside_.connector->Start(*assignments_);
  if (!connected.ok()) {
    Stop();
    return connected;
  }
  announcer_->Start();
  reloader_->Start();
  return Status::Ok();
}

// Those who watch first: they look at all the rest. Then no new work (which commits what is open;
// meanwhile the others learn that this instance leaves), then no new rules, and last the workers.
void Engine::Stop() {
  server_.reset();
  outside_.control->EndWithin(kStopDeadline);
  if (announcer_ != nullptr) announcer_->Leave();
  if (assignments_ != nullptr) outside_.connector->Stop(kStopDeadline);
  reloader_.reset();
  announcer_.reset();
  {
    const std::lock_guard lock(first_mutex_);
    pool_.reset();
  }
  assignments_.reset();
}

void Engine::ReloadRules() { reloader_->ReloadNow(); }
bool Engine::Finished() const { return outside_.connector->Finished() && pool_->task_count() == 0; }
uint16_t Engine::port() const { return server_ == nullptr ? 0 : server_->port(); }
RulesState Engine::rules_state() const { return reloader_->state(); }

Status Engine::Failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

// Kafka is no part of it: an outage there is not mended by a restart here.
Engine::Probe Engine::Live() const {
  Probe probe;
  const Duration longest = pool_->LongestWork(clock_.Now());
  AddCheck(probe, "workers", longest < kHang,
           fmt::format("the longest batch at hand takes {} ms so far", longest.count()));
  return probe;
}

Engine::Probe Engine::Ready() const {
  Probe probe;
  const Status group = outside_.connector->Ready();
  AddCheck(
      probe, "group", group.ok(),
      group.ok() ? fmt::format("joined, {} partitions", pool_->task_count()) : group.message());
  const Status health = pool_->Health();
  AddCheck(probe, "partitions", health.ok(), health.ok() ? "each is worked on" : health.message());
  const RulesState rules = reloader_->state();
  std::string detail = fmt::format("{} rules live, set {}", rules.rules, rules.sha256);
  if (rules.last_good) detail += ", the LAST GOOD set";
  if (!rules.problem.empty()) detail += ", the folder is broken: " + rules.problem;
  AddCheck(probe, "rules", true, detail);
  const bool complete = outside_.control->Read()->complete;
  AddCheck(probe, "control", true,
           complete ? "read to its end" : "not read to its end: nothing is enforced");
  AddCheck(probe, "instances", true, Describe(announcer_->Agreed(), announcer_->Announced()));
  // No part of readiness: another instance would fare no better with such a record.
  if (options_.crashes != nullptr) AddCheck(probe, "crashes", true, options_.crashes->Summary());
  return probe;
}

}  // namespace riposte::app
