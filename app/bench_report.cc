#include "app/bench_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/columns.h"
#include "base/json.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {
namespace {

constexpr size_t kNameMax = 48;     // characters of a rule's name in the table
constexpr size_t kReasonMax = 160;  // ... of a reason

// 1234567 as "1,234,567".
std::string Grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}
std::string Grouped(uint64_t number) { return Grouped(static_cast<double>(number)); }

double PerEventNs(const Timing& timing, const BenchResult& result) {
  return timing.seconds * 1e9 / static_cast<double>(result.events);
}
double EventsPerSecond(const Timing& timing, const BenchResult& result) {
  return timing.seconds > 0 ? static_cast<double>(result.events) / timing.seconds : 0;
}
double MegabytesPerSecond(const Timing& timing, const BenchResult& result) {
  return timing.seconds > 0 ? static_cast<double>(result.bytes) / timing.seconds / 1e6 : 0;
}

std::string Head(const BenchResult& result, const BenchSubject& subject) {
  std::string out = fmt::format(
      "{} events of {}, {:.1f} MB{}; {} of {} rules run on them\n", Grouped(result.events),
      subject.profile->name, static_cast<double>(result.bytes) / 1e6,
      result.rejected == 0 ? "" : fmt::format(", {} rejected", Grouped(result.rejected)),
      Grouped(result.rules), Grouped(subject.rules->rules.size()));
  if (subject.cut) out += "Not all events had room in memory: the others are left out.\n";
  return out;
}

std::string Line(std::string_view name, const Timing& timing, const BenchResult& result) {
  return fmt::format("{:<24}{:>12}{:>14}{:>10}{:>9.0f} %\n", name,
                     Grouped(PerEventNs(timing, result)), Grouped(EventsPerSecond(timing, result)),
                     Grouped(MegabytesPerSecond(timing, result)), timing.spread * 100);
}

std::string Timings(const BenchResult& result) {
  std::string out =
      fmt::format("{:<24}{:>12}{:>14}{:>10}{:>11}\n", "", "ns/event", "events/s", "MB/s", "spread");
  out += Line("parse (simdjson's DOM)", result.dom, result);
  out += Line("decode the rules' fields", result.decode, result);
  out += Line("bytes to matches", result.whole, result);
  out += fmt::format("{:<24}{:>12}\n", "  find the rules", Grouped(result.find_ns));
  out += fmt::format("{:<24}{:>12}\n", "  evaluate them", Grouped(result.evaluate_ns));
  return out;
}

std::string Counts(const BenchResult& result) {
  std::string out =
      fmt::format("{} matches in {} events; {:.2f} evaluations an event, of {} rules\n",
                  Grouped(result.matches), Grouped(result.matched_events),
                  static_cast<double>(result.evaluations) / static_cast<double>(result.events),
                  Grouped(static_cast<uint64_t>(result.rules_evaluated)));
  if (result.plain_events > 0)
    out += fmt::format(
        "{} events fit the texts of so many rules that all rules were evaluated for them\n",
        Grouped(result.plain_events));
  return out;
}

std::string Ranking(const BenchResult& result, const BenchSubject& subject) {
  const auto name_of = [&](const RuleCost& cost) {
    return CutAt(text::ForTerminal(subject.rules->rules[cost.rule].name), kNameMax);
  };
  size_t width = 4;
  for (const RuleCost& cost : result.ranking) width = std::max(width, CodePoints(name_of(cost)));
  std::string out = fmt::format("{:<{}}{:>13}{:>11}{:>10}{:>9}  why\n", "rule", width,
                                "evaluations", "matches", "ns/event", "share");
  for (const RuleCost& cost : result.ranking) {
    const std::string name = name_of(cost);
    out += name + std::string(width - CodePoints(name), ' ');
    out += fmt::format("{:>13}{:>11}{:>10.1f}{:>7.1f} %", Grouped(cost.evaluations),
                       Grouped(cost.matches), cost.ns_per_event, cost.share * 100);
    // A reason a line, below each other.
    std::string before = "  ";
    for (const CostReason& reason : cost.reasons) {
      out += before + CutAt(text::ForTerminal(reason.words), kReasonMax);
      before = "\n" + std::string(width + 13 + 11 + 10 + 9 + 2, ' ');
    }
    out += '\n';
  }
  if (result.ranking.size() < result.rules_evaluated)
    out += fmt::format("... and {} more that cost less\n",
                       Grouped(result.rules_evaluated - result.ranking.size()));
  return out;
}

void WriteTiming(std::string_view key, const Timing& timing, const BenchResult& result,
                 json::Writer& writer) {
  writer.Key(key).BeginObject();
  writer.Key("ns_per_event").Double(PerEventNs(timing, result));
  writer.Key("events_per_second").Double(EventsPerSecond(timing, result));
  writer.Key("megabytes_per_second").Double(MegabytesPerSecond(timing, result));
  writer.Key("spread").Double(timing.spread).EndObject();
}

void WriteRule(const RuleCost& cost, const rule::Rule& rule, json::Writer& writer) {
  writer.BeginObject().Field("id", rule.id.ToString()).Field("name", rule.name);
  if (rule.source != nullptr)
    writer.Field("path", rule.source->path())
        .Field("line", rule.source->Locate(rule.span.begin).line);
  writer.Key("evaluations").Uint(cost.evaluations).Key("matches").Uint(cost.matches);
  writer.Key("ns_per_event").Double(cost.ns_per_event).Key("share").Double(cost.share);
  writer.Key("reasons").BeginArray();
  for (const CostReason& reason : cost.reasons)
    writer.BeginObject()
        .Field("cause", CostCauseName(reason.cause))
        .Field("words", reason.words)
        .EndObject();
  writer.EndArray().EndObject();
}

}  // namespace

std::string BenchText(const BenchResult& result, const BenchSubject& subject) {
  std::string out = Head(result, subject) + '\n' + Timings(result) + '\n' + Counts(result);
  if (!result.ranking.empty()) out += '\n' + Ranking(result, subject);
  return out;
}

std::string BenchJson(const BenchResult& result, const BenchSubject& subject) {
  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("profile", subject.profile->name);
  writer.Key("events").Uint(result.events).Key("bytes").Uint(result.bytes);
  writer.Key("rejected").Uint(result.rejected).Key("cut").Bool(subject.cut);
  writer.Key("rules").Uint(result.rules).Key("rules_evaluated").Uint(result.rules_evaluated);
  writer.Key("matches").Uint(result.matches).Key("matched_events").Uint(result.matched_events);
  writer.Key("evaluations").Uint(result.evaluations);
  writer.Key("plainly_evaluated_events").Uint(result.plain_events);
  WriteTiming("dom", result.dom, result, writer);
  WriteTiming("decode", result.decode, result, writer);
  WriteTiming("bytes_to_matches", result.whole, result, writer);
  writer.Key("find_rules_ns_per_event").Double(result.find_ns);
  writer.Key("evaluate_rules_ns_per_event").Double(result.evaluate_ns);
  writer.Key("ranking").BeginArray();
  for (const RuleCost& cost : result.ranking)
    WriteRule(cost, subject.rules->rules[cost.rule], writer);
  writer.EndArray().EndObject();
  return out + '\n';
}

}  // namespace riposte::app
