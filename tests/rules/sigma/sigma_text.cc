#include "tests/rules/sigma/sigma_text.h"

#include <gtest/gtest.h>

#include "engine/event/decode.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"

namespace riposte::sigma::test {
namespace {

constexpr std::string_view kProfile = R"(name: flat
description: a format of the tests
roles:
  event_type: type
tokens:
  type:
    type: keyword
    values: [OTHER]
    description: kind
    example: "type: OTHER"
    constant: OTHER
sigma:
  default: ["*", "deep.*.*"]
  fields:
    Id: {paths: [head.id, head.id.text]}
    Old:
      cases:
        - when: {kind: exec}
          path: older
        - path: Old
  logsources:
    - {product: test}
    - product: test
      category: proc
      when:
        - {kind: proc}
        - {kind: exec}
    - product: test
      service: log
      when: {channel: log}
)";

text::SourcePtr Source(std::string path, std::string_view bytes) {
  return std::make_shared<const text::Source>(std::move(path), std::string(bytes));
}

bool JudgeBoth(const rule::RuleSet& set, std::string_view json) {
  const schema::Profile& profile = *set.schema->FindProfile("flat");
  const std::shared_ptr<const match::Matcher> matcher = match::Matcher::Compile(set, profile);
  event::Decoder decoder;
  EXPECT_EQ(decoder.Decode(matcher->plan(), json), event::Reject::kNone) << json;
  match::Matcher::Scratch scratch;
  std::vector<match::Match> fast;
  matcher->FindMatches(decoder.event(), {}, scratch, fast);
  match::PlainMatcher plain_matcher(set, profile);
  EXPECT_EQ(decoder.Decode(plain_matcher.plan(), json), event::Reject::kNone) << json;
  const std::vector<match::Match> plain = plain_matcher.FindMatches(decoder.event(), {});
  EXPECT_EQ(fast, plain) << set.rules.front().canonical_query << "\n" << json;
  event::DomDecoder dom;
  EXPECT_EQ(dom.Decode(plain_matcher.plan(), json), event::Reject::kNone) << json;
  EXPECT_EQ(plain_matcher.FindMatches(dom.event(), {}), plain) << "the decoders differ: " << json;
  return !plain.empty();
}

std::string WithCondition(std::string_view detection) {
  std::string lines(detection);
  if (lines.find("condition:") == std::string::npos) lines += "\ncondition: a";
  return lines;
}

}  // namespace

schema::SchemaPtr FlatSchema() {
  static const schema::SchemaPtr schema = [] {
    text::Diagnostics diagnostics;
    schema::SchemaPtr loaded = schema::LoadSchemaFrom({Source("flat.yaml", kProfile)}, diagnostics);
    EXPECT_NE(loaded, nullptr) << text::Render(diagnostics);
    return loaded;
  }();
  return schema;
}

std::string RuleOf(std::string_view detection) {
  std::string rule =
      "title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: {product: test}\n"
      "detection:\n  ";
  for (const char c : detection) {
    rule += c;
    if (c == '\n') rule += "  ";
  }
  return rule + "\n";
}

std::string Loaded::codes() const {
  std::string codes;
  for (const text::Diagnostic& one : diagnostics.all()) {
    const text::LineColumn at = one.source->Locate(one.span.begin);
    if (!codes.empty()) codes += ' ';
    codes += one.code + "@" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }
  return codes;
}

Loaded Load(std::string_view bytes) { return LoadFiles({std::string(bytes)}); }

Loaded LoadFiles(const std::vector<std::string>& files) {
  std::vector<text::SourcePtr> sources;
  for (const std::string& file : files)
    sources.push_back(Source(std::to_string(sources.size()) + ".yml", file));
  Loaded loaded;
  loaded.set = rule::LoadRulesFrom(sources, FlatSchema(), loaded.diagnostics);
  return loaded;
}

std::string Canonical(std::string_view detection) {
  const Loaded loaded = Load(RuleOf(WithCondition(detection)));
  if (loaded.set == nullptr) return loaded.codes();
  const std::string& query = loaded.set->rules.front().canonical_query;
  const std::string_view log_source = "sigma-logsource.test//: true and ";
  EXPECT_TRUE(query.starts_with(log_source)) << query;
  return query.substr(log_source.size());
}

bool Matches(std::string_view rule, std::string_view json) {
  const Loaded loaded = Load(rule);
  EXPECT_NE(loaded.set, nullptr) << text::Render(loaded.diagnostics);
  return loaded.set != nullptr && JudgeBoth(*loaded.set, json);
}

bool Holds(std::string_view detection, std::string_view json) {
  return Matches(RuleOf(WithCondition(detection)), json);
}

}  // namespace riposte::sigma::test
