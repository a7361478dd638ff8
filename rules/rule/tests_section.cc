#include "rules/rule/tests_section.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "rules/rule/event_json.h"

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 4> kTestKeys = {"name", "profile", "events", "expect"};
constexpr std::array<std::string_view, 2> kEventKeys = {"at", "event"};
constexpr std::array<std::string_view, 2> kExpectKeys = {"firings", "commands"};
constexpr std::array<std::string_view, 2> kFiringKeys = {"at", "events"};
constexpr std::array<std::string_view, 2> kCommandKeys = {"action", "target"};
constexpr std::array<std::string_view, 3> kActions = {"kill_process", "quarantine_file",
                                                      "quarantine_asset"};

// An event as a JSON text.
std::optional<std::string> ReadJsonText(const yaml::Node& node, text::NodeReader& reader) {
  const Result<json::Value> value = json::Parse(node.value);
  if (!value.ok()) {
    reader.Error(node.span, "bad-event",
                 fmt::format("the event is no JSON: {}", value.status().message()),
                 "write it as YAML, or as a JSON object in quotes or a | block");
    return std::nullopt;
  }
  if (value->as_object() == nullptr) {
    reader.Error(node.span, "bad-event", "the event is no JSON object");
    return std::nullopt;
  }
  return node.value;
}

std::optional<std::string> ReadEventJson(const yaml::Node& node, text::NodeReader& reader) {
  if (node.kind == yaml::Node::Kind::kMapping) return EventToJson(node, reader);
  if (node.kind == yaml::Node::Kind::kScalar) return ReadJsonText(node, reader);
  reader.WrongType(node, "'event'", "write the event's fields, or a JSON text");
  return std::nullopt;
}

// A span of time since the beginning of the test.
Duration ReadAt(const yaml::Node& node, text::NodeReader& reader) {
  const std::optional<std::string> text = reader.Text(node, "'at'");
  const std::optional<Duration> since_begin = text ? ParseDuration(*text) : std::nullopt;
  if (text && !since_begin)
    reader.Error(node.span, "bad-duration", fmt::format("'{}' is no span of time", *text),
                 "a whole number and ms, s, m, h, d or w: 90s");
  return since_begin.value_or(Duration{0});
}

std::optional<TestEvent> ReadEvent(const yaml::Node& node, text::NodeReader& reader) {
  if (!reader.Mapping(node, "an event of a test", kEventKeys)) return std::nullopt;
  TestEvent event{.at = {}, .json = {}, .span = text::ToSpan(node.span)};
  const yaml::Node* at = node.Find("at");
  if (at != nullptr) event.at = ReadAt(*at, reader);
  if (at != nullptr && node.Find("event") == nullptr) return event;
  const yaml::Node* body = reader.Required(node, "event", "an event of a test", node.span);
  if (body == nullptr) return std::nullopt;
  std::optional<std::string> json = ReadEventJson(*body, reader);
  if (!json) return std::nullopt;
  event.json = std::move(*json);
  return event;
}

std::optional<ExpectedFiring> ReadFiring(const yaml::Node& node, text::NodeReader& reader) {
  if (!reader.Mapping(node, "an expected firing", kFiringKeys)) return std::nullopt;
  const yaml::Node* at = reader.Required(node, "at", "an expected firing", node.span);
  if (at == nullptr) return std::nullopt;
  ExpectedFiring firing{
      .at = ReadAt(*at, reader), .events = std::nullopt, .span = text::ToSpan(node.span)};
  if (const yaml::Node* events = node.Find("events"))
    firing.events = reader.Count(*events, "'events'");
  return firing;
}

// How many, or each; an empty list says that there is none.
void ReadFirings(const yaml::Node& node, text::NodeReader& reader, TestCase& test) {
  if (node.kind != yaml::Node::Kind::kSequence) {
    test.firings = reader.Count(node, "'firings'");
    return;
  }
  test.firings = static_cast<int64_t>(node.items.size());
  test.each_firing.emplace();
  for (const yaml::Node& item : node.items) {
    if (std::optional<ExpectedFiring> firing = ReadFiring(item, reader))
      test.each_firing->push_back(*firing);
  }
}

std::optional<ExpectedCommand> ReadCommand(const yaml::Node& node, text::NodeReader& reader) {
  if (!reader.Mapping(node, "an expected command", kCommandKeys)) return std::nullopt;
  const yaml::Node* action = reader.Required(node, "action", "an expected command", node.span);
  if (action == nullptr) return std::nullopt;
  const std::optional<size_t> index = reader.Choice(*action, "'action'", kActions);
  if (!index) return std::nullopt;
  ExpectedCommand command{
      .action = std::string(kActions[*index]), .target = {}, .span = text::ToSpan(node.span)};
  if (const yaml::Node* target = node.Find("target"))
    command.target = reader.Text(*target, "'target'").value_or("");
  return command;
}

void ReadExpectation(const yaml::Node& node, text::NodeReader& reader, TestCase& test) {
  if (!reader.Mapping(node, "'expect'", kExpectKeys)) return;
  const yaml::Node* firings = node.Find("firings");
  const yaml::Node* commands = node.Find("commands");
  if (firings == nullptr && commands == nullptr)
    reader.Error(node.span, "missing-key", "'expect' expects nothing",
                 "add 'firings:' or 'commands:'");
  if (firings != nullptr) ReadFirings(*firings, reader, test);
  if (commands == nullptr) return;
  // An empty list says something: no command.
  if (commands->kind != yaml::Node::Kind::kSequence) {
    reader.WrongType(*commands, "'commands'", "write a list of {action, target}");
    return;
  }
  test.commands.emplace();
  for (const yaml::Node& item : commands->items) {
    if (std::optional<ExpectedCommand> command = ReadCommand(item, reader))
      test.commands->push_back(std::move(*command));
  }
}

TestCase ReadTest(const yaml::Node& node, const schema::Schema& schema, text::NodeReader& reader) {
  TestCase test;
  test.span = text::ToSpan(node.span);
  if (!reader.Mapping(node, "a test", kTestKeys)) return test;
  const yaml::Span place = node.entries.empty() ? node.span : node.entries.front().key_span;
  if (const yaml::Node* name = reader.Required(node, "name", "a test", place))
    test.name = reader.Text(*name, "a test's 'name'").value_or("");
  if (const yaml::Node* profile = node.Find("profile")) {
    if (CheckProfile(*profile, schema, reader)) test.profile = profile->value;
  }
  const yaml::Node* events = reader.Required(node, "events", "a test", place);
  if (events != nullptr && reader.List(*events, "'events'")) {
    for (const yaml::Node& item : events->items) {
      if (std::optional<TestEvent> event = ReadEvent(item, reader))
        test.events.push_back(std::move(*event));
    }
  }
  if (const yaml::Node* expect = reader.Required(node, "expect", "a test", place))
    ReadExpectation(*expect, reader, test);
  return test;
}

}  // namespace

bool CheckProfile(const yaml::Node& node, const schema::Schema& schema, text::NodeReader& reader) {
  const std::optional<std::string> name = reader.Text(node, "the name of a profile");
  if (!name) return false;
  if (schema.FindProfile(*name) != nullptr) return true;
  std::vector<std::string_view> known;
  known.reserve(schema.profiles.size());
  for (const schema::Profile& profile : schema.profiles) known.push_back(profile.name);
  reader.Error(node.span, "unknown-profile", fmt::format("unknown profile '{}'", *name),
               text::Suggestion(*name, known));
  return false;
}

std::vector<TestCase> ReadTests(const yaml::Node& section, const schema::Schema& schema,
                                text::NodeReader& reader) {
  std::vector<TestCase> tests;
  if (!reader.List(section, "'tests'")) return tests;
  tests.reserve(section.items.size());
  for (const yaml::Node& item : section.items) tests.push_back(ReadTest(item, schema, reader));
  return tests;
}

}  // namespace riposte::rule
