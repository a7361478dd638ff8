#include "rules/query/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::query {
namespace {

using Kind = Node::Kind;
using testing::ElementsAre;

NodeId Clause(Expression& expression, uint16_t field) {
  return expression.AddClause(schema::FieldId{field}, IsNull{}, {});
}

std::vector<Kind> Kinds(const Expression& expression) {
  std::vector<Kind> kinds;
  for (const Node& node : expression.nodes()) kinds.push_back(node.kind);
  return kinds;
}

TEST(Expression, OneOperandIsTheOperandItself) {
  Expression expression;
  const NodeId clause = Clause(expression, 1);
  EXPECT_EQ(expression.AddAnd({clause}, {}), clause);
  EXPECT_EQ(expression.AddOr({clause}, {}), clause);
  EXPECT_EQ(expression.AddNot(expression.AddNot(clause, {}), {}), clause);
}

TEST(Expression, SplicesEqualOperatorsAndOrdersTheNodes) {
  Expression expression;
  const NodeId inner = expression.AddAnd({Clause(expression, 2), Clause(expression, 3)}, {});
  const NodeId either = expression.AddOr({Clause(expression, 4), Clause(expression, 5)}, {});
  Clause(expression, 9);  // never used
  const NodeId one = Clause(expression, 1);
  expression.SetRoot(expression.AddAnd({one, inner, either}, {}));
  EXPECT_THAT(Kinds(expression), ElementsAre(Kind::kClause, Kind::kClause, Kind::kClause,
                                             Kind::kClause, Kind::kClause, Kind::kOr, Kind::kAnd));
  EXPECT_EQ(Index(expression.root()), 6u);
  EXPECT_THAT(expression.node(expression.root()).children,
              ElementsAre(NodeId{0}, NodeId{1}, NodeId{2}, NodeId{5}));
  EXPECT_EQ(expression.node(NodeId{0}).field, schema::FieldId{1});
  EXPECT_THAT(expression.Fields(),
              ElementsAre(schema::FieldId{1}, schema::FieldId{2}, schema::FieldId{3},
                          schema::FieldId{4}, schema::FieldId{5}));
}

TEST(Expression, ACopyIsTheSameTree) {
  Expression part;
  part.SetRoot(part.AddNot(part.AddAnd({Clause(part, 1), Clause(part, 2)}, {}), {}));
  Expression whole;
  const NodeId before = Clause(whole, 7);
  const NodeId first = whole.AddCopy(part);
  const NodeId second = whole.AddCopy(part, text::Span{.begin = 3, .end = 4});
  whole.SetRoot(whole.AddOr({before, first, second}, {}));
  EXPECT_THAT(Kinds(whole),
              ElementsAre(Kind::kClause, Kind::kClause, Kind::kClause, Kind::kAnd, Kind::kNot,
                          Kind::kClause, Kind::kClause, Kind::kAnd, Kind::kNot, Kind::kOr));
  EXPECT_EQ(whole.node(NodeId{8}).span, (text::Span{.begin = 3, .end = 4}));
  EXPECT_EQ(whole.node(NodeId{4}).span, text::Span{});
}

TEST(Expression, AnotherFieldThatIsComparedWithIsReadToo) {
  Expression expression;
  expression.SetRoot(
      expression.AddClause(schema::FieldId{3}, OtherField{.field = schema::FieldId{1}}, {}));
  EXPECT_THAT(expression.Fields(), ElementsAre(schema::FieldId{1}, schema::FieldId{3}));
}

TEST(Expression, SamenessIsOfTheTreeAndNotOfThePlaces) {
  const auto build = [](bool negated, uint32_t place, bool regroup) {
    Expression expression;
    const text::Span span{place, place + 1};
    const NodeId a = expression.AddClause(schema::FieldId{1}, BoolIs{true}, span);
    const NodeId b = expression.AddClause(schema::FieldId{2}, Contains{.text = "x"}, span);
    const NodeId c = expression.AddClause(schema::FieldId{3}, IsNull{}, span);
    const NodeId last = negated ? expression.AddNot(c, span) : c;
    expression.SetRoot(regroup ? expression.AddOr({expression.AddOr({a, b}, span), last}, span)
                               : expression.AddOr({a, b, last}, span));
    return expression;
  };
  EXPECT_TRUE(build(false, 1, false).SameAs(build(false, 7, true)));
  EXPECT_FALSE(build(false, 1, false).SameAs(build(true, 1, false)));
}

TEST(Expression, DeepTreesNeedNoStack) {
  Expression expression;
  NodeId node = Clause(expression, 0);
  for (uint16_t i = 0; i < 60'000; ++i) {
    const NodeId other = Clause(expression, i);
    node = i % 2 == 0 ? expression.AddAnd({other, node}, {}) : expression.AddOr({node, other}, {});
  }
  expression.SetRoot(node);
  EXPECT_EQ(expression.nodes().size(), 120'001u);
}

TEST(TimePoint, MonthsAreCutToTheirLastDay) {
  const auto moved = [](std::string_view now, TimePoint point) {
    point.relative = true;
    return FormatTime(point.Resolve(*ParseTime(now)));
  };
  EXPECT_EQ(moved("2024-03-31T10:00:00Z", {.months = -1}), "2024-02-29T10:00:00.000Z");
  EXPECT_EQ(moved("2023-03-31T10:00:00Z", {.months = -1}), "2023-02-28T10:00:00.000Z");
  EXPECT_EQ(moved("2024-01-31T10:00:00Z", {.months = 1}), "2024-02-29T10:00:00.000Z");
  EXPECT_EQ(moved("2024-02-29T10:00:00Z", {.months = -12}), "2023-02-28T10:00:00.000Z");
  EXPECT_EQ(moved("2024-12-15T10:00:00Z", {.months = 1}), "2025-01-15T10:00:00.000Z");
  EXPECT_EQ(moved("2024-03-01T00:00:00Z", {.offset_ms = -1}), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(moved("2024-03-01T00:00:00Z", {}), "2024-03-01T00:00:00.000Z");
  const TimePoint fixed{.fixed = TimeFromMs(5)};
  EXPECT_EQ(fixed.Resolve(TimeFromMs(99)), TimeFromMs(5));
}

TEST(TimePoint, FarAwayNowDoesNotOverflow) {
  const TimePoint back{.relative = true, .months = -120'000};
  const TimePoint ahead{.relative = true, .offset_ms = int64_t{3'652'425} * 86'400'000};
  for (const int64_t now : {INT64_MIN / 2, INT64_MAX / 2}) {
    EXPECT_LT(back.Resolve(TimeFromMs(now)), TimeFromMs(now > 0 ? now : 0));
    EXPECT_LT(ahead.Resolve(TimeFromMs(now)), TimeFromMs(INT64_MAX / 2));
  }
}

}  // namespace
}  // namespace riposte::query
