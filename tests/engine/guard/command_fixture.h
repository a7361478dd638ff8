// A command that every guard allows, and the circumstances in which it does.
#pragma once

#include "engine/guard/guard.h"
#include "tests/support/engine_fixture.h"

namespace riposte::test {

// Says the same about every rule.
class FixedArming final : public guard::ArmingView {
 public:
  std::optional<Time> ArmedAt(const Uuid&, std::string_view) const override { return armed_at; }
  std::optional<Time> armed_at = Time{};
};

struct GuardFixture {
  GuardFixture() {
    enforcement.enabled = true;
    command.action = remediate::Action::kKillProcess;
    command.asset = {.id = "A1", .name = "WIN7", .platform = "Windows"};
    command.process.emplace();
    command.process->pid = 4711;
    command.process->image = "C:\\Users\\u\\evil.exe";
    command.mode = remediate::Mode::kEnforce;
    command.event_time = command.append_time = command.issued_at = context.now;
    command.oldest_append_time = context.now;
    command.not_after = context.now + std::chrono::hours(1);
    context.enforcement = &enforcement;
    context.arming = &arming;
    context.rule = &rule;
    context.event_asset_id = "A1";
  }
  GuardFixture(const GuardFixture&) = delete;  // the context points into it
  GuardFixture& operator=(const GuardFixture&) = delete;

  void MakeFile(remediate::Action action, std::string path) {
    command.action = action;
    command.process.reset();
    command.file = remediate::FileTarget{.path = std::move(path), .sha256 = "ab"};
  }
  void MakeKill(std::string image) {
    command.action = remediate::Action::kKillProcess;
    command.process->image = std::move(image);
  }

  guard::Enforcement enforcement;
  FixedArming arming;
  rule::Rule rule = KillRule("evil", rule::AutoMode::kEnforce);
  remediate::Command command;
  guard::Context context{.now = TimeAt("2026-11-25T01:00:00Z"),
                         .enforcement = nullptr,
                         .arming = nullptr,
                         .rule = nullptr,
                         .event_asset_id = {}};
};

// "allow", "deny event_too_old".
inline std::string Show(const guard::Decision& decision) {
  std::string text(guard::VerdictName(decision.verdict));
  if (!decision.reason.empty()) text += " " + std::string(decision.reason);
  return text;
}

}  // namespace riposte::test
