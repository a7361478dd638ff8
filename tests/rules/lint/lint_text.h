// Lints one rule, written as what differs.
#pragma once

#include <string>
#include <string_view>

namespace riposte::lint::test {

struct Case {
  std::string query = "type: PROCESS and process.name: `a.exe`";
  std::string mode = {};  // of a remediation: "off", "dry_run", "enforce"; empty: alerts only
  std::string action = "kill_process_and_quarantine_file";
  std::string more =
      "description: d\nfalse_positives: [none known]\ntests:\n"
      "- {name: hit, events: [{event: {}}], expect: {firings: 1}}\n"
      "- {name: miss, events: [{event: {}}], expect: {firings: 0}}\n";  // further lines of the rule
};

// The findings, in order: "error code `marked text`", separated by blanks. A rule that does not
// load gives its errors.
std::string Lint(const Case& rule);
// Those of one code.
std::string Lint(const Case& rule, std::string_view code);
// The same for a whole file; windows are allowed.
std::string LintFile(std::string_view bytes, std::string_view code);

// A Sigma rule that a responses.yaml gives a kill, or the isolation if there is no target.
struct SigmaCase {
  std::string selections = "  a: {Image: 'C:\\a.exe'}\n";  // lines of the detection
  std::string condition = "a";
  std::string mode = "enforce";
  std::string target = "process";
  std::string category = "process_creation";
  std::string more = "description: d\nfalsepositives: [none known]\n";
};
std::string LintSigma(const SigmaCase& rule, std::string_view code);
// All findings as people see them.
std::string RenderedSigma(const SigmaCase& rule);

// The rule's query after the fixes of the findings with this code, the last place first.
std::string Fixed(const std::string& query, std::string_view code);

// All findings as people see them.
std::string Rendered(const Case& rule);

}  // namespace riposte::lint::test
