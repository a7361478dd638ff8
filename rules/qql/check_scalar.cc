// The readers of single typed values.
#include <algorithm>
#include <string>

#include "rules/qql/check.h"

namespace riposte::qql {
namespace {

using schema::Token;

// A number and a word behind it: "10 MB".
bool HasUnit(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  if (digits == 0 || digits == text.size()) return false;
  const std::string_view unit = text.substr(text[digits] == ' ' ? digits + 1 : digits);
  return unit == "B" || unit == "KB" || unit == "MB" || unit == "GB" || unit == "TB";
}

bool RefuseWildcard(const Token& token, const Scalar& scalar, Reporter& reporter) {
  if (!scalar.has_wildcard()) return false;
  std::string message =
      "a wildcard needs a text or keyword token; " + Quoted(token.name) + " is of type ";
  message += schema::FieldTypeName(token.type);
  reporter.Error(scalar.span, "wildcard-type", std::move(message));
  return true;
}

}  // namespace

std::optional<Number> Checker::ReadNumber(const Token& token, const Scalar& scalar) {
  if (RefuseWildcard(token, scalar, reporter_)) return std::nullopt;
  const std::optional<Number> number = Number::Parse(scalar.text());
  if (!number) {
    reporter_.Error(scalar.span, "bad-number", Quoted(scalar.text()) + " is not a number",
                    HasUnit(scalar.text())
                        ? "write the plain number, units are not known"
                        : Quoted(token.name) + " holds numbers such as 8 or -1.5");
  }
  return number;
}

std::optional<IpAddress> Checker::ReadIp(const Token& token, const Scalar& scalar) {
  if (RefuseWildcard(token, scalar, reporter_)) return std::nullopt;
  const std::optional<IpAddress> address = IpAddress::Parse(scalar.text());
  if (!address) {
    const bool block = IpRange::ParseCidr(scalar.text()).has_value();
    reporter_.Error(scalar.span, "bad-ip", Quoted(scalar.text()) + " is not an address",
                    block ? "a block stands behind ':' in quotes or bare, alone or in a list"
                          : "write an address such as 10.1.2.3 or a block such as 10.0.0.0/8");
  }
  return address;
}

std::optional<DateLiteral> Checker::ReadDate(const Token& token, const Scalar& scalar) {
  if (RefuseWildcard(token, scalar, reporter_)) return std::nullopt;
  const std::optional<DateLiteral> date = ParseDate(scalar.text());
  if (!date) {
    reporter_.Error(scalar.span, "bad-date", Quoted(scalar.text()) + " is not a date",
                    "write 2026-11-25, \"2026-11-25T10:30:00Z\" or now-2w");
  }
  return date;
}

std::optional<bool> Checker::ReadBool(const Token& token, const Scalar& scalar) {
  if (RefuseWildcard(token, scalar, reporter_)) return std::nullopt;
  const std::optional<bool> value = ParseBool(scalar.text());
  if (!value) {
    reporter_.Error(scalar.span, "bad-bool", Quoted(scalar.text()) + " is neither true nor false");
  }
  return value;
}

}  // namespace riposte::qql
