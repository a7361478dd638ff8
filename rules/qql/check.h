// The type check: a clause becomes nodes of the expression if its value fits its token's type.
#pragma once

#include <optional>

#include "rules/qql/lexer.h"
#include "rules/qql/literal.h"
#include "rules/qql/report.h"
#include "rules/qql/value.h"
#include "rules/query/expression.h"

namespace riposte::qql {

struct ClauseText {
  schema::FieldId field;
  text::Span name;  // of the token
  Lexer::OperatorRead op;
  text::Span whole;
};

// All references outlive it. What does not fit is reported, and gives no node.
class Checker {
 public:
  Checker(const schema::Catalogue& catalogue, query::Expression& expression, Reporter& reporter)
      : catalogue_(catalogue), expression_(expression), reporter_(reporter) {}

  std::optional<query::NodeId> Clause(const ClauseText& clause, const Value& value);
  // The field is present and `node` does not hold: the meaning of `!=`.
  query::NodeId PresentAndNot(schema::FieldId field, query::NodeId node, text::Span span);

 private:
  using Found = std::optional<query::Predicate>;

  std::optional<query::NodeId> Equality(const ClauseText& clause, const Value& value);
  Found Regex(const ClauseText& clause, const Value& value);
  Found Substring(const ClauseText& clause, const Value& value);
  Found Comparison(const ClauseText& clause, const Value& value);
  Found Range(const ClauseText& clause, const Value& value);

  Found Single(const schema::Token& token, const Scalar& scalar);
  Found TextValue(const Scalar& scalar);
  Found KeywordValue(const schema::Token& token, const Scalar& scalar);
  Found IpValue(const schema::Token& token, const Scalar& scalar);
  Found DateValue(const schema::Token& token, const Scalar& scalar);

  std::optional<Number> ReadNumber(const schema::Token& token, const Scalar& scalar);
  std::optional<IpAddress> ReadIp(const schema::Token& token, const Scalar& scalar);
  std::optional<bool> ReadBool(const schema::Token& token, const Scalar& scalar);
  std::optional<DateLiteral> ReadDate(const schema::Token& token, const Scalar& scalar);

  const schema::Catalogue& catalogue_;
  query::Expression& expression_;
  Reporter& reporter_;
};

}  // namespace riposte::qql
