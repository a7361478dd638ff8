#include "app/crash_line.h"

#include <algorithm>
#include <charconv>

#include <signal.h>

namespace riposte::app {
namespace {

constexpr std::string_view kForm = "crash1";
constexpr size_t kTopicBytesMax = 249;

struct SignalName {
  int signal;
  std::string_view name;
};
constexpr std::array<SignalName, 4> kSignals = {
    {{SIGABRT, "SIGABRT"}, {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}}};

bool IsTopicByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool IsWhole(const CrashLine& line) {
  return std::any_of(kSignals.begin(), kSignals.end(),
                     [&line](const SignalName& entry) { return entry.name == line.signal; }) &&
         line.times >= 1 && line.times <= kCrashTimesMax && line.partition >= 0 &&
         line.offset >= 0 && !line.topic.empty() && line.topic.size() <= kTopicBytesMax &&
         std::all_of(line.topic.begin(), line.topic.end(), IsTopicByte);
}

// Text that grows in a buffer which is large enough for every line that is whole.
class Appender {
 public:
  explicit Appender(CrashLineBuffer& buffer) : buffer_(buffer) {}
  void Add(std::string_view text) {
    std::copy(text.begin(), text.end(), buffer_.begin() + static_cast<ptrdiff_t>(size_));
    size_ += text.size();
  }
  void AddNumber(int64_t number) {
    char* const begin = buffer_.data() + size_;
    size_ += static_cast<size_t>(std::to_chars(begin, buffer_.data() + buffer_.size(), number).ptr -
                                 begin);
  }
  std::string_view text() const { return {buffer_.data(), size_}; }

 private:
  CrashLineBuffer& buffer_;
  size_t size_ = 0;
};

// The text up to the next blank, which is taken away with it; all of it if there is none.
std::string_view TakeWord(std::string_view& text) {
  const size_t blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

template <typename Number>
bool TakeNumber(std::string_view& text, Number& number) {
  const std::string_view word = TakeWord(text);
  const std::from_chars_result read =
      std::from_chars(word.data(), word.data() + word.size(), number);
  return read.ec == std::errc() && read.ptr == word.data() + word.size();
}

}  // namespace

std::string_view CrashSignalName(int signal) {
  for (const SignalName& entry : kSignals)
    if (entry.signal == signal) return entry.name;
  return {};
}

std::string_view FormatCrashLine(const CrashLine& line, CrashLineBuffer& buffer) {
  if (!IsWhole(line)) return {};
  Appender out(buffer);
  out.Add(kForm);
  out.Add(" ");
  out.Add(line.signal);
  for (const int64_t number : {line.times, int64_t{line.partition}, line.offset}) {
    out.Add(" ");
    out.AddNumber(number);
  }
  out.Add(" ");
  out.Add(line.topic);
  out.Add("\n");
  return out.text();
}

std::optional<CrashLine> ParseCrashLine(std::string_view text) {
  if (TakeWord(text) != kForm) return std::nullopt;
  CrashLine line;
  line.signal = TakeWord(text);
  if (!TakeNumber(text, line.times) || !TakeNumber(text, line.partition) ||
      !TakeNumber(text, line.offset))
    return std::nullopt;
  line.topic = text;
  if (!IsWhole(line)) return std::nullopt;
  return line;
}

}  // namespace riposte::app
