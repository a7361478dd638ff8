// A Sigma file of any bytes beside placeholders, its bytes as the condition of a rule or of a
// correlation, and as a responses.yaml beside one: a set or errors, each at a place in its file;
// both decoders and both evaluators agree on an event; and all parts of a trigger are grouped by as
// many fields.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "engine/event/decode.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"

namespace {

using riposte::text::Diagnostics;
using riposte::text::SourcePtr;

constexpr std::string_view kEvent =
    R"({"Channel": "Security", "EventID": 4688, "NewProcessName": "C:\\a\\cmd.exe", "CommandLine":
        "cmd -enc ZQB2AGkAbAA= \u212a", "User": null, "Data": ["x", 5, {"y": "10.0.0.1"}], "Image": ""})";

const riposte::schema::SchemaPtr& Schema() {
  static const riposte::schema::SchemaPtr schema = [] {
    Diagnostics diagnostics;
    return riposte::schema::LoadSchema({}, diagnostics);
  }();
  return schema;
}

SourcePtr Source(std::string path, std::string bytes) {
  return std::make_shared<const riposte::text::Source>(std::move(path), std::move(bytes));
}

void Judge(const riposte::rule::RuleSet& set) {
  using riposte::match::Matcher;
  const riposte::schema::Profile& profile = *set.schema->FindProfile("windows-nxlog");
  const std::shared_ptr<const Matcher> matcher = Matcher::Compile(set, profile);
  riposte::event::Decoder decoder;
  RIPOSTE_CHECK(decoder.Decode(matcher->plan(), kEvent) == riposte::event::Reject::kNone,
                "the event is well-formed");
  Matcher::Scratch scratch;
  std::vector<riposte::match::Match> fast;
  matcher->FindMatches(decoder.event(), {}, scratch, fast);
  riposte::match::PlainMatcher plain(set, profile);
  RIPOSTE_CHECK(decoder.Decode(plain.plan(), kEvent) == riposte::event::Reject::kNone,
                "the verdict on an event is the same for all plans");
  RIPOSTE_CHECK(fast == plain.FindMatches(decoder.event(), {}),
                "the matcher agrees with the plain evaluator");
}

riposte::rule::RuleSetPtr Load(const std::vector<SourcePtr>& sources) {
  Diagnostics diagnostics;
  riposte::rule::RuleSetPtr set = riposte::rule::LoadRulesFrom(sources, Schema(), diagnostics);
  RIPOSTE_CHECK((set == nullptr) == diagnostics.has_errors(), "a set, or errors");
  for (const riposte::text::Diagnostic& one : diagnostics.all()) {
    RIPOSTE_CHECK(one.span.begin <= one.span.end && one.span.end <= one.source->bytes().size(),
                  "a place in the file");
    RIPOSTE_CHECK(!one.message.empty() && !one.code.empty(), "says what it is");
    RIPOSTE_CHECK(!Render(one).empty(), "can be shown");
  }
  return set;
}

void CheckTrigger(const riposte::rule::Rule& rule) {
  const std::vector<const riposte::rule::Step*> parts = riposte::rule::PartsOf(rule.trigger);
  for (const riposte::rule::Step* part : parts) {
    if (part == nullptr) continue;
    RIPOSTE_CHECK(part->by.size() == parts.front()->by.size(), "groups can be compared");
    RIPOSTE_CHECK(part->query.empty() == part->firings_of.has_value(), "a query, or firings");
    if (part->firings_of)
      RIPOSTE_CHECK(part->firings_of->by.size() == part->by.size(), "a place for each field");
  }
}

void LoadAndJudge(const std::vector<SourcePtr>& sources) {
  const riposte::rule::RuleSetPtr set = Load(sources);
  if (set == nullptr) return;
  for (const riposte::rule::Rule& rule : set->rules) CheckTrigger(rule);
  Judge(*set);
}

std::string AsCondition(const std::string& bytes) {
  std::string condition;
  for (const char c : bytes) condition += c == '\'' ? std::string("''") : std::string(1, c);
  return "title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: windows}\n"
         "detection:\n  sel_a: {Image: a}\n  sel_b: ['x']\n  _c: {User: null}\n  condition: '" +
         condition + "'\n";
}

std::string AsCorrelation(const std::string& bytes) {
  std::string text;
  for (const std::string name : {"a", "b"})
    text += "title: T\nid: 00000000-0000-4000-8000-00000000000" + name + "\nname: " + name +
            "\nlogsource: {product: windows}\ndetection: {x: {Image: a}, condition: x}\n---\n";
  text +=
      "title: T\nid: 00000000-0000-4000-8000-000000000001\ncorrelation:\n  type: temporal\n"
      "  group-by: [User]\n  timespan: 1m\n  condition: '";
  for (const char c : bytes) text += c == '\'' ? std::string("''") : std::string(1, c);
  return text + "'\n";
}

}  // namespace

// libfyaml 0.7.12 forgets a token where an error follows an anchor and a tag.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer looks for this name.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfyaml\n"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const SourcePtr values = Source("values.yml", "placeholders: {a: [x, 'y*'], b: '?'}\n");
  LoadAndJudge({Source("rule.yml", bytes), values});
  LoadAndJudge({Source("rule.yml", AsCondition(bytes)), values});
  LoadAndJudge({Source("rule.yml", AsCondition("1 of them")), Source("responses.yaml", bytes)});
  LoadAndJudge({Source("rule.yml", AsCorrelation(bytes))});
  LoadAndJudge({Source("rule.yml", AsCorrelation("a and not b")), Source("responses.yaml", bytes)});
  return 0;
}
