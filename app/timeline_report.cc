#include "app/timeline_report.h"

#include <fmt/format.h>

#include "app/guard_words.h"
#include "app/trigger_words.h"
#include "app/would.h"
#include "base/json.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {
namespace {

using text::ForTerminal;

std::string Counted(size_t count, std::string_view one, std::string_view more) {
  return fmt::format("{} {}", count, count == 1 ? one : more);
}

std::string NotRunning(const Timeline& timeline) {
  const std::string& profile = timeline.profile->name;
  if (!timeline.missing_tokens.empty())
    return fmt::format("the rule does not run on events of {}, which lack {}", profile,
                       fmt::join(timeline.missing_tokens, ", "));
  return fmt::format("the rule runs only on events of {}, and these are read as {}",
                     fmt::join(timeline.rule->profiles, ", "), profile);
}

std::string VerdictWords(const Timeline& timeline) {
  if (!timeline.runs) return NotRunning(timeline);
  if (timeline.firings > 0) return Counted(timeline.firings, "firing", "firings");
  if (timeline.matched == 0) return "no firing: no event matches";
  return "no firing: no group meets the trigger";
}

std::string Header(const Timeline& timeline, const std::string& events) {
  const rule::Rule& rule = *timeline.rule;
  std::string out =
      fmt::format("rule     {} ({}, {}:{})\n", ForTerminal(rule.name), rule.id.ToString(),
                  ForTerminal(rule.source->path()), rule.source->Locate(rule.span.begin).line);
  out += fmt::format("events   {}, read as {}: {}, {} rejected, {} matched\n", ForTerminal(events),
                     timeline.profile->name, Counted(timeline.events, "event", "events"),
                     timeline.rejected, timeline.matched);
  out += fmt::format("trigger  {}\n", ForTerminal(timeline.trigger));
  out += fmt::format("verdict  {}\n", VerdictWords(timeline));
  if (!timeline.enabled) out += "note     the rule is disabled; this is as if it were enabled\n";
  if (timeline.inconsistent_line > 0)
    out += fmt::format(
        "ERROR    the matcher and the plain evaluator disagree about line {}, so nothing here is "
        "to be trusted\n",
        timeline.inconsistent_line);
  return out;
}

std::string NearestText(const trigger::Nearest& nearest, const rule::Trigger& trigger) {
  return fmt::format("{}; missing: {}", ReachedWords(nearest, trigger),
                     ForTerminal(MissingWords(nearest, trigger)));
}

std::string EventText(const Moment& moment, const rule::Trigger& trigger) {
  std::string out;
  if (!moment.event_id.empty()) out += ForTerminal(moment.event_id) + ' ';
  for (size_t i = 0; i < moment.steps.size(); ++i)
    out += fmt::format("{}'{}'{}", i == 0 ? "" : ", ", ForTerminal(moment.steps[i]),
                       i + 1 == moment.steps.size() ? " " : "");
  out += trigger::FateName(moment.fate);
  if (moment.reached) out += ": " + NearestText(*moment.reached, trigger);
  return out;
}

std::string FiringText(const Moment& moment, const rule::Rule& rule) {
  std::string out =
      fmt::format("FIRING of {}{}", Counted(static_cast<size_t>(moment.events), "event", "events"),
                  moment.by_deadline ? ", as that moment was over" : "");
  for (const pipeline::Action& action : moment.actions) {
    out += "\n           " + ForTerminal(DescribeAction(action)) + '\n';
    out += GuardText(action, rule, 13);
    out.pop_back();
  }
  return out;
}

std::string MomentText(const Moment& moment, const rule::Rule& rule) {
  switch (moment.kind) {
    case Moment::Kind::kEvent:
      return EventText(moment, rule.trigger);
    case Moment::Kind::kFiring:
      return FiringText(moment, rule);
    case Moment::Kind::kSummary:
      return fmt::format("the cooldown of that firing is over: {} more joined it", moment.events);
    case Moment::Kind::kEnded:
      break;
  }
  return fmt::format("what had passed {} ended: {}", Counted(moment.stages, "stage", "stages"),
                     ForTerminal(moment.why));
}

std::string GroupText(const TimelineGroup& group, const rule::Rule& rule) {
  std::string out = fmt::format("\ngroup    {}: {}\n",
                                group.words.empty() ? "of all matches" : ForTerminal(group.words),
                                Counted(group.firings, "firing", "firings"));
  for (size_t i = 0; i < group.moments.size(); ++i) {
    if (group.left_out > 0 && i == Timeline::kMomentEnds)
      out += fmt::format("  ... {} more\n", group.left_out);
    const Moment& moment = group.moments[i];
    out += fmt::format("  {:>6}   {}  {}\n", moment.line, FormatTime(moment.time),
                       MomentText(moment, rule));
  }
  if (group.nearest)
    out += fmt::format("  nearest  {}{}, from {} to {}; {}: {}\n",
                       group.firings > 0 ? "since the last firing " : "",
                       ReachedWords(*group.nearest, rule.trigger), FormatTime(group.nearest->first),
                       FormatTime(group.nearest->last), group.is_over ? "was missing" : "missing",
                       ForTerminal(MissingWords(*group.nearest, rule.trigger)));
  return out;
}

std::string StraysText(const Timeline& timeline) {
  if (timeline.stray_count == 0) return {};
  std::string out =
      fmt::format("\nno group: {}\n", Counted(timeline.stray_count, "match", "matches"));
  for (const Stray& stray : timeline.strays)
    out += fmt::format("  {:>6}   {}{}\n", stray.line,
                       stray.event_id.empty() ? "" : ForTerminal(stray.event_id) + ' ',
                       stray.has_key ? "what is measured is absent or unreadable (no_value)"
                                     : "a value of the group is absent or unreadable (no_key)");
  return out;
}

std::string WaitingText(const Timeline& timeline) {
  if (timeline.waiting.firings == 0) return {};
  return fmt::format("\nwaiting  {} more as time goes on without another event\n",
                     Counted(timeline.waiting.firings, "firing", "firings"));
}

class JsonReport {
 public:
  JsonReport(const Timeline& timeline, std::string& out) : timeline_(timeline), writer_(out) {}

  void Write(const std::string& events) {
    writer_.BeginObject();
    WriteRule();
    writer_.Field("source", events).Field("profile", timeline_.profile->name);
    writer_.Field("trigger", timeline_.trigger).Field("why", VerdictWords(timeline_));
    writer_.Key("runs").Bool(timeline_.runs).Key("enabled").Bool(timeline_.enabled);
    writer_.Key("consistent").Bool(timeline_.inconsistent_line == 0);
    Number("events", timeline_.events);
    Number("rejected", timeline_.rejected);
    Number("matched", timeline_.matched);
    Number("firings", timeline_.firings);
    Number("waiting_firings", timeline_.waiting.firings);
    Number("waiting_summaries", timeline_.waiting.summaries);
    writer_.Key("groups").BeginArray();
    for (const TimelineGroup& group : timeline_.groups) WriteGroup(group);
    writer_.EndArray();
    Number("groups_left_out", timeline_.groups_left_out);
    WriteStrays();
    writer_.EndObject();
  }

 private:
  void Number(std::string_view name, size_t number) {
    writer_.Field(name, static_cast<int64_t>(number));
  }

  void WriteRule() {
    const rule::Rule& rule = *timeline_.rule;
    writer_.Key("rule")
        .BeginObject()
        .Field("id", rule.id.ToString())
        .Field("name", rule.name)
        .Field("path", rule.source->path())
        .Field("line", rule.source->Locate(rule.span.begin).line)
        .EndObject();
  }

  void WriteGroup(const TimelineGroup& group) {
    writer_.BeginObject().Field("group", group.words);
    Number("firings", group.firings);
    writer_.Key("moments").BeginArray();
    for (const Moment& moment : group.moments) WriteMoment(moment);
    writer_.EndArray();
    Number("moments_left_out", group.left_out);
    if (group.nearest) {
      WriteNearest(*group.nearest, timeline_.rule->trigger, writer_);
      writer_.Key("too_late_now").Bool(group.is_over);
    }
    writer_.EndObject();
  }

  void WriteMoment(const Moment& moment) {
    writer_.BeginObject()
        .Field("line", moment.line)
        .Field("time", FormatTime(moment.time))
        .Field("what", MomentName(moment.kind));
    switch (moment.kind) {
      case Moment::Kind::kEvent:
        WriteEvent(moment);
        break;
      case Moment::Kind::kFiring:
        WriteFiring(moment);
        break;
      case Moment::Kind::kSummary:
        writer_.Field("joined", moment.events);
        break;
      case Moment::Kind::kEnded:
        Number("stages", moment.stages);
        writer_.Field("why", moment.why);
        break;
    }
    writer_.EndObject();
  }

  void WriteEvent(const Moment& moment) {
    writer_.Field("id", moment.event_id).Field("fate", trigger::FateName(moment.fate));
    writer_.Key("steps").BeginArray();
    for (const std::string& step : moment.steps) writer_.String(step);
    writer_.EndArray();
    if (moment.reached) WriteNearest(*moment.reached, timeline_.rule->trigger, writer_);
  }

  void WriteFiring(const Moment& moment) {
    writer_.Field("events", moment.events).Key("by_deadline").Bool(moment.by_deadline);
    writer_.Key("commands").BeginArray();
    for (const pipeline::Action& action : moment.actions) {
      writer_.BeginObject();
      WriteAction(action, *timeline_.rule, writer_);
      writer_.EndObject();
    }
    writer_.EndArray();
  }

  void WriteStrays() {
    writer_.Key("no_group").BeginArray();
    for (const Stray& stray : timeline_.strays)
      writer_.BeginObject()
          .Field("line", stray.line)
          .Field("id", stray.event_id)
          .Field("lacks", stray.has_key ? "value" : "key")
          .EndObject();
    writer_.EndArray();
    Number("no_group_count", timeline_.stray_count);
  }

  const Timeline& timeline_;
  json::Writer writer_;
};

}  // namespace

std::string TimelineText(const Timeline& timeline, const std::string& events) {
  std::string out = Header(timeline, events);
  for (const TimelineGroup& group : timeline.groups) out += GroupText(group, *timeline.rule);
  if (timeline.groups_left_out > 0)
    out += fmt::format("\n... {} that came less near\n",
                       Counted(timeline.groups_left_out, "more group", "more groups"));
  out += StraysText(timeline) + WaitingText(timeline);
  return out;
}

std::string TimelineJson(const Timeline& timeline, const std::string& events) {
  std::string out;
  JsonReport(timeline, out).Write(events);
  return out + '\n';
}

}  // namespace riposte::app
