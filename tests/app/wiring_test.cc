#include "app/wiring.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connectors/memory/connector.h"
#include "engine/guard/enforcement.h"
#include "tests/app/rule_files.h"
#include "tests/support/temp_dir.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;
using pipeline::OutTopic;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

// Only a hang lasts that long.
constexpr Duration kDeadline{60'000};
const pipeline::PartitionId kInput{.topic = "edr", .partition = 0};

using Flags = std::vector<std::pair<std::string, std::string>>;

Config ConfigOf(const Flags& flags) {
  text::Diagnostics diagnostics;
  const std::optional<Resolved> resolved =
      Resolve({.file = {}, .environment = {}, .flags = flags}, diagnostics);
  EXPECT_TRUE(resolved) << text::Render(diagnostics);
  return resolved ? resolved->config : Config{};
}

// Looks until it holds. Whether it did.
bool Eventually(const std::function<bool()>& holds) {
  const steady_clock::time_point give_up = steady_clock::now() + kDeadline;
  while (!holds()) {
    if (steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

// The answer to one GET, with its head.
std::string Get(uint16_t port, const std::string& target) {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  std::string answer;
  if (connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request =
        "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    send(client, request.data(), request.size(), MSG_NOSIGNAL);
    std::array<char, 4096> buffer;
    while (true) {
      const ssize_t count = recv(client, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      answer.append(buffer.data(), static_cast<size_t>(count));
    }
  }
  close(client);
  return answer;
}

// A connector that a test tells what befalls it.
class ScriptedConnector final : public pipeline::Connector {
 public:
  explicit ScriptedConnector(Status start = Status::Ok(), Status ready = Status::Ok())
      : start_(std::move(start)), ready_(std::move(ready)) {}
  Status Start(pipeline::AssignmentListener& listener) override {
    listener_ = &listener;
    return start_;
  }
  void Stop(Duration) override {}
  Status Ready() const override { return ready_; }
  void Fail(const Status& status) { listener_->OnFailed(status); }

 private:
  const Status start_, ready_;
  pipeline::AssignmentListener* listener_ = nullptr;
};

// Control records that outlive the engine.
class SharedControl {
 public:
  std::unique_ptr<pipeline::Control> Handle() { return std::make_unique<Passing>(control_); }
  pipeline::Control& control() { return control_; }

 private:
  class Passing final : public pipeline::Control {
   public:
    explicit Passing(pipeline::Control& inner) : inner_(inner) {}
    std::shared_ptr<const Snapshot> Read() const override { return inner_.Read(); }
    Status Write(const pipeline::ControlRecord& record) override { return inner_.Write(record); }
    void EndWithin(Duration deadline) override { inner_.EndWithin(deadline); }

   private:
    pipeline::Control& inner_;
  };
  memory::MemoryControl control_;
};

// An engine over a log in memory, one input of qualys-edr.
class Wiring : public testing::Test {
 protected:
  Wiring() {
    log_.SkipOffsets(kInput, 0);  // makes the partition
    rules_ = folder_.path() + "/rules";
    folder_.Write("rules/bad.yaml", test::RuleFile("bad.exe", test::kKillEnforced));
  }

  Config ConfigWith(const Flags& more) const {
    Flags flags = {{"rules.paths", rules_},
                   {"inputs.topics", "edr=qualys-edr"},
                   {"engine.workers", "1"},
                   {"engine.commit_interval", "10ms"},
                   {"state.directory", folder_.path() + "/state"},
                   {"remediation.kill_file", KillFile()},
                   {"remediation.arming_period", "0s"}};
    flags.insert(flags.end(), more.begin(), more.end());
    return ConfigOf(flags);
  }
  std::string KillFile() const { return folder_.path() + "/STOP"; }

  void Make(const Flags& more, std::unique_ptr<pipeline::Connector> connector) {
    std::unique_ptr<memory::MemoryControl> control = std::make_unique<memory::MemoryControl>();
    control_ = control.get();
    engine_ = std::make_unique<Engine>(
        Engine::Options{.config = ConfigWith(more),
                        .listen = "127.0.0.1:0",
                        .on_failed = [this] { ++failures_; },
                        .crashes = crashes_.get()},
        Outside{.control = std::move(control), .connector = std::move(connector)});
    text::Diagnostics diagnostics;
    ASSERT_EQ(engine_->LoadRules(diagnostics), Engine::Loaded::kYes) << text::Render(diagnostics);
  }
  void Make(const Flags& more) {
    Make(more, std::make_unique<memory::MemoryConnector>(
                   log_, memory::Options{.profiles = {{"edr", "qualys-edr"}}}));
  }
  // Runs with enforcement, armed: one event at least was answered when it returns.
  void StartEnforcing() {
    Make({{"remediation.enforcement", "enabled"}});
    const Status started = engine_->Start();
    ASSERT_TRUE(started.ok()) << started.message();
    // A worker that already waits for the first event may not have seen the arming yet.
    ASSERT_TRUE(Eventually([this] { return IsAnswered(); })) << "nothing was armed";
  }

  // The start of a program as one more event, worked on when it returns. What it brought about is
  // in commands() and alerts().
  void Happens(const std::string& program) {
    const Time now = SystemClock().Now();
    const int64_t offset =
        log_.Append(kInput, "A1", test::ProcessEvent(program, ++events_, now), now);
    ASSERT_TRUE(log_.WaitForCommit(kInput, offset + 1, kDeadline));
  }
  // Whether one more start of bad.exe is answered by commands.
  bool IsAnswered() {
    const size_t before = commands();
    Happens("bad.exe");
    return commands() > before;
  }
  // The keys of the control records that begin so.
  std::vector<std::string> KeysWith(std::string_view prefix) const {
    std::vector<std::string> keys;
    const std::shared_ptr<const pipeline::Control::Snapshot> control = control_->Read();
    for (const pipeline::ControlRecord& record : control->records)
      if (record.key.starts_with(prefix)) keys.push_back(record.key);
    return keys;
  }
  size_t commands() const { return log_.Outputs(OutTopic::kCommands).size(); }
  size_t alerts() const { return log_.Outputs(OutTopic::kAlerts).size(); }
  // What is stopped stays stopped; what lets it go on sends nothing that was held up.
  void ExpectStopsAndResumes(const std::function<void()>& stop,
                             const std::function<void()>& resume) {
    ASSERT_TRUE(IsAnswered());
    stop();
    ASSERT_TRUE(Eventually([this] { return !IsAnswered(); }));
    const size_t ordered = commands(), alerted = alerts();
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(IsAnswered());
    EXPECT_EQ(alerts(), alerted + 3) << "detections go on";
    resume();
    ASSERT_TRUE(Eventually([this] { return IsAnswered(); }));
    EXPECT_EQ(commands(), ordered + 2) << "the kill and the quarantine of the last event only";
  }

  const test::TempDir folder_;
  std::string rules_;
  memory::MemoryLog log_;
  memory::MemoryControl* control_ = nullptr;
  std::atomic<int> failures_ = 0;
  std::unique_ptr<CrashLog> crashes_;
  std::unique_ptr<Engine> engine_;
  int events_ = 0;
};

TEST_F(Wiring, StartsWorksAndStops) {
  StartEnforcing();
  const size_t alerted = alerts(), ordered = commands();
  Happens("good.exe");
  EXPECT_EQ(alerts(), alerted);
  Happens("bad.exe");
  EXPECT_EQ(alerts(), alerted + 1);
  const std::vector<pipeline::OutRecord> all = log_.Outputs(OutTopic::kCommands);
  ASSERT_THAT(all, SizeIs(ordered + 2));
  EXPECT_THAT(all[ordered].value, HasSubstr(R"("action":"kill_process")"));
  EXPECT_THAT(all[ordered + 1].value, HasSubstr(R"("action":"quarantine_file")"));
  EXPECT_EQ(all[ordered].key, "A1");
  EXPECT_FALSE(engine_->Finished());
  log_.Close();
  EXPECT_TRUE(Eventually([this] { return engine_->Finished(); }));
  engine_->Stop();
  engine_->Stop();  // once more is no harm
  EXPECT_EQ(log_.CommittedOffset(kInput), events_);
  EXPECT_EQ(failures_, 0);
}

// What was appended and not committed when the end comes is committed by the end or left whole.
TEST_F(Wiring, StopInTheMiddleLosesNothing) {
  StartEnforcing();
  const Time now = SystemClock().Now();
  for (int i = 0; i < 2000; ++i)
    log_.Append(kInput, "A1", test::ProcessEvent("bad.exe", ++events_, now), now);
  ASSERT_TRUE(log_.WaitForCommit(kInput, events_ - 1999, kDeadline));
  engine_->Stop();
  EXPECT_EQ(alerts(), static_cast<size_t>(log_.CommittedOffset(kInput)));
}

TEST_F(Wiring, AsShippedNothingIsOrdered) {
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  Happens("bad.exe");
  EXPECT_EQ(commands(), 0u);
  ASSERT_EQ(alerts(), 1u);
  EXPECT_THAT(log_.Outputs(OutTopic::kAlerts).front().value, HasSubstr("dry_run"));
}

// A new enforcing rule is dry for its arming period.
TEST_F(Wiring, ARuleThatIsNotArmedYetIsDry) {
  Make({{"remediation.enforcement", "enabled"}, {"remediation.arming_period", "1h"}});
  ASSERT_TRUE(engine_->Start().ok());
  ASSERT_TRUE(Eventually([this] { return !KeysWith("arming/").empty(); }));
  EXPECT_FALSE(IsAnswered());
  EXPECT_EQ(alerts(), 1u);
}

TEST_F(Wiring, TheKillSwitchInTheControlRecords) {
  StartEnforcing();
  const auto say = [this](bool on) {
    ASSERT_TRUE(
        control_->Write(guard::EnforcementRecord(on, "ann", "a test", SystemClock().Now())).ok());
  };
  ExpectStopsAndResumes([&] { say(false); }, [&] { say(true); });
}

TEST_F(Wiring, TheKillFile) {
  StartEnforcing();
  ExpectStopsAndResumes([this] { folder_.Write("STOP", ""); }, [this] { fs::remove(KillFile()); });
}

TEST_F(Wiring, ControlThatWasNotReadToItsEndStopsEnforcement) {
  StartEnforcing();
  ExpectStopsAndResumes([this] { control_->SetComplete(false); },
                        [this] { control_->SetComplete(true); });
}

TEST_F(Wiring, ChangedRulesGoLiveUnderWay) {
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  Happens("worse.exe");
  EXPECT_EQ(alerts(), 0u);
  const std::string before = engine_->rules_state().sha256;
  test::ReplaceFile(rules_ + "/worse.yaml", test::RuleFile("worse.exe"));
  ASSERT_TRUE(Eventually([&] { return engine_->rules_state().sha256 != before; }));
  EXPECT_TRUE(Eventually([this] {
    Happens("worse.exe");
    return alerts() > 0;
  }));
}

TEST_F(Wiring, ARefusedSetIsCountedAndShownAndReadAgainOnDemand) {
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  test::ReplaceFile(rules_ + "/broken.yaml", test::kBrokenFile);
  ASSERT_TRUE(Eventually([&] { return !engine_->rules_state().problem.empty(); }));
  engine_->ReloadRules();
  ASSERT_TRUE(Eventually([&] {
    return Get(engine_->port(), "/metrics").find("riposte_rules_reload_failures_total 2") !=
           std::string::npos;
  }));
  const Engine::Probe ready = engine_->Ready();
  EXPECT_TRUE(ready.good) << "the set before is live";
  EXPECT_THAT(ready.text,
              HasSubstr("[ok] rules: 1 rules live, set " + engine_->rules_state().sha256 +
                        ", the folder is broken: " + rules_ + "/broken.yaml:"));
}

TEST_F(Wiring, ProbesOfAHealthyEngine) {
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  EXPECT_THAT(Get(engine_->port(), "/livez"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Get(engine_->port(), "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(engine_->Ready().text,
            "[ok] group: joined, 1 partitions\n"
            "[ok] partitions: each is worked on\n"
            "[ok] rules: 1 rules live, set " +
                engine_->rules_state().sha256 +
                "\n"
                "[ok] control: read to its end\n"
                "[ok] instances: 1 with this rule set, 0 with another\n");
  EXPECT_THAT(Get(engine_->port(), "/readyz?verbose"),
              testing::EndsWith("\r\n\r\n" + engine_->Ready().text + "ok\n"));
  EXPECT_THAT(Get(engine_->port(), "/livez?verbose"), HasSubstr("[ok] workers: "));
  EXPECT_THAT(Get(engine_->port(), "/metrics"), HasSubstr("\nriposte_enforcement_enabled 0\n"));
}

TEST_F(Wiring, ControlIsPartOfTheTextButNotOfReadiness) {
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  control_->SetComplete(false);
  EXPECT_TRUE(engine_->Ready().good);
  EXPECT_THAT(engine_->Ready().text, HasSubstr("[ok] control: not read to its end: nothing is "
                                               "enforced\n"));
}

// Of the announcement of `instance`; empty if there is none.
std::string AnnouncedSet(const pipeline::Control& control, const std::string& instance) {
  const std::shared_ptr<const pipeline::Control::Snapshot> records = control.Read();
  const pipeline::ControlRecord* const record = records->Find("ruleset/" + instance);
  const std::optional<Announcement> read =
      record == nullptr ? std::nullopt : ReadAnnouncement(*record);
  return read ? read->sha256 : "";
}

TEST_F(Wiring, TheLiveSetIsAnnouncedAndTheRecordGoesWithTheInstance) {
  SharedControl records;
  engine_ = std::make_unique<Engine>(
      Engine::Options{.config = ConfigWith({{"kafka.instance_id", "engine-1"}}),
                      .listen = "127.0.0.1:0",
                      .on_failed = {}},
      Outside{.control = records.Handle(), .connector = std::make_unique<ScriptedConnector>()});
  text::Diagnostics diagnostics;
  ASSERT_EQ(engine_->LoadRules(diagnostics), Engine::Loaded::kYes);
  ASSERT_TRUE(engine_->Start().ok());
  const std::string first = engine_->rules_state().sha256;
  ASSERT_TRUE(Eventually([&] { return AnnouncedSet(records.control(), "engine-1") == first; }));
  test::ReplaceFile(rules_ + "/worse.yaml", test::RuleFile("worse.exe"));
  ASSERT_TRUE(Eventually([&] {
    const std::string announced = AnnouncedSet(records.control(), "engine-1");
    return announced != first && announced == engine_->rules_state().sha256;
  }));
  engine_.reset();
  EXPECT_EQ(AnnouncedSet(records.control(), "engine-1"), "");
}

TEST_F(Wiring, InstancesThatDifferAreShownAndCounted) {
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  ASSERT_TRUE(Eventually([this] { return !KeysWith("ruleset/").empty(); }));
  Announcement other{.instance = "engine-2",
                     .group = "riposte",
                     .host = "host-2",
                     .version = "0.1.0",
                     .sha256 = std::string(64, 'f'),
                     .rules = 1,
                     .last_good = false,
                     .since = SystemClock().Now(),
                     .run = Uuid::Random(),
                     .announced = SystemClock().Now()};
  ASSERT_TRUE(control_->Write(ToRecord(other)).ok());
  EXPECT_TRUE(engine_->Ready().good) << "that is normal while new rules are rolled out";
  EXPECT_THAT(engine_->Ready().text,
              HasSubstr("[ok] instances: 1 with this rule set, 1 with another, for instance "
                        "engine-2\n"));
  EXPECT_THAT(Get(engine_->port(), "/metrics"),
              HasSubstr("\nriposte_ruleset_instances{set=\"different\"} 1\n"));
  other.sha256 = engine_->rules_state().sha256;
  ASSERT_TRUE(control_->Write(ToRecord(other)).ok());
  EXPECT_THAT(Get(engine_->port(), "/metrics"),
              HasSubstr("\nriposte_ruleset_instances{set=\"same\"} 2\n"));
}

// An engine without kafka.instance_id is the same one after a restart.
TEST_F(Wiring, TheNameIsKept) {
  std::vector<std::string> keys;
  for (int i = 0; i < 2; ++i) {
    Make({});
    ASSERT_TRUE(engine_->Start().ok());
    ASSERT_TRUE(Eventually([this] { return !KeysWith("ruleset/").empty(); }));
    keys.push_back(KeysWith("ruleset/").front());
    engine_.reset();
  }
  EXPECT_EQ(keys[0], keys[1]);
}

// Also readiness, metrics and alerts say what became of it.
TEST_F(Wiring, ARecordThatCrashedTheProcessThriceIsPutAway) {
  folder_.Write("state/crashes", "crash1 SIGSEGV 3 0 1 edr\ncrash1 SIGSEGV 2 0 2 edr\n");
  crashes_ = std::make_unique<CrashLog>(folder_.path() + "/state");
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  Happens("bad.exe");
  EXPECT_TRUE(engine_->Ready().good);
  EXPECT_THAT(engine_->Ready().text,
              HasSubstr("[ok] crashes: 2 records known that crashed the process, 0 dead-lettered"));
  Happens("bad.exe");
  Happens("bad.exe");
  EXPECT_EQ(alerts(), 3u);
  EXPECT_THAT(log_.Outputs(OutTopic::kAlerts)[1].value, StartsWith(R"({"kind":"poison",)"));
  ASSERT_EQ(log_.Outputs(OutTopic::kDeadLetter).size(), 1u);
  // Told after the commit.
  ASSERT_TRUE(Eventually([this] {
    return engine_->Ready().text.find("[ok] crashes: 0 records known") != std::string::npos;
  }));
  EXPECT_THAT(engine_->Ready().text,
              HasSubstr("1 dead-lettered as poison since the start, the last one edr-0 at offset "
                        "1\n"));
  EXPECT_TRUE(Eventually([this] {
    return Get(engine_->port(), "/metrics")
               .find("\nriposte_events_rejected_total{reason=\"poison\"} 1\n") != std::string::npos;
  }));
}

TEST_F(Wiring, CrashesThatCannotBeCountedAreNoReasonNotToWork) {
  crashes_ = std::make_unique<CrashLog>(folder_.Write("file", ""));
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  EXPECT_TRUE(engine_->Ready().good);
  EXPECT_THAT(engine_->Ready().text, HasSubstr("[ok] crashes: NOT COUNTED: "));
}

TEST_F(Wiring, NotReadyWhileTheGroupIsNotJoined) {
  Make({}, std::make_unique<ScriptedConnector>(
               Status::Ok(), Status(ErrorCode::kUnavailable, "no broker answers")));
  ASSERT_TRUE(engine_->Start().ok());
  EXPECT_THAT(Get(engine_->port(), "/readyz"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(Get(engine_->port(), "/readyz?verbose"),
              HasSubstr("[not ok] group: no broker answers\n"));
  EXPECT_THAT(Get(engine_->port(), "/livez"), StartsWith("HTTP/1.1 200"))
      << "Kafka is no part of it";
}

TEST_F(Wiring, APartitionThatStoppedIsNotReady) {
  Make({});
  log_.PlanFaults({memory::Fault::kBrokerGone});
  ASSERT_TRUE(engine_->Start().ok());
  const Time now = SystemClock().Now();
  log_.Append(kInput, "A1", test::ProcessEvent("bad.exe", 1, now), now);
  ASSERT_TRUE(Eventually([this] { return !engine_->Ready().good; }));
  EXPECT_THAT(engine_->Ready().text, HasSubstr("[not ok] partitions: edr-0 is not worked on: "));
  EXPECT_THAT(Get(engine_->port(), "/metrics"), HasSubstr("\nriposte_tasks_stopped_total 1\n"));
}

TEST_F(Wiring, AFailureIsToldOnceWithItsReason) {
  std::unique_ptr<ScriptedConnector> connector = std::make_unique<ScriptedConnector>();
  ScriptedConnector& outside = *connector;
  Make({}, std::move(connector));
  ASSERT_TRUE(engine_->Start().ok());
  EXPECT_TRUE(engine_->Failure().ok());
  outside.Fail(Status(ErrorCode::kPermission, "the topic may not be read"));
  outside.Fail(Status(ErrorCode::kIo, "something else"));
  EXPECT_EQ(failures_, 1);
  EXPECT_EQ(engine_->Failure().code(), ErrorCode::kPermission);
  EXPECT_EQ(engine_->Failure().message(), "the topic may not be read");
  EXPECT_FALSE(engine_->Ready().good);
}

TEST_F(Wiring, AStartThatFailsStopsWhatItStarted) {
  Make({},
       std::make_unique<ScriptedConnector>(Status(ErrorCode::kUnavailable, "no broker answers")));
  const Status started = engine_->Start();
  EXPECT_EQ(started.code(), ErrorCode::kUnavailable);
  EXPECT_EQ(engine_->port(), 0) << "the server is gone";
}

TEST_F(Wiring, WhatTheConfigurationGetsWrongIsToldAtTheStart) {
  const std::vector<std::pair<Flags, std::string>> cases = {
      {{{"inputs.topics", "edr=qualis"}}, "topic 'edr': there is no profile 'qualis'"},
      {{{"remediation.protected_files", "relative/**"}}, "remediation.protected_files: "},
      {{{"remediation.protected_processes", "relative/**"}}, "remediation.protected_processes: "}};
  for (const auto& [flags, message] : cases) {
    Make(flags);
    const Status started = engine_->Start();
    EXPECT_EQ(started.code(), ErrorCode::kInvalidArgument) << message;
    EXPECT_THAT(started.message(), HasSubstr(message));
  }
}

TEST_F(Wiring, AnAddressThatIsTakenIsToldAtTheStart) {
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  Engine second({.config = ConfigWith({}),
                 .listen = fmt::format("127.0.0.1:{}", engine_->port()),
                 .on_failed = {}},
                {.control = std::make_unique<memory::MemoryControl>(),
                 .connector = std::make_unique<ScriptedConnector>()});
  text::Diagnostics diagnostics;
  ASSERT_EQ(second.LoadRules(diagnostics), Engine::Loaded::kYes);
  EXPECT_EQ(second.Start().code(), ErrorCode::kIo);
}

TEST_F(Wiring, BrokenRulesAndNothingKept) {
  folder_.Write("rules/bad.yaml", test::kBrokenFile);
  Engine engine({.config = ConfigWith({}), .listen = "", .on_failed = {}},
                {.control = std::make_unique<memory::MemoryControl>(),
                 .connector = std::make_unique<ScriptedConnector>()});
  text::Diagnostics diagnostics;
  EXPECT_EQ(engine.LoadRules(diagnostics), Engine::Loaded::kBroken);
  EXPECT_GT(diagnostics.error_count(), 0u);
}

TEST_F(Wiring, BrokenRulesAfterAGoodRunServeTheLastGoodSet) {
  Make({});
  engine_.reset();
  folder_.Write("rules/bad.yaml", test::kBrokenFile);
  Make({});
  ASSERT_TRUE(engine_->Start().ok());
  Happens("bad.exe");
  EXPECT_EQ(alerts(), 1u);
  EXPECT_TRUE(engine_->Ready().good);
  EXPECT_THAT(engine_->Ready().text, HasSubstr(", the LAST GOOD set, the folder is broken: "));
  const std::string metrics = Get(engine_->port(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("\nriposte_rules_last_good 1\n"));
  EXPECT_THAT(metrics, HasSubstr("\nriposte_rules_reload_failures_total 1\n"));
}

TEST(WiringSettings, KafkaWantsATopic) {
  const Result<Outside> outside = MakeKafka(ConfigOf({}));
  EXPECT_EQ(outside.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(outside.status().message(), HasSubstr("inputs.topics"));
}

TEST(WiringSettings, GuardsByTheConfiguration) {
  const size_t shipped = GuardSettings(ConfigOf({}))->protection.processes.size();
  const Result<guard::Settings> settings =
      GuardSettings(ConfigOf({{"remediation.max_age_kill", "5m"},
                              {"remediation.max_age_file", "6m"},
                              {"remediation.max_age_isolate", "7m"},
                              {"remediation.protected_processes", "/opt/backup/*"},
                              {"remediation.protected_assets", "dc-01,dc-02"}}));
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->max_event_age.kill, std::chrono::minutes(5));
  EXPECT_EQ(settings->max_event_age.file, std::chrono::minutes(6));
  EXPECT_EQ(settings->max_event_age.isolate, std::chrono::minutes(7));
  EXPECT_EQ(settings->protection.processes.size(), shipped + 1) << "beside those that ship";
  EXPECT_THAT(settings->protection.assets, testing::IsSupersetOf({"dc-01", "dc-02"}));
}

TEST(WiringSettings, TimesToLiveByTheConfiguration) {
  const remediate::TimeToLive ttl = TimeToLiveOf(ConfigOf({{"remediation.ttl_kill", "1m"},
                                                           {"remediation.ttl_file", "2m"},
                                                           {"remediation.ttl_isolate", "3m"}}));
  EXPECT_EQ(ttl.kill, std::chrono::minutes(1));
  EXPECT_EQ(ttl.file, std::chrono::minutes(2));
  EXPECT_EQ(ttl.isolate, std::chrono::minutes(3));
}

TEST(WiringSettings, TheMemoryOfOrdersByTheConfiguration) {
  EXPECT_EQ(OrderMemoryOf(ConfigOf({})).orders_max, guard::MemoryOptions{}.orders_max);
  EXPECT_EQ(OrderMemoryOf(ConfigOf({{"remediation.orders_max", "7"}})).orders_max, 7u);
}

}  // namespace
}  // namespace riposte::app
