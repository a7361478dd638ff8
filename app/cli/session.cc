#include "app/cli/session.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.h"

namespace riposte::cli {
namespace {

constexpr const char* kDefaultFile = "/etc/riposte/riposte.yaml";

}  // namespace

Exit ExitFor(const Status& status) {
  switch (status.code()) {
    case ErrorCode::kOk:
    case ErrorCode::kCancelled:
      return Exit::kOk;
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
    case ErrorCode::kPermission:
    case ErrorCode::kFenced:
    case ErrorCode::kUncertain:
      return Exit::kPeer;
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kIo:
    case ErrorCode::kDamaged:
      return Exit::kUsage;
  }
  return Exit::kUsage;
}

bool Session::color() const {
  const char* const no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

bool Session::Print(std::string_view text) const {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
}

void Session::Complain(std::string_view text) const {
  std::fflush(stdout);
  const std::string line = fmt::format("riposte: {}\n", text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Session::Show(const text::Diagnostics& diagnostics) const {
  std::fflush(stdout);
  const std::string rendered = text::Render(diagnostics);
  std::fwrite(rendered.data(), 1, rendered.size(), stderr);
}

Exit Session::Fail(const Status& status) const {
  Complain(status.message());
  return ExitFor(status);
}

std::optional<app::Resolved> Session::Configure() const {
  app::Layers layers;
  layers.environment = app::ProcessEnvironment();
  std::error_code ignored;
  if (!config_file.empty()) {
    layers.file = config_file;
  } else if (std::filesystem::exists(kDefaultFile, ignored)) {
    layers.file = kDefaultFile;
  }
  layers.flags = flags;
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      Complain(fmt::format("--set {}: write it as section.key=value", setting));
      return std::nullopt;
    }
    layers.flags.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (!log_level.empty()) layers.flags.emplace_back("log.level", log_level);
  if (!log_format.empty()) layers.flags.emplace_back("log.format", log_format);
  text::Diagnostics diagnostics;
  std::optional<app::Resolved> resolved = app::Resolve(layers, diagnostics);
  if (!resolved) {
    Show(diagnostics);
    return std::nullopt;
  }
  log::Configure(log::ParseLevel(resolved->config.log.level).value_or(log::Level::kInfo),
                 resolved->config.log.format == "text" ? log::Format::kText : log::Format::kJson);
  return resolved;
}

std::string Colored(const Session& session, int color, std::string_view text) {
  if (!session.color()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", color, text);
}

}  // namespace riposte::cli
