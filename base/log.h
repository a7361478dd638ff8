// Structured logs on stderr (only here spdlog): one JSON object a line, or text for people. Never
// an event's payload.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <variant>

#include "base/time.h"

namespace riposte::log {

enum class Level : uint8_t { kDebug, kInfo, kWarn, kError };
std::string_view LevelName(Level level);  // "debug", "info", "warn", "error"
std::optional<Level> ParseLevel(std::string_view text);

enum class Format : uint8_t { kJson, kText };

// What is logged from now on, and how. To be called while no other thread logs; until then: kInfo,
// kJson.
void Configure(Level level, Format format);

// What a line says beside its message. Borrowed for the call.
struct Field {
  std::string_view key;  // snake_case; not ts, level, msg, code or component
  std::variant<std::string_view, int64_t, double, bool> value;
};

// One line {"ts", "level", "component", "code", "msg", fields...}. `code` is a stable kebab-case
// word that people search for; `component` the part that speaks. Invalid UTF-8 is repaired and
// control characters are escaped in either format. Any thread.
void Write(Level level, std::string_view component, std::string_view code, std::string_view message,
           std::initializer_list<Field> fields = {});

// Thins out what repeats: one line an interval. A call site that may repeat has a static one. Any
// thread.
class Limiter {
 public:
  explicit constexpr Limiter(Duration interval = std::chrono::seconds(10)) : interval_(interval) {}
  // Whether the line at `now` is to be written, and then in `suppressed` how many were not since
  // the last one that was.
  bool Admit(Time now, uint64_t& suppressed);

 private:
  const Duration interval_;
  std::atomic<int64_t> next_ms_{INT64_MIN};
  std::atomic<uint64_t> suppressed_{0};
};

// Write() as far as `limiter` admits it; a line that stands for several has the field `suppressed`.
void WriteLimited(Limiter& limiter, Level level, std::string_view component, std::string_view code,
                  std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace riposte::log
