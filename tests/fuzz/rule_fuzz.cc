// Rule files of any bytes: a set or errors, never neither nor both; each finding has a place in the
// file and can be shown.
#include <cstdint>
#include <memory>
#include <string>

#include "base/check.h"
#include "rules/lint/lint.h"
#include "rules/rule/load.h"
#include "rules/schema/load.h"

namespace {

const riposte::schema::SchemaPtr& Schema() {
  static const riposte::schema::SchemaPtr schema = [] {
    riposte::text::Diagnostics diagnostics;
    return riposte::schema::LoadSchema({}, diagnostics);
  }();
  return schema;
}

}  // namespace

// libfyaml 0.7.12 forgets a token where an error follows an anchor and a tag.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer looks for this name.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfyaml\n"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto source = std::make_shared<riposte::text::Source>("rules.yaml", std::move(bytes));
  riposte::text::Diagnostics diagnostics;
  const riposte::rule::RuleSetPtr set =
      riposte::rule::LoadRulesFrom({source}, Schema(), diagnostics);
  RIPOSTE_CHECK((set == nullptr) == diagnostics.has_errors(), "a set, or errors");
  if (set != nullptr) {
    // Filters and placeholders of Sigma are for the rules of other files.
    const bool is_for_others = source->bytes().find("filter") != std::string_view::npos ||
                               source->bytes().find("placeholders") != std::string_view::npos;
    RIPOSTE_CHECK(!set->rules.empty() || is_for_others, "a file that gives no rule is an error");
    riposte::lint::LintRules(*set, diagnostics);
  }
  for (const riposte::text::Diagnostic& diagnostic : diagnostics.all()) {
    RIPOSTE_CHECK(diagnostic.span.begin <= diagnostic.span.end && diagnostic.span.end <= size,
                  "a finding has a place in the file");
    RIPOSTE_CHECK(!diagnostic.message.empty() && !diagnostic.code.empty(),
                  "a finding says what it is");
    RIPOSTE_CHECK(!riposte::text::Render(diagnostic).empty(), "a finding can be shown");
  }
  return 0;
}
