// Lints one rule, written as what differs.
#pragma once

#include <string>

namespace riposte::lint::test {

struct Case {
  std::string query = "type: PROCESS and process.name: `a.exe`";
  std::string mode = {};  // of a remediation: "off", "dry_run", "enforce"; empty: alerts only
  std::string action = "kill_process_and_quarantine_file";
  std::string more =
      "tests:\n- name: t\n  events: [{event: {}}]\n  expect: {firings: 0}\n";  // further lines of
                                                                               // the rule
};

// The findings, in order: "error code `marked text`", separated by blanks. A rule that does not
// load gives its errors.
std::string Lint(const Case& rule);

// All findings as people see them.
std::string Rendered(const Case& rule);

}  // namespace riposte::lint::test
