// What a verb gets besides its own options, and how it answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "rules/text/diagnostic.h"

namespace riposte::cli {

// Exit codes of the process; docs/operations.md.
enum class Exit : int {
  kOk = 0,
  kFindings = 1,  // failed tests, findings
  kRules = 2,     // rules do not compile
  kUsage = 3,     // arguments, configuration, a file that cannot be read
  kPeer = 4,      // Kafka cannot be reached
};
Exit ExitFor(const Status& status);

// One call of the program. Results go to stdout, what went wrong to stderr; logs go there, too.
class Session {
 public:
  std::string format = "text";
  std::string config_file;
  std::vector<std::string> settings;                       // "key=value" of --set
  std::string log_level, log_format;                       // empty: as configured
  std::vector<std::pair<std::string, std::string>> flags;  // keys that a verb's own options set

  bool json() const { return format == "json"; }
  // Colour is for terminals, and for those who did not say NO_COLOR.
  bool color() const;

  // Appends to stdout; false when nobody reads it any more.
  bool Print(std::string_view text) const;
  void Complain(std::string_view text) const;  // one line on stderr: "riposte: ..."
  // Diagnostics for people on stderr.
  void Show(const text::Diagnostics& diagnostics) const;
  Exit Fail(const Status& status) const;  // Complain() and its exit code

  // All layers resolved, logs configured. On an error everything wrong was shown.
  std::optional<app::Resolved> Configure() const;
};

// `text` between the codes of a colour (ANSI number), or as it is.
std::string Colored(const Session& session, int color, std::string_view text);

}  // namespace riposte::cli
