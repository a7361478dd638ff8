#include "app/would.h"

#include <fmt/format.h>

#include "rules/text/diagnostic.h"

namespace riposte::app {

std::string_view WouldOf(pipeline::Outcome outcome) {
  switch (outcome) {
    case pipeline::Outcome::kOrdered:
      return "order";
    case pipeline::Outcome::kDryRun:
      return "dry_run";
    case pipeline::Outcome::kHeld:
      return "hold";
    case pipeline::Outcome::kDenied:
      return "deny";
    case pipeline::Outcome::kRefused:
      return "refuse";
  }
  return "deny";
}

std::string DescribeAction(const pipeline::Action& action) {
  std::string out = fmt::format("would {} {}", WouldOf(action.outcome),
                                remediate::ActionName(action.proposal.action));
  if (action.proposal.command)
    out += fmt::format(" for {}", remediate::DescribeTarget(*action.proposal.command));
  if (!action.reason().empty()) out += fmt::format(": {} ({})", action.reason(), action.detail());
  return out;
}

std::string DescribeWindow(const Fired& fired) {
  const int64_t events = fired.decided.firing.matches;
  std::string out = events == 1 ? "1 event" : fmt::format("{} events", events);
  for (size_t i = 0; i < fired.group.size(); ++i) {
    out += i == 0 ? " of " : ", ";
    if (!fired.group[i].field.empty()) out += fired.group[i].field + ' ';
    out += text::ForTerminal(fired.group[i].value);
  }
  return out;
}

}  // namespace riposte::app
