#include "app/would.h"

#include <fmt/format.h>

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

}  // namespace riposte::app
