#include "rules/qql/check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/regex.h"
#include "base/unicode.h"
#include "rules/query/text_match.h"
#include "rules/text/suggest.h"

namespace riposte::qql {
namespace {

using query::Interval;
using query::NodeId;
using query::Predicate;
using query::TimePoint;
using schema::FieldType;
using schema::Token;

bool IsOrdered(FieldType type) {
  return type == FieldType::kNumber || type == FieldType::kIp || type == FieldType::kDate;
}

std::string TokenText(const Token& token) {
  const std::string_view article = token.type == FieldType::kIp ? " is an " : " is a ";
  return Quoted(token.name) + std::string(article) +
         std::string(schema::FieldTypeName(token.type)) + " token";
}

std::vector<std::string> Fold(const std::vector<std::string>& parts) {
  std::vector<std::string> folded;
  folded.reserve(parts.size());
  for (const std::string& part : parts) folded.push_back(unicode::Fold(part));
  return folded;
}

size_t CountCodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

std::string Joined(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined += ", ";
    joined += name;
  }
  return joined;
}

// The order of two times whatever `now` is; empty if it depends on that.
std::optional<std::strong_ordering> Compare(const TimePoint& a, const TimePoint& b) {
  if (a.relative != b.relative) return std::nullopt;
  if (!a.relative) return a.fixed <=> b.fixed;
  const std::strong_ordering months = a.months <=> b.months;
  const std::strong_ordering rest = a.offset_ms <=> b.offset_ms;
  if (months == rest || rest == std::strong_ordering::equal) return months;
  if (months == std::strong_ordering::equal) return rest;
  return std::nullopt;
}
template <typename T>
std::optional<std::strong_ordering> Compare(const T& a, const T& b) {
  return a <=> b;
}

template <typename T>
Interval<T> Exactly(const T& value) {
  return Interval<T>{.low = value, .high = value};
}

template <typename T>
Interval<T> Compared(Operator op, const T& value) {
  Interval<T> interval;
  if (op == Operator::kGreater || op == Operator::kGreaterOrEqual) {
    interval.low = value;
    interval.low_inclusive = op == Operator::kGreaterOrEqual;
  } else {
    interval.high = value;
    interval.high_inclusive = op == Operator::kLessOrEqual;
  }
  return interval;
}

// A day stands for all its instants: behind it is behind its end.
Interval<TimePoint> Compared(Operator op, const DateLiteral& date) {
  if (!date.is_day) return Compared(op, date.at);
  if (op == Operator::kGreater) return Compared(Operator::kGreaterOrEqual, date.DayEnd());
  if (op == Operator::kLessOrEqual) return Compared(Operator::kLess, date.DayEnd());
  return Compared(op, date.at);
}

// The interval from the part above `low` to the part below `high`.
template <typename T>
Interval<T> Between(const Interval<T>& above, const Interval<T>& below) {
  return Interval<T>{.low = above.low,
                     .high = below.high,
                     .low_inclusive = above.low_inclusive,
                     .high_inclusive = below.high_inclusive};
}

const Number& Place(const Number& number) { return number; }
const IpAddress& Place(const IpAddress& address) { return address; }
const TimePoint& Place(const DateLiteral& date) { return date.at; }

// The interval between two ends; empty, and reported, if nothing can lie in it.
template <typename T>
auto Range(const Value& range, const T& low, const T& high, Reporter& reporter)
    -> std::optional<Interval<std::decay_t<decltype(Place(low))>>> {
  if (Compare(Place(low), Place(high)) == std::strong_ordering::greater) {
    reporter.Error(range.span, "reversed-range", "the range ends before it begins",
                   "the smaller end comes first");
    return std::nullopt;
  }
  const auto interval =
      Between(Compared(range.low_inclusive ? Operator::kGreaterOrEqual : Operator::kGreater, low),
              Compared(range.high_inclusive ? Operator::kLessOrEqual : Operator::kLess, high));
  const std::optional<std::strong_ordering> order = Compare(*interval.low, *interval.high);
  const bool point = interval.low_inclusive && interval.high_inclusive;
  if (!order || order == std::strong_ordering::less ||
      (order == std::strong_ordering::equal && point)) {
    return interval;
  }
  reporter.Error(range.span, "empty-range", "nothing lies in this range",
                 "'[' and ']' include the ends");
  return std::nullopt;
}

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

NodeId Checker::PresentAndNot(schema::FieldId field, NodeId node, text::Span span) {
  const NodeId null = expression_.AddClause(field, query::IsNull{}, span);
  const NodeId present = expression_.AddNot(null, span);
  return expression_.AddAnd({present, expression_.AddNot(node, span)}, span);
}

std::optional<NodeId> Checker::Clause(const ClauseText& clause, const Value& value) {
  const Token& token = catalogue_.token(clause.field);
  if (token.type == FieldType::kObject) {
    reporter_.Error(clause.whole, "object-without-group",
                    Quoted(token.name) + " is an object: it has no value of its own",
                    "write " + token.name + ": ( ... ) with clauses over its tokens");
    return std::nullopt;
  }
  for (const Scalar& scalar : value.scalars) {
    if (!scalar.escaped_star_in_path) continue;
    reporter_.Warning(scalar.span, "escaped-star",
                      "`\\*` is a star, not a backslash and a wildcard",
                      "write `\\\\*` for a backslash and anything behind it");
  }
  switch (clause.op.op) {
    case Operator::kIs:
      return Equality(clause, value);
    case Operator::kIsNot: {
      const std::optional<NodeId> equal = Equality(clause, value);
      if (!equal) return std::nullopt;
      return PresentAndNot(clause.field, *equal, clause.whole);
    }
    default: {
      Found predicate = clause.op.op == Operator::kContains ? Substring(clause, value)
                                                            : Comparison(clause, value);
      if (!predicate) return std::nullopt;
      return expression_.AddClause(clause.field, std::move(*predicate), clause.whole);
    }
  }
}

std::optional<NodeId> Checker::Equality(const ClauseText& clause, const Value& value) {
  const Token& token = catalogue_.token(clause.field);
  if (value.kind == Value::Kind::kRegex || value.kind == Value::Kind::kRange) {
    Found predicate =
        value.kind == Value::Kind::kRegex ? Regex(clause, value) : Range(clause, value);
    if (!predicate) return std::nullopt;
    return expression_.AddClause(clause.field, std::move(*predicate), clause.whole);
  }
  std::vector<NodeId> alternatives;
  for (const Scalar& scalar : value.scalars) {
    Found predicate = Single(token, scalar);
    if (!predicate) continue;
    const text::Span span = value.kind == Value::Kind::kList ? scalar.span : clause.whole;
    alternatives.push_back(expression_.AddClause(clause.field, std::move(*predicate), span));
  }
  if (alternatives.size() < value.scalars.size()) return std::nullopt;
  return expression_.AddOr(std::move(alternatives), clause.whole);
}

Checker::Found Checker::Regex(const ClauseText& clause, const Value& value) {
  const Token& token = catalogue_.token(clause.field);
  if (token.type != FieldType::kText && token.type != FieldType::kKeyword) {
    reporter_.Error(value.span, "regex-type",
                    "a regular expression needs a text or keyword token; " + TokenText(token));
    return std::nullopt;
  }
  if (value.pattern.empty()) {
    reporter_.Error(value.span, "regex-not-re2", "the regular expression is empty",
                    "it would match each value: write '" + token.name + " is not null'");
    return std::nullopt;
  }
  const Result<riposte::Regex> regex =
      riposte::Regex::Compile(value.pattern, {.ignore_case = value.ignore_case});
  if (!regex.ok()) {
    reporter_.Error(value.span, "regex-not-re2",
                    "the regular expression is not valid: " + regex.status().message());
    return std::nullopt;
  }
  return query::Matches{.pattern = value.pattern, .ignore_case = value.ignore_case};
}

Checker::Found Checker::Substring(const ClauseText& clause, const Value& value) {
  const Token& token = catalogue_.token(clause.field);
  if (token.type != FieldType::kText && token.type != FieldType::kKeyword) {
    reporter_.Error(clause.op.span, "substring-type",
                    "'~' needs a text or keyword token; " + TokenText(token));
    return std::nullopt;
  }
  if (value.kind != Value::Kind::kScalar) {
    reporter_.Error(value.span, "one-value", "'~' takes one value", "join clauses with 'or'");
    return std::nullopt;
  }
  const Scalar& scalar = value.scalars.front();
  if (scalar.has_wildcard()) {
    reporter_.Error(scalar.span, "wildcard-in-substring",
                    "'~' finds its value anywhere and knows no wildcards",
                    "leave the star out, write `\\*` for a star, or use ':'");
    return std::nullopt;
  }
  if (scalar.text().empty()) {
    reporter_.Error(scalar.span, "empty-substring", "the text to find is empty",
                    "to ask for any value write '" + token.name + " is not null'");
    return std::nullopt;
  }
  query::Contains contains{.text = unicode::Fold(scalar.text())};
  const auto has_it = [&contains](const std::string& known) {
    return unicode::Fold(known).find(contains.text) != std::string::npos;
  };
  if (!token.values.empty() && std::none_of(token.values.begin(), token.values.end(), has_it)) {
    reporter_.Error(
        scalar.span, "unknown-value",
        "no value of " + Quoted(token.name) + " has " + Quoted(scalar.text()) + " in it",
        "the values are " + Joined(token.values));
    return std::nullopt;
  }
  return contains;
}

Checker::Found Checker::Comparison(const ClauseText& clause, const Value& value) {
  const Token& token = catalogue_.token(clause.field);
  if (!IsOrdered(token.type)) {
    reporter_.Error(clause.op.span, "comparison-type",
                    "a comparison needs a number, ip or date token; " + TokenText(token));
    return std::nullopt;
  }
  if (value.kind != Value::Kind::kScalar) {
    reporter_.Error(value.span, "one-value", "a comparison takes one value",
                    "lists and ranges follow ':'");
    return std::nullopt;
  }
  const Scalar& scalar = value.scalars.front();
  const Operator op = clause.op.op;
  if (token.type == FieldType::kNumber) {
    if (const std::optional<Number> number = ReadNumber(token, scalar))
      return Compared(op, *number);
  } else if (token.type == FieldType::kIp) {
    if (const std::optional<IpAddress> ip = ReadIp(token, scalar)) return Compared(op, *ip);
  } else {
    if (const std::optional<DateLiteral> date = ReadDate(token, scalar)) return Compared(op, *date);
  }
  return std::nullopt;
}

Checker::Found Checker::Range(const ClauseText& clause, const Value& value) {
  const Token& token = catalogue_.token(clause.field);
  if (!IsOrdered(token.type)) {
    reporter_.Error(value.span, "comparison-type",
                    "a range needs a number, ip or date token; " + TokenText(token));
    return std::nullopt;
  }
  const auto between = [&](const auto& low, const auto& high) -> Found {
    if (!low || !high) return std::nullopt;
    return qql::Range(value, *low, *high, reporter_);
  };
  const Scalar& low = value.scalars.front();
  const Scalar& high = value.scalars.back();
  if (token.type == FieldType::kNumber) {
    return between(ReadNumber(token, low), ReadNumber(token, high));
  }
  if (token.type == FieldType::kIp) return between(ReadIp(token, low), ReadIp(token, high));
  return between(ReadDate(token, low), ReadDate(token, high));
}

Checker::Found Checker::Single(const Token& token, const Scalar& scalar) {
  switch (token.type) {
    case FieldType::kText:
      return TextValue(scalar);
    case FieldType::kKeyword:
      return KeywordValue(token, scalar);
    case FieldType::kNumber:
      if (const std::optional<Number> number = ReadNumber(token, scalar)) return Exactly(*number);
      return std::nullopt;
    case FieldType::kIp:
      return IpValue(token, scalar);
    case FieldType::kDate:
      return DateValue(token, scalar);
    case FieldType::kBool:
      if (const std::optional<bool> value = ReadBool(token, scalar)) return query::BoolIs{*value};
      return std::nullopt;
    case FieldType::kObject:
      break;
  }
  RIPOSTE_CHECK(false, "an object has no values");
}

Checker::Found Checker::TextValue(const Scalar& scalar) {
  if (scalar.has_wildcard()) return query::Wildcard{.parts = Fold(scalar.parts)};
  std::string folded = unicode::Fold(scalar.text());
  if (scalar.form == Scalar::Form::kBacktick) return query::Equals{.text = std::move(folded)};
  std::vector<std::string_view> words;
  unicode::Words(folded, words);
  if (words.empty()) {
    reporter_.Error(scalar.span, "empty-phrase", "the phrase has no word in it",
                    scalar.text().empty() ? "write `` for an empty value, or 'is null'"
                                          : "use ~ to find punctuation");
    return std::nullopt;
  }
  query::Phrase phrase{.words = {words.begin(), words.end()}};
  phrase.last_is_prefix = CountCodePoints(phrase.words.back()) >= 3;
  return phrase;
}

Checker::Found Checker::KeywordValue(const Token& token, const Scalar& scalar) {
  const std::vector<std::string> folded = Fold(scalar.parts);
  const auto fits = [&](const std::string& known) {
    return scalar.has_wildcard() ? query::MatchesWildcard({.parts = folded}, unicode::Fold(known))
                                 : unicode::Fold(known) == folded.front();
  };
  if (!token.values.empty() && std::none_of(token.values.begin(), token.values.end(), fits)) {
    std::string hint;
    if (!scalar.has_wildcard()) {
      const std::vector<std::string_view> known(token.values.begin(), token.values.end());
      hint = text::DidYouMean(scalar.text().substr(0, 100), known);
    }
    if (hint.empty()) hint = "the values are " + Joined(token.values);
    std::string written = scalar.parts.front();
    for (size_t i = 1; i < scalar.parts.size(); ++i) written += "*" + scalar.parts[i];
    reporter_.Error(scalar.span, "unknown-value",
                    Quoted(written) + " is no value of " + Quoted(token.name), std::move(hint));
    return std::nullopt;
  }
  if (scalar.has_wildcard()) return query::Wildcard{.parts = folded};
  return query::Equals{.text = folded.front()};
}

Checker::Found Checker::IpValue(const Token& token, const Scalar& scalar) {
  if (!scalar.has_wildcard() && scalar.form != Scalar::Form::kBacktick) {
    if (const std::optional<IpRange> block = IpRange::ParseCidr(scalar.text())) {
      return query::IpIn{.low = block->first, .high = block->last};
    }
  }
  if (const std::optional<IpAddress> address = ReadIp(token, scalar)) return Exactly(*address);
  return std::nullopt;
}

Checker::Found Checker::DateValue(const Token& token, const Scalar& scalar) {
  const std::optional<DateLiteral> date = ReadDate(token, scalar);
  if (!date) return std::nullopt;
  return Between(Compared(Operator::kGreaterOrEqual, *date),
                 Compared(Operator::kLessOrEqual, *date));
}

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
