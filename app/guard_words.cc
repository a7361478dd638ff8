#include "app/guard_words.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/would.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {
namespace {

GuardWord AtRunTime(std::string guard, std::string detail) {
  return {.guard = std::move(guard),
          .verdict = "at_run_time",
          .reason = {},
          .detail = std::move(detail)};
}

GuardWord WordOf(std::string_view guard, const std::vector<guard::Decision>& trail) {
  const auto found = std::ranges::find(trail, guard, &guard::Decision::guard);
  if (found == trail.end())
    return {.guard = std::string(guard), .verdict = "not_asked", .reason = {}, .detail = {}};
  return {.guard = std::string(guard),
          .verdict = std::string(guard::VerdictName(found->verdict)),
          .reason = std::string(found->reason),
          .detail = found->detail};
}

GuardWord OfMode(const rule::Rule& rule) {
  if (rule.remediation && rule.remediation->mode != rule::AutoMode::kEnforce)
    return {.guard = "mode",
            .verdict = std::string(guard::VerdictName(guard::Verdict::kDryRun)),
            .reason = "rule_dry_run",
            .detail = "the rule does not say enforce"};
  return AtRunTime("mode", "the rule has to be armed, before its events were received");
}

std::string VerdictText(const GuardWord& word) {
  std::string out = word.verdict;
  std::ranges::replace(out, '_', ' ');
  return out;
}

}  // namespace

std::vector<GuardWord> GuardWords(const pipeline::Action& action, const rule::Rule& rule) {
  if (action.outcome == pipeline::Outcome::kRefused) return {};
  std::vector<GuardWord> words;
  words.push_back(AtRunTime("kill_switch", "enforcement has to be on"));
  words.push_back(AtRunTime("expiry", "the event must not be too old by then"));
  for (const std::string_view guard : {"duplicate", "protected", "scope"})
    words.push_back(WordOf(guard, action.trail));
  words.push_back(OfMode(rule));
  for (const std::string_view guard : {"size", "order_memory"})
    if (GuardWord word = WordOf(guard, action.trail); word.verdict != "not_asked")
      words.push_back(std::move(word));
  return words;
}

std::string GuardText(const pipeline::Action& action, const rule::Rule& rule, size_t indent) {
  std::string out;
  for (const GuardWord& word : GuardWords(action, rule)) {
    out += fmt::format("{:{}}{:<12} {}", "", indent, word.guard, VerdictText(word));
    if (!word.reason.empty()) out += ", " + word.reason;
    if (!word.detail.empty()) out += ": " + text::ForTerminal(word.detail);
    out += '\n';
  }
  return out;
}

void WriteAction(const pipeline::Action& action, const rule::Rule& rule, json::Writer& writer) {
  writer.Field("would", WouldOf(action.outcome))
      .Field("action", remediate::ActionName(action.proposal.action));
  if (action.proposal.command)
    writer.Field("target", remediate::DescribeTarget(*action.proposal.command));
  if (action.outcome != pipeline::Outcome::kOrdered)
    writer.Field("reason", action.reason()).Field("detail", action.detail());
  writer.Key("guards").BeginArray();
  for (const GuardWord& word : GuardWords(action, rule))
    writer.BeginObject()
        .Field("guard", word.guard)
        .Field("verdict", word.verdict)
        .Field("reason", word.reason)
        .Field("detail", word.detail)
        .EndObject();
  writer.EndArray();
  if (!action.command_json.empty()) writer.Key("command").Raw(action.command_json);
}

}  // namespace riposte::app
