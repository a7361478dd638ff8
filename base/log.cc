#include "base/log.h"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/json.h"

namespace riposte::log {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

struct Output {
  Output() : logger("riposte", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::info);
    logger.flush_on(spdlog::level::debug);
  }
  spdlog::logger logger;
  std::atomic<Format> format{Format::kJson};
};

// Never destroyed: threads may log while the process ends.
Output& TheOutput() {
  static Output* const output = new Output;
  return *output;
}

void AppendJsonField(const Field& field, json::Writer& writer) {
  writer.Key(field.key);
  if (const std::string_view* text = std::get_if<std::string_view>(&field.value)) {
    writer.String(*text);
  } else if (const int64_t* integer = std::get_if<int64_t>(&field.value)) {
    writer.Int(*integer);
  } else if (const double* real = std::get_if<double>(&field.value)) {
    writer.Double(*real);
  } else {
    writer.Bool(std::get<bool>(field.value));
  }
}

std::string JsonLine(Level level, std::string_view component, std::string_view code,
                     std::string_view message, std::span<const Field> fields) {
  std::string line;
  json::Writer writer(line);
  writer.BeginObject();
  writer.Field("ts", FormatTime(SystemClock().Now()))
      .Field("level", LevelName(level))
      .Field("component", component)
      .Field("code", code)
      .Field("msg", message);
  for (const Field& field : fields) AppendJsonField(field, writer);
  writer.EndObject();
  return line;
}

// As it is if it is harmless on a terminal, else quoted as in JSON.
void AppendPlain(std::string_view text, bool blanks_allowed, std::string& out) {
  bool plain = !text.empty();
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || (!blanks_allowed && (c == ' ' || c == '"'))) plain = false;
  }
  if (plain) {
    out += text;
  } else {
    json::AppendQuoted(text, out);
  }
}

std::string TextLine(Level level, std::string_view component, std::string_view code,
                     std::string_view message, std::span<const Field> fields) {
  std::string line =
      fmt::format("{} {:<5} {}: ", FormatTime(SystemClock().Now()), LevelName(level), component);
  AppendPlain(message, /*blanks_allowed=*/true, line);
  line += fmt::format(" [{}]", code);
  for (const Field& field : fields) {
    line += fmt::format(" {}=", field.key);
    if (const std::string_view* text = std::get_if<std::string_view>(&field.value)) {
      AppendPlain(*text, /*blanks_allowed=*/false, line);
    } else if (const int64_t* integer = std::get_if<int64_t>(&field.value)) {
      line += fmt::format("{}", *integer);
    } else if (const double* real = std::get_if<double>(&field.value)) {
      line += fmt::format("{}", *real);
    } else {
      line += std::get<bool>(field.value) ? "true" : "false";
    }
  }
  return line;
}

void WriteLine(Level level, std::string_view component, std::string_view code,
               std::string_view message, std::span<const Field> fields) {
  Output& output = TheOutput();
  const spdlog::level::level_enum spdlog_level = ToSpdlog(level);
  if (!output.logger.should_log(spdlog_level)) return;
  const std::string line = output.format.load() == Format::kJson
                               ? JsonLine(level, component, code, message, fields)
                               : TextLine(level, component, code, message, fields);
  output.logger.log(spdlog_level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

std::string_view LevelName(Level level) { return kLevelNames[static_cast<size_t>(level)]; }

std::optional<Level> ParseLevel(std::string_view text) {
  for (size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == text) return static_cast<Level>(i);
  }
  return std::nullopt;
}

void Configure(Level level, Format format) {
  TheOutput().logger.set_level(ToSpdlog(level));
  TheOutput().format = format;
}

void Write(Level level, std::string_view component, std::string_view code, std::string_view message,
           std::initializer_list<Field> fields) {
  WriteLine(level, component, code, message, {fields.begin(), fields.size()});
}

bool Limiter::Admit(Time now, uint64_t& suppressed) {
  int64_t next_ms = next_ms_.load();
  if (ToMs(now) < next_ms ||
      !next_ms_.compare_exchange_strong(next_ms, ToMs(now) + interval_.count())) {
    ++suppressed_;
    return false;
  }
  suppressed = suppressed_.exchange(0);
  return true;
}

void WriteLimited(Limiter& limiter, Level level, std::string_view component, std::string_view code,
                  std::string_view message, std::initializer_list<Field> fields) {
  uint64_t suppressed = 0;
  if (!limiter.Admit(SystemClock().Now(), suppressed)) return;
  std::vector<Field> all(fields);
  if (suppressed > 0) all.push_back({"suppressed", static_cast<int64_t>(suppressed)});
  WriteLine(level, component, code, message, all);
}

}  // namespace riposte::log
