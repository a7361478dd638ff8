#include "tests/rules/rule/rule_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "rules/schema/load.h"

namespace riposte::rule::test {

schema::SchemaPtr ShippedSchema() {
  static const schema::SchemaPtr schema = [] {
    text::Diagnostics diagnostics;
    schema::SchemaPtr loaded = schema::LoadSchema({}, diagnostics);
    RIPOSTE_CHECK(loaded != nullptr, text::Render(diagnostics));
    return loaded;
  }();
  return schema;
}

std::string IdOf(int number) { return fmt::format("0b6d1a52-6e0c-4c1e-9c51-{:012}", number); }

std::string RuleText(int number, std::string_view more) {
  return fmt::format(
      "id: {}\nname: rule {}\nseverity: high\nquery: |\n  type: PROCESS and process.name: `a.exe`\n"
      "trigger:\n  single_match: {{}}\n{}",
      IdOf(number), number, more);
}

std::string Loaded::codes() const {
  std::string out;
  for (const text::Diagnostic& diagnostic : diagnostics.all()) {
    const text::LineColumn place = diagnostic.source->Locate(diagnostic.span.begin);
    out += fmt::format("{}{}@{}:{}", out.empty() ? "" : " ", diagnostic.code, place.line,
                       place.column);
  }
  return out;
}

const Rule& Loaded::rule(size_t index) const {
  RIPOSTE_CHECK(set != nullptr, text::Render(diagnostics));
  return set->rules.at(index);
}

Loaded LoadText(std::string_view bytes) { return LoadFiles({{"rules.yaml", std::string(bytes)}}); }

Loaded LoadFiles(const std::vector<std::pair<std::string, std::string>>& files) {
  Loaded loaded;
  std::vector<text::SourcePtr> sources;
  for (const auto& [name, bytes] : files)
    sources.push_back(std::make_shared<text::Source>(name, bytes));
  loaded.set = LoadRulesFrom(sources, ShippedSchema(), loaded.diagnostics);
  return loaded;
}

std::string TriggerText(std::string_view section, std::string_view more) {
  std::string text = RuleText(1);
  text.resize(text.find("trigger:"));
  return text + fmt::format("trigger: {}\n{}", section, more);
}

Loaded LoadTrigger(std::string_view section, std::string_view more) {
  return LoadFiles({{"rules.yaml", TriggerText(section, more)}});
}

std::string Unexpected(std::string_view marked, std::string_view codes) {
  std::string text, expected;
  std::vector<uint32_t> places;
  for (const char c : marked) {
    if (c == '^') {
      places.push_back(static_cast<uint32_t>(text.size()));
    } else {
      text += c;
    }
  }
  const text::Source source("rules.yaml", text);
  for (size_t begin = 0, i = 0; begin < codes.size(); ++i) {
    const size_t end = std::min(codes.find(' ', begin), codes.size());
    const text::LineColumn place = source.Locate(places.at(i));
    expected += fmt::format("{}{}@{}:{}", i == 0 ? "" : " ", codes.substr(begin, end - begin),
                            place.line, place.column);
    begin = end + 1;
  }
  const Loaded loaded = LoadFiles({{"rules.yaml", text}});
  if (loaded.codes() == expected) return {};
  return fmt::format("expected {}\n{}", expected, text::Render(loaded.diagnostics));
}

std::string UnexpectedOfTrigger(std::string_view marked, std::string_view codes) {
  return Unexpected(TriggerText(marked), codes);
}

std::string SigmaText(int number, std::string_view more) {
  return fmt::format(
      "title: Sigma {}\nid: {}\nlogsource: {{product: windows, category: process_creation}}\n"
      "detection:\n  a: {{Image|endswith: '\\tool{}.exe'}}\n  condition: a\n{}",
      number, IdOf(number), number, more);
}

std::string NamedRules(int count) {
  std::string rules;
  for (int i = 1; i <= count; ++i) rules += SigmaText(i, fmt::format("name: r{}\n---\n", i));
  return rules;
}

std::string CorrelationText(int number, std::string_view section, std::string_view more) {
  return fmt::format("title: Correlation {}\nid: {}\ncorrelation: {{{}}}\n{}", number, IdOf(number),
                     section, more);
}

}  // namespace riposte::rule::test
