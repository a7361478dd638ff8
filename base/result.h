// Errors of the environment (broker, disk, configuration) as values. What a rule author did wrong
// is a text::Diagnostic, what an event is wrong about is a dead letter's reason; see
// docs/architecture.md, "Errors".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace riposte {

enum class ErrorCode {
  kOk,
  kInvalidArgument,  // the caller's input is wrong; trying again will not help
  kNotFound,
  kPermission,   // credentials or rights refused
  kUnavailable,  // the peer does not answer now; trying again may help
  kTimeout,
  kIo,
  kDamaged,    // what was stored cannot be read back: wipe it and build it anew
  kFenced,     // another instance owns the work: stop at once
  kUncertain,  // it may or may not have happened; the committed state decides
  kCancelled,  // asked to stop
};

std::string_view ErrorCodeName(ErrorCode code);

// Success, or a code and a sentence that an operator can act upon.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {
    RIPOSTE_CHECK(code != ErrorCode::kOk, "an error needs an error code");
  }
  static Status Ok() { return {}; }

  bool ok() const { return code_ == ErrorCode::kOk; }
  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  ErrorCode code_ = ErrorCode::kOk;
  std::string message_;
};

// A value, or the Status that says why there is none. value() on an error is a broken invariant.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that `return value;` and `return status;` read as they should.
  Result(T value) : value_(std::move(value)) {}
  Result(Status status) : status_(std::move(status)) {
    RIPOSTE_CHECK(!status_.ok(), "a Result without a value needs an error");
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & {
    RIPOSTE_CHECK(ok(), status_.message());
    return *value_;
  }
  const T& value() const& {
    RIPOSTE_CHECK(ok(), status_.message());
    return *value_;
  }
  T&& value() && {
    RIPOSTE_CHECK(ok(), status_.message());
    return std::move(*value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace riposte

// Returns from the enclosing function if `expression`, a Status, is an error.
#define RIPOSTE_TRY(expression)                                                \
  do {                                                                         \
    if (::riposte::Status riposte_status = (expression); !riposte_status.ok()) \
      return riposte_status;                                                   \
  } while (false)
