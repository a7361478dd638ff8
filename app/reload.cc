#include "app/reload.h"

#include <array>

#include <fmt/format.h>

#include "app/last_good.h"
#include "base/log.h"
#include "rules/rule/rule_changes.h"

namespace riposte::app {
namespace {

// The first error, on one line, for logs and the readiness detail.
std::string FirstError(const text::Diagnostics& diagnostics) {
  for (const text::Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity != text::Severity::kError) continue;
    const text::LineColumn place = diagnostic.source->Locate(diagnostic.span.begin);
    return fmt::format("{}:{}:{}: {} [{}]", diagnostic.source->path(), place.line, place.column,
                       diagnostic.message, diagnostic.code);
  }
  return "no rules";
}

// Lines for single rules in the log of one reload.
constexpr size_t kLossesLogged = 20;

void LogLoss(const rule::RuleChange& change) {
  std::string causes;
  for (const rule::ChangeCause cause : change.causes)
    causes += (causes.empty() ? "" : ",") + std::string(rule::CauseName(cause));
  const bool windows = change.has_windows && change.kind != rule::ChangeKind::kUnchanged &&
                       change.kind != rule::ChangeKind::kKept;
  log::Write(log::Level::kWarn, "rules", "reload-loses",
             "the reload takes from a rule what was gathered for it",
             {{"rule", std::string_view(change.id.ToString())},
              {"name", std::string_view(change.name)},
              {"change", rule::ChangeName(change.kind)},
              {"causes", std::string_view(causes)},
              {"windows", windows},
              {"armed_anew", change.armed_anew}});
}

// What the reload did to windows and to the arming; `riposte reload --dry-run` tells it beforehand.
void LogChanges(const rule::RuleSet& before, const rule::RuleSet& after) {
  const std::vector<rule::RuleChange> changes = rule::ChangesOf(before, after);
  std::array<int64_t, static_cast<size_t>(rule::ChangeKind::kGone) + 1> rules{};
  size_t losses = 0;
  for (const rule::RuleChange& change : changes) {
    ++rules[static_cast<size_t>(change.kind)];
    if (change.loses() && ++losses <= kLossesLogged) LogLoss(change);
  }
  const auto count = [&](rule::ChangeKind kind) { return rules[static_cast<size_t>(kind)]; };
  log::Write(log::Level::kInfo, "rules", "rules-changed", "what the reload did to the rules",
             {{"unchanged", count(rule::ChangeKind::kUnchanged)},
              {"kept", count(rule::ChangeKind::kKept)},
              {"anew", count(rule::ChangeKind::kAnew)},
              {"new", count(rule::ChangeKind::kNew)},
              {"gone", count(rule::ChangeKind::kGone)},
              {"losing", static_cast<int64_t>(losses)}});
}

bool IsEmpty(const LoadedRules& loaded) {
  return loaded.rules != nullptr && loaded.rules->rules.empty();
}

}  // namespace

RuleReloader::RuleReloader(Options options, schema::SchemaPtr schema, Listener listener)
    : options_(std::move(options)),
      schema_(std::move(schema)),
      listener_(std::move(listener)),
      watch_(options_.paths) {}

RuleReloader::~RuleReloader() {
  watch_.Stop();
  if (thread_.joinable()) thread_.join();
}

bool RuleReloader::LoadFirst(text::Diagnostics& diagnostics) {
  tried_ = watch_.Fingerprint();
  LoadedRules loaded = Load(options_.paths);
  if (IsEmpty(loaded) && !KeptFolder().empty()) RefuseEmpty(loaded);
  if (loaded.rules != nullptr) {
    GoLive(loaded.rules, /*last_good=*/false);
    return true;
  }
  Refuse(loaded.diagnostics);
  diagnostics.Append(loaded.diagnostics);
  return LoadLastGood();
}

std::string RuleReloader::KeptFolder() const {
  if (options_.state_directory.empty()) return {};
  return LastGoodFolder(options_.state_directory);
}

bool RuleReloader::LoadLastGood() {
  const std::string folder = KeptFolder();
  if (folder.empty()) return false;
  LoadedRules loaded = Load(LastGoodFiles(folder));
  if (loaded.rules == nullptr) {
    log::Write(log::Level::kError, "rules", "last-good-broken",
               "the rule set that was kept cannot be read either",
               {{"folder", std::string_view(folder)},
                {"error", std::string_view(FirstError(loaded.diagnostics))}});
    return false;
  }
  log::Write(log::Level::kError, "rules", "last-good-live",
             "the rules are broken: the last good set is live until they are mended",
             {{"folder", std::string_view(folder)}});
  GoLive(loaded.rules, /*last_good=*/true);
  return true;
}

LoadedRules RuleReloader::Load(const std::vector<std::string>& paths) const {
  LoadedRules loaded = LoadRuleSet(paths, schema_);
  if (!options_.keeps_windows) RefuseWindows(loaded);
  return loaded;
}

void RuleReloader::RefuseEmpty(LoadedRules& loaded) const {
  loaded.rules = nullptr;
  const std::string place = options_.paths.empty() ? "rules.paths" : options_.paths.front();
  loaded.diagnostics.Error(std::make_shared<text::Source>(place, ""), {}, "no-rule-files",
                           "there is no rule any more: the set before stays live",
                           "to run without them, disable the rules (enabled: false)");
}

void RuleReloader::Start() {
  thread_ = std::thread([this] { Run(); });
}

void RuleReloader::ReloadNow() { watch_.Wake(); }

RulesState RuleReloader::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void RuleReloader::Run() {
  while (true) {
    const FolderWatch::Reason reason = watch_.Wait(options_.rescan_interval);
    if (reason == FolderWatch::Reason::kStopped) return;
    std::string fingerprint = watch_.Fingerprint();
    if (reason != FolderWatch::Reason::kWoken && fingerprint == tried_) continue;
    tried_ = std::move(fingerprint);
    Reload();
  }
}

void RuleReloader::Reload() {
  LoadedRules loaded = Load(options_.paths);
  const RulesState before = state();
  if (IsEmpty(loaded) && before.rules > 0) RefuseEmpty(loaded);
  if (loaded.rules == nullptr) {
    Refuse(loaded.diagnostics);
    return;
  }
  if (loaded.rules->sha256 == before.sha256 && !before.last_good) {
    const std::lock_guard lock(mutex_);
    state_.problem.clear();
    return;
  }
  GoLive(loaded.rules, /*last_good=*/false);
}

void RuleReloader::GoLive(const rule::RuleSetPtr& rules, bool last_good) {
  const pipeline::LiveRulesPtr live = pipeline::LiveRules::Compile(rules, options_.profiles);
  RulesState state{.sha256 = rules->sha256,
                   .rules = rules->rules.size(),
                   .last_good = last_good,
                   .problem = {},
                   .live_since = SystemClock().Now()};
  {
    const std::lock_guard lock(mutex_);
    if (last_good) state.problem = state_.problem;
    state_ = state;
  }
  listener_.on_live(live, state);
  log::Write(log::Level::kInfo, "rules", "rules-live", "a rule set is live",
             {{"sha256", std::string_view(state.sha256)},
              {"rules", static_cast<int64_t>(state.rules)},
              {"last_good", last_good}});
  if (live_ != nullptr) LogChanges(*live_, *rules);
  live_ = rules;
  if (last_good || rules->rules.empty() || options_.state_directory.empty()) return;
  const Status kept = KeepLastGood(*rules, options_.state_directory);
  if (!kept.ok()) {
    log::Write(log::Level::kWarn, "rules", "last-good-not-kept",
               "the live rule set cannot be kept for a start with a broken folder",
               {{"error", std::string_view(kept.message())}});
  }
}

void RuleReloader::Refuse(const text::Diagnostics& diagnostics) {
  const std::string problem = FirstError(diagnostics);
  {
    const std::lock_guard lock(mutex_);
    state_.problem = problem;
  }
  log::Write(log::Level::kError, "rules", "rules-refused",
             "the rules have errors and are refused as a whole",
             {{"errors", static_cast<int64_t>(diagnostics.error_count())},
              {"first", std::string_view(problem)}});
  listener_.on_refused();
}

}  // namespace riposte::app
