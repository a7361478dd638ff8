// Sigma correlations on timelines that we have written from what they describe: the examples of the
// corpus (sequences/sigma-spec, sequences/hayabusa), those of docs/sigma.md, and some of our own.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/offline.h"
#include "rules/rule/load.h"
#include "tests/app/rule_files.h"
#include "tests/support/corpus.h"

namespace riposte::app {
namespace {

constexpr Time kBegin = TimeFromMs(1'767'225'600'000);  // 2026-01-01
constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86'400;

// An event so many seconds after the begin.
struct Row {
  int64_t at = 0;
  std::string fields;  // of its JSON
};
using Rows = std::vector<Row>;
using Seconds = std::vector<int64_t>;

Rows Joined(Rows rows, const Rows& more) {
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}
Rows Each(int64_t count, int64_t apart, const std::function<std::string(int64_t)>& fields) {
  Rows rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back({.at = i * apart, .fields = fields(i)});
  return rows;
}

// When it fires, in seconds after the begin, if time then goes on for a month.
Seconds Play(const std::string& text, const Rows& rows) {
  text::Diagnostics diagnostics;
  const auto source = std::make_shared<text::Source>("rules.yml", text);
  const rule::RuleSetPtr rules = rule::LoadRulesFrom({source}, test::ShippedSchema(), diagnostics);
  if (rules == nullptr) {
    ADD_FAILURE() << text::Render(diagnostics);
    return {};
  }
  const std::unique_ptr<Offline> offline =
      Offline::Make(rules, *rules->schema->FindProfile("windows-nxlog"), {}).value();
  Seconds fired;
  const auto note = [&](const Judged& judged) {
    EXPECT_EQ(judged.reject, event::Reject::kNone);
    for (const Fired& each : judged.firings)
      fired.push_back((each.time - kBegin) / std::chrono::seconds(1));
  };
  for (const Row& row : rows)
    note(offline->Run("{" + row.fields + "}", {.topic = "t", .offset = row.at},
                      kBegin + std::chrono::seconds(row.at)));
  note(offline->GoOn(kBegin + std::chrono::days(31)));
  return fired;
}

// A rule that a correlation refers to.
std::string Rule(std::string_view name, std::string_view id, std::string_view detection) {
  return fmt::format(
      "\n---\ntitle: {0}\nid: {1}\nname: {0}\nlogsource: {{product: windows, service: security}}\n"
      "detection: {{a: {{{2}}}, condition: a}}\n",
      name, id, detection);
}
std::string Rule(std::string_view name, int number, std::string_view detection) {
  return Rule(name, fmt::format("00000000-0000-4000-8000-{:012}", number), detection);
}
// An event of the security log, with more fields.
std::string Security(int code, std::string_view more) {
  return fmt::format(R"("Channel":"Security","EventID":{},{})", code, more);
}

class SpecificationTimelines : public testing::Test {
 protected:
  void SetUp() override {
    RIPOSTE_REQUIRE_CORPUS(folder, "sequences/sigma-spec");
    folder_ = folder;
  }
  // The example, with an id where it has none.
  std::string Example(const std::string& name) const {
    const std::string text = test::ReadFile(folder_ + "/" + name);
    const bool has_id = text.find("\nid:") != std::string::npos;
    return (has_id ? "" : "id: 00000000-0000-4000-8000-000000000099\n") + text;
  }

  std::string folder_;
  const std::string failed_logon_ =
      Rule("failed", "5638f7c0-ac70-491d-8465-2a65075e0d86", "EventID: 4625");
};

TEST_F(SpecificationTimelines, EventCountOfAHundredFailedLogonsInAnHour) {
  const std::string rules = Example("event_count.yml") + failed_logon_;
  const auto on = [](const std::string& host) {
    return [host](int64_t) { return Security(4625, R"("ComputerName":")" + host + "\""); };
  };
  EXPECT_EQ(Play(rules, Each(100, 36, on("pc"))), Seconds{99 * 36});
  EXPECT_EQ(Play(rules, Each(99, 36, on("pc"))), Seconds{});
  EXPECT_EQ(Play(rules, Each(100, 37, on("pc"))), Seconds{}) << "in more than an hour";
  EXPECT_EQ(Play(rules, Joined(Each(99, 1, on("pc")), {{.at = 100, .fields = on("other")(0)}})),
            Seconds{});
}

TEST_F(SpecificationTimelines, ValueCountOfAHundredUsersInADay) {
  const std::string rules = Example("value_count.yml") + failed_logon_;
  const auto of_users = [](int64_t users) {
    return [users](int64_t i) {
      return Security(
          4625,
          fmt::format(R"("ComputerName":"pc","WorkstationName":"ws","User":"u{}")", i % users));
    };
  };
  EXPECT_EQ(Play(rules, Each(100, 800, of_users(100))), Seconds{99 * 800});
  EXPECT_EQ(Play(rules, Each(300, 1, of_users(99))), Seconds{});
  EXPECT_EQ(Play(rules, Each(100, 873, of_users(100))), Seconds{}) << "in more than a day";
}

TEST_F(SpecificationTimelines, ValueSumBeyondAMillionBytesInAnHour) {
  const std::string rules = Example("value_sum.yml") + Rule("website_access", 1, "EventID: 5156");
  const auto sent = [](int64_t bytes) {
    return Security(5156,
                    fmt::format(R"("SourceIP":"10.0.0.1","User":"u","bytes_sent":{})", bytes));
  };
  EXPECT_EQ(Play(rules, {{0, sent(600'000)}, {kHour, sent(400'001)}}), Seconds{kHour});
  EXPECT_EQ(Play(rules, {{0, sent(600'000)}, {kHour, sent(400'000)}}), Seconds{});
  EXPECT_EQ(Play(rules, {{0, sent(600'000)}, {kHour + 1, sent(400'001)}}), Seconds{});
}

TEST_F(SpecificationTimelines, ValueAverageBeyondFiveHundredBytesInADay) {
  const std::string rules = Example("value_avg.yml") + Rule("rule_a_id", 1, "EventID: 5156");
  const auto out = [](int64_t bytes) {
    return Security(5156, fmt::format(R"("SourceIP":"10.0.0.1","User":"u","BytesOut":{})", bytes));
  };
  EXPECT_EQ(Play(rules, {{0, out(300)}, {kMinute, out(700)}, {kHour, out(501)}}), Seconds{kHour});
  EXPECT_EQ(Play(rules, {{0, out(300)}, {kMinute, out(700)}}), Seconds{});
  EXPECT_EQ(Play(rules, {{0, out(300)}, {kDay, out(700)}, {kDay + 1, out(500)}}), Seconds{kDay + 1})
      << "the first is out of the window";
}

// As it stands the example measures names.
TEST_F(SpecificationTimelines, ValuePercentileOfNamesIsNone) {
  const std::string rules =
      Example("value_percentile.yml") + Rule("process_creation", 1, "EventID: 4688");
  const auto started = [](int64_t) {
    return Security(4688, R"("ComputerName":"pc","NewProcessName":"C:\\a.exe")");
  };
  EXPECT_EQ(Play(rules, Each(10, 60, started)), Seconds{});
}

TEST_F(SpecificationTimelines, TemporalInAnyOrderAndInThatOrder) {
  const std::string commands = Rule("recon_cmd_a", 1, "CommandLine|contains: whoami") +
                               Rule("recon_cmd_b", 2, "CommandLine|contains: nltest") +
                               Rule("recon_cmd_c", 3, "CommandLine|contains: netstat");
  const auto run = [](const char* command, const char* user = "u") {
    return Security(
        4688, fmt::format(R"("ComputerName":"pc","User":"{}","CommandLine":"{}")", user, command));
  };
  const Rows ordered = {{0, run("whoami")}, {60, run("nltest")}, {300, run("netstat")}};
  const Rows other = {{0, run("nltest")}, {60, run("whoami")}, {300, run("netstat")}};
  const Rows too_long = {{0, run("whoami")}, {60, run("nltest")}, {301, run("netstat")}};
  const Rows of_two = {{0, run("whoami")}, {60, run("nltest", "v")}, {90, run("netstat")}};
  const std::string any = Example("temporal.yml") + commands;
  EXPECT_EQ(Play(any, ordered), Seconds{300});
  EXPECT_EQ(Play(any, other), Seconds{300});
  EXPECT_EQ(Play(any, too_long), Seconds{});
  EXPECT_EQ(Play(any, of_two), Seconds{});
  const std::string in_order = Example("temporal_ordered.yml") + commands;
  EXPECT_EQ(Play(in_order, ordered), Seconds{300});
  EXPECT_EQ(Play(in_order, other), Seconds{});
  EXPECT_EQ(Play(in_order, too_long), Seconds{});
  EXPECT_EQ(Play(in_order, of_two), Seconds{});
}

class HayabusaTimelines : public testing::Test {
 protected:
  void SetUp() override {
    RIPOSTE_REQUIRE_CORPUS(folder, "sequences/hayabusa");
    folder_ = folder;
  }
  std::string File(const std::string& name) const {
    return test::ReadFile(folder_ + "/" + name + "_Correlation.yml");
  }

  std::string folder_;
};

// A failed logon over the network.
std::string Failed(std::string_view status, std::string_view user, std::string_view address) {
  return Security(
      4625, fmt::format(R"("SubStatus":"{}","TargetUserName":"{}","IpAddress":"{}","LogonType":3,)"
                        R"("TargetDomainName":".","ProcessName":"-","LogonProcessName":"NtLmSsp",)"
                        R"("WorkstationName":"ws")",
                        status, user, address));
}

TEST_F(HayabusaTimelines, ManyNamesThatDoNotExist) {
  const std::string rules = File("Sec_4625_Med_LogonFail_UserGuessing");
  const auto guess = [](int64_t names, const char* address) {
    return [=](int64_t i) { return Failed("0xc0000064", fmt::format("u{}", i % names), address); };
  };
  EXPECT_EQ(Play(rules, Each(4, 100, guess(4, "10.0.0.1"))), Seconds{300});
  EXPECT_EQ(Play(rules, Each(4, 101, guess(4, "10.0.0.1"))), Seconds{});
  EXPECT_EQ(Play(rules, Each(20, 10, guess(3, "10.0.0.1"))), Seconds{}) << "more than three";
  EXPECT_EQ(Play(rules, Each(4, 1, guess(4, "-"))), Seconds{}) << "filtered";
}

TEST_F(HayabusaTimelines, ManyWrongPasswordsOfOneUser) {
  const std::string rules = File("Sec_4625_Med_LogonFail_WrongPW_PW-Guessing");
  const auto guess = [](const char* user, const char* address) {
    return [=](int64_t) { return Failed("0xc000006a", user, address); };
  };
  EXPECT_EQ(Play(rules, Each(5, 75, guess("admin", "10.0.0.1"))), Seconds{300});
  EXPECT_EQ(Play(rules, Each(5, 76, guess("admin", "10.0.0.1"))), Seconds{});
  EXPECT_EQ(Play(rules, Each(5, 1, guess("pc$", "10.0.0.1"))), Seconds{}) << "a machine";
  EXPECT_EQ(Play(rules, Joined(Each(4, 1, guess("admin", "10.0.0.1")),
                               {{10, guess("admin", "10.0.0.2")(0)}})),
            Seconds{});
  EXPECT_EQ(Play(rules, Each(5, 1, [](int64_t) { return Failed("0xc0000064", "a", "1.1.1.1"); })),
            Seconds{})
      << "a user that does not exist";
}

TEST_F(HayabusaTimelines, OnePasswordForManyUsers) {
  const std::string rules = File("Sec_4648_Med_ExplicitLogon_PW-Spray");
  const auto spray = [](int64_t users) {
    return [users](int64_t i) {
      return Security(4648, fmt::format(R"("Hostname":"pc","IpAddress":"10.0.0.1",)"
                                        R"("TargetUserName":"u{}")",
                                        i % users));
    };
  };
  EXPECT_EQ(Play(rules, Each(5, 75, spray(5))), Seconds{300});
  EXPECT_EQ(Play(rules, Each(5, 76, spray(5))), Seconds{});
  EXPECT_EQ(Play(rules, Each(20, 1, spray(4))), Seconds{});
}

// ---- our own

std::string Correlation(std::string_view section) {
  return fmt::format("title: Ours\nid: 00000000-0000-4000-8000-000000000098\ncorrelation: {{{}}}\n",
                     section);
}

TEST(SigmaTimelines, ManyFailedLogonsThenOneThatSucceeds) {
  const std::string document = test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/sigma.md");
  const std::string fence = "```yaml-correlation\n";
  const size_t begin = document.find(fence) + fence.size();
  const std::string rules = document.substr(begin, document.find("```", begin) - begin);
  const auto logon = [](int code, const char* user, const char* host) {
    return Security(code, fmt::format(R"("TargetUserName":"{}","Hostname":"{}")", user, host));
  };
  const auto failed = [&](int64_t) { return logon(4625, "ann", "pc1"); };
  EXPECT_EQ(Play(rules, Joined(Each(10, 60, failed), {{4140, logon(4624, "ann", "pc2")}})),
            Seconds{4140})
      << "an hour behind the tenth, on any computer";
  EXPECT_EQ(Play(rules, Joined(Each(10, 60, failed), {{4141, logon(4624, "ann", "pc1")}})),
            Seconds{});
  EXPECT_EQ(Play(rules, Joined(Each(10, 60, failed), {{600, logon(4624, "bob", "pc1")}})),
            Seconds{});
  EXPECT_EQ(Play(rules, Joined(Each(9, 60, failed), {{600, logon(4624, "ann", "pc1")}})),
            Seconds{});
}

TEST(SigmaTimelines, AConditionInWords) {
  const std::string rules =
      Correlation(
          "type: temporal, condition: (disable or clear) and not change, group-by: [Host], "
          "timespan: 10m") +
      Rule("disable", 1, "EventID: 5001") + Rule("clear", 2, "EventID: 1102") +
      Rule("change", 3, "EventID: 9001");
  const auto on_host = [](int code) { return Security(code, R"("Host":"pc")"); };
  EXPECT_EQ(Play(rules, {{0, on_host(1102)}}), Seconds{600});
  EXPECT_EQ(Play(rules, {{0, on_host(5001)}}), Seconds{600});
  EXPECT_EQ(Play(rules, {{0, on_host(9001)}, {600, on_host(1102)}}), Seconds{}) << "right before";
  EXPECT_EQ(Play(rules, {{0, on_host(9001)}, {601, on_host(1102)}}), Seconds{1201});
  EXPECT_EQ(Play(rules, {{0, on_host(1102)}, {600, on_host(9001)}}), Seconds{}) << "right behind";
}

TEST(SigmaTimelines, AnAliasJoinsFieldsOfOtherNames) {
  const std::string rules =
      Correlation(
          "type: temporal_ordered, rules: [logon, connect], group-by: [address], timespan: 1m, "
          "aliases: {address: {logon: IpAddress, connect: SourceAddress}}") +
      Rule("logon", 1, "EventID: 4624") + Rule("connect", 2, "EventID: 5156");
  const std::string logon = Security(4624, R"("IpAddress":"10.0.0.1")");
  EXPECT_EQ(Play(rules, {{0, logon}, {60, Security(5156, R"("SourceAddress":"10.0.0.1")")}}),
            Seconds{60});
  EXPECT_EQ(Play(rules, {{0, logon}, {60, Security(5156, R"("SourceAddress":"10.0.0.2")")}}),
            Seconds{});
}

TEST(SigmaTimelines, APercentileOfNumbers) {
  const std::string rules =
      Correlation(
          "type: value_percentile, rules: [sent], group-by: [Host], timespan: 1h, condition: "
          "{field: Bytes, percentile: 90, gte: 100}") +
      Rule("sent", 1, "EventID: 5156");
  const auto sent = [](int64_t bytes) {
    return Security(5156, fmt::format(R"("Host":"pc","Bytes":{})", bytes));
  };
  Rows rows = Each(18, 60, [&](int64_t) { return sent(1); });
  rows.push_back({1200, sent(100)});
  rows.push_back({1260, sent(100)});
  EXPECT_EQ(Play(rules, rows), Seconds{}) << "of 20 the 18th";
  rows.push_back({1320, sent(100)});
  EXPECT_EQ(Play(rules, rows), Seconds{1320}) << "of 21 the 19th";
}

}  // namespace
}  // namespace riposte::app
