#include "rules/rule/correlation_names.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::IdOf;
using test::Unexpected;

std::string With(const std::string& group, const std::string& aliases) {
  return test::NamedRules(3) +
         test::CorrelationText(9, "type: temporal, rules: [r1, " + IdOf(2) + "], group-by: [" +
                                      group + "], timespan: 5m, aliases: " + aliases);
}

std::string FieldsOfStep(const test::Loaded& loaded, size_t step) {
  if (loaded.set == nullptr) return text::Render(loaded.diagnostics);
  std::string fields;
  for (const schema::FieldId field : StepsOf(loaded.rule(3).trigger)[step].by)
    fields += (fields.empty() ? "" : " ") + loaded.set->schema->catalogue.token(field).name;
  return fields;
}

TEST(CorrelationNames, AnAliasIsAnotherFieldForEachRule) {
  const test::Loaded loaded =
      test::LoadText(With("User, ip", "{ip: {r1: SourceIp, " + IdOf(2) + ": DestinationIp}}"));
  EXPECT_EQ(FieldsOfStep(loaded, 0), "sigma.User sigma.SourceIp");
  EXPECT_EQ(FieldsOfStep(loaded, 1), "sigma.User sigma.DestinationIp");
  EXPECT_EQ(loaded.codes(), "");
}

TEST(CorrelationNames, ARuleMayBeCalledByItsOtherName) {
  const test::Loaded loaded =
      test::LoadText(With("ip", "{ip: {" + IdOf(1) + ": SourceIp, r2: DestinationIp}}"));
  EXPECT_EQ(FieldsOfStep(loaded, 0), "sigma.SourceIp");
  EXPECT_EQ(FieldsOfStep(loaded, 1), "sigma.DestinationIp");
}

TEST(CorrelationNames, Mistakes) {
  EXPECT_EQ(Unexpected(With("ip", "{^ip: {r1: SourceIp}}"), "alias-without-field"), "");
  EXPECT_EQ(Unexpected(With("ip", "{^^ip: {}}"), "alias-without-field alias-without-field"), "");
  EXPECT_EQ(
      Unexpected(With("ip", "{ip: {r1: A, r2: B, ^r3: C, ^x: D}}"), "unknown-rule unknown-rule"),
      "")
      << "r3 is a rule, but not one of these";
  EXPECT_EQ(Unexpected(With("ip", "{ip: {r1: A, r2: B, ^" + IdOf(1) + ": C}}"), "duplicate-key"),
            "");
  EXPECT_EQ(Unexpected(With("User", "{^ip: {r1: A, r2: B}}"), "unused-alias"), "");
}

TEST(CorrelationNames, OfWhatIsMeasured) {
  const auto with = [](const std::string& aliases) {
    return test::NamedRules(2) +
           test::CorrelationText(9,
                                 "type: value_count, rules: [r1, r2], group-by: [User], "
                                 "timespan: 5m, condition: {gte: 3, field: host}, aliases: " +
                                     aliases);
  };
  EXPECT_EQ(Unexpected(with("{host: {r1: Computer, r2: Computer}}"), ""), "");
  EXPECT_EQ(Unexpected(with("{^host: {r1: Computer}}"), "alias-without-field"), "");
  EXPECT_EQ(Unexpected(test::NamedRules(2) +
                           test::CorrelationText(
                               9,
                               "type: value_count, rules: [r1, r2], group-by: [host], timespan: "
                               "5m, condition: {gte: 3, field: host}, aliases: {^host: {r1: "
                               "Computer}}"),
                       "alias-without-field"),
            "")
      << "told once, though it is named twice";
}

}  // namespace
}  // namespace riposte::rule
