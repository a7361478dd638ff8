#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "app/cli/rule_input.h"
#include "app/cli/verbs.h"
#include "app/rule_tests.h"
#include "app/wiring.h"
#include "base/json.h"

namespace riposte::cli {
namespace {

struct Arguments {
  std::vector<std::string> paths;
};

struct Totals {
  size_t passed = 0, failed = 0, rules_without_tests = 0;
};

Totals Count(const rule::RuleSet& rules, const std::vector<app::TestOutcome>& outcomes) {
  Totals totals;
  for (const app::TestOutcome& outcome : outcomes)
    ++(outcome.failures.empty() ? totals.passed : totals.failed);
  totals.rules_without_tests =
      static_cast<size_t>(std::count_if(rules.rules.begin(), rules.rules.end(),
                                        [](const rule::Rule& rule) { return rule.tests.empty(); }));
  return totals;
}

uint32_t LineOf(const app::TestOutcome& outcome) {
  return outcome.rule->source->Locate(outcome.test->span.begin).line;
}

std::string AsText(const Session& session, const std::vector<app::TestOutcome>& outcomes,
                   const Totals& totals) {
  std::string out;
  const rule::Rule* rule = nullptr;
  for (const app::TestOutcome& outcome : outcomes) {
    if (outcome.rule != rule) {
      rule = outcome.rule;
      out += fmt::format("{} ({})\n", Colored(session, 1, rule->name), rule->source->path());
    }
    if (outcome.failures.empty()) {
      out += fmt::format("  {}    {}\n", Colored(session, 32, "ok"), outcome.test->name);
      continue;
    }
    out += fmt::format("  {}  {} ({}:{})\n", Colored(session, 31, "FAIL"), outcome.test->name,
                       rule->source->path(), LineOf(outcome));
    for (const std::string& failure : outcome.failures) out += "        " + failure + "\n";
  }
  out += fmt::format("{} passed, {} failed", totals.passed, totals.failed);
  if (totals.rules_without_tests > 0)
    out += fmt::format("; {} rule{} without tests", totals.rules_without_tests,
                       totals.rules_without_tests == 1 ? "" : "s");
  return out + "\n";
}

std::string AsJson(const std::vector<app::TestOutcome>& outcomes, const Totals& totals) {
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Key("tests").BeginArray();
  for (const app::TestOutcome& outcome : outcomes) {
    writer.BeginObject()
        .Field("rule", outcome.rule->id.ToString())
        .Field("rule_name", outcome.rule->name)
        .Field("test", outcome.test->name)
        .Field("path", outcome.rule->source->path())
        .Field("line", LineOf(outcome));
    writer.Key("passed").Bool(outcome.failures.empty()).Key("failures").BeginArray();
    for (const std::string& failure : outcome.failures) writer.String(failure);
    writer.EndArray().EndObject();
  }
  writer.EndArray()
      .Field("passed", static_cast<int64_t>(totals.passed))
      .Field("failed", static_cast<int64_t>(totals.failed))
      .Field("rules_without_tests", static_cast<int64_t>(totals.rules_without_tests))
      .EndObject();
  return out + "\n";
}

// XML text: what XML 1.0 cannot hold becomes U+FFFD.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') {
          out += "\uFFFD";
        } else {
          out.push_back(c);
        }
    }
  }
  return out;
}

std::string AsJunit(const std::vector<app::TestOutcome>& outcomes, const Totals& totals) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"riposte\" tests=\"{}\" "
      "failures=\"{}\">\n",
      outcomes.size(), totals.failed);
  for (const app::TestOutcome& outcome : outcomes) {
    out += fmt::format("  <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
                       Escaped(outcome.rule->name), Escaped(outcome.test->name),
                       Escaped(outcome.rule->source->path()), LineOf(outcome));
    if (outcome.failures.empty()) {
      out += "/>\n";
      continue;
    }
    out += fmt::format(">\n    <failure message=\"{}\">{}</failure>\n  </testcase>\n",
                       Escaped(outcome.failures.front()),
                       Escaped(fmt::format("{}", fmt::join(outcome.failures, "\n"))));
  }
  return out + "</testsuite>\n";
}

Exit RunTest(const Arguments& arguments, Session& session) {
  const RuleInput input = ReadRuleInput(session, arguments.paths);
  if (input.exit != Exit::kOk) {
    session.Show(input.loaded.diagnostics);
    return input.exit;
  }
  Result<guard::Settings> guards = app::GuardSettings(input.resolved->config);
  if (!guards.ok()) return session.Fail(guards.status());

  const std::vector<app::TestOutcome> outcomes = app::RunRuleTests(
      *input.loaded.rules,
      {.guards = std::move(guards).value(), .ttl = app::TimeToLiveOf(input.resolved->config)});
  const Totals totals = Count(*input.loaded.rules, outcomes);
  if (session.json()) {
    session.Print(AsJson(outcomes, totals));
  } else if (session.format == "junit") {
    session.Print(AsJunit(outcomes, totals));
  } else {
    session.Print(AsText(session, outcomes, totals));
  }
  return totals.failed > 0 ? Exit::kFindings : Exit::kOk;
}

}  // namespace

Verb TestVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {
      .name = "test",
      .summary = "Run the tests inside rule files: which events fire, and what would be ordered",
      .examples =
          "  riposte test rules/\n"
          "  riposte test office.yaml --format junit > report.xml\n"
          "Event time is both clocks; the kill switch, arming and age are left out.",
      .formats = {"text", "json", "junit"},
      .declare =
          [arguments](Options& options) {
            options.Positionals(
                "PATH", arguments->paths,
                "Rule files and folders; default: rules.paths of the configuration");
          },
      .run = [arguments](Session& session) { return RunTest(*arguments, session); }};
}

}  // namespace riposte::cli
