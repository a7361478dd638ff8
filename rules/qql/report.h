// The errors of one query.
#pragma once

#include <string>
#include <string_view>

#include "rules/text/diagnostic.h"

namespace riposte::qql {

// Collects up to a bound: a hostile text could be wrong in each byte. Both references outlive it.
class Reporter {
 public:
  Reporter(const text::Fragment& query, text::Diagnostics& diagnostics)
      : query_(query), diagnostics_(diagnostics) {}

  void Error(text::Span span, std::string_view code, std::string message, std::string hint = {});
  void Warning(text::Span span, std::string_view code, std::string message, std::string hint = {});

  bool failed() const { return errors_ > 0; }
  bool gave_up() const { return errors_ >= kMaxErrors; }

 private:
  static constexpr size_t kMaxErrors = 100;

  const text::Fragment& query_;
  text::Diagnostics& diagnostics_;
  size_t errors_ = 0;
};

// `text` in single quotes for a message, cut where it is long.
std::string Quoted(std::string_view text);

}  // namespace riposte::qql
