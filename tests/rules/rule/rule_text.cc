#include "tests/rules/rule/rule_text.h"

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

std::string SigmaText(int number, std::string_view more) {
  return fmt::format(
      "title: Sigma {}\nid: {}\nlogsource: {{product: windows, category: process_creation}}\n"
      "detection:\n  a: {{Image|endswith: '\\tool{}.exe'}}\n  condition: a\n{}",
      number, IdOf(number), number, more);
}

}  // namespace riposte::rule::test
