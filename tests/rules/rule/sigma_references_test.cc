#include "rules/rule/sigma_references.h"

#include <gtest/gtest.h>

#include "tests/rules/rule/rule_text.h"

namespace riposte::rule {
namespace {

using test::IdOf;
using test::Unexpected;

std::string CountOf(const std::string& rules, int number = 9) {
  return test::CorrelationText(number, "type: event_count, rules: [" + rules +
                                           "], group-by: [User], timespan: 5m, condition: {gte: "
                                           "3}");
}

TEST(SigmaReferences, FindsWhatIsMeant) {
  SigmaReferences references;
  const Uuid id = *Uuid::Parse(IdOf(1));
  references.Add(id, "a", 4);
  references.Add(*Uuid::Parse(IdOf(2)), "", 5);
  references.Add(*Uuid::Parse(IdOf(3)), "twice", 6);
  references.Add(*Uuid::Parse(IdOf(4)), "twice", 7);
  references.Add(id, "again", 8);
  EXPECT_EQ(references.Find("a"), 4u);
  EXPECT_EQ(references.Find(IdOf(1)), 4u) << "the first of two has an id";
  EXPECT_EQ(references.Find(IdOf(2)), 5u);
  EXPECT_EQ(references.Find("again"), 8u);
  EXPECT_EQ(references.Find("twice"), std::nullopt);
  EXPECT_EQ(references.Find("A"), std::nullopt) << "letter case counts";
  EXPECT_EQ(references.Find(""), std::nullopt);
  EXPECT_EQ(references.Find(IdOf(5)), std::nullopt);
}

TEST(SigmaReferences, ADocumentWithErrorsIsNobodysOtherError) {
  SigmaReferences references;
  const yaml::Stream stream = yaml::Parse("{name: broken, id: " + IdOf(1) + "}");
  references.AddBroken(stream.documents.front().root);
  EXPECT_EQ(references.Find("broken"), std::nullopt);
  EXPECT_EQ(Unexpected(CountOf("r1, " + IdOf(2)) + "---\n" +
                           test::SigmaText(1, "name: r1\nlevel: ^huge\n") + "---\n" +
                           test::SigmaText(2, "level: ^huge\n"),
                       "unknown-value unknown-value"),
            "");
  EXPECT_EQ(Unexpected("title: T\nid: " + IdOf(3) + "\nname: inner\ncorrelation: ^[]\n---\n" +
                           CountOf("inner"),
                       "wrong-type"),
            "");
}

TEST(SigmaReferences, OfOtherFilesAndPlaces) {
  const test::Loaded loaded = test::LoadFiles({{"a.yml", CountOf("r1, r2")},
                                               {"b.yml", test::SigmaText(1, "name: r1\n")},
                                               {"0.yml", test::SigmaText(2, "name: r2\n")}});
  EXPECT_EQ(loaded.codes(), "");
  ASSERT_NE(loaded.set, nullptr);
  EXPECT_EQ(std::get<Count>(loaded.rule(1).trigger).of.size(), 2u);
}

TEST(SigmaReferences, UnknownOnes) {
  EXPECT_EQ(Unexpected(test::NamedRules(1) + CountOf("^r2, ^'', ^" + IdOf(7)),
                       "unknown-rule unknown-rule unknown-rule"),
            "");
  EXPECT_EQ(Unexpected(test::SigmaText(1) + "---\n" + CountOf("^Sigma 1"), "unknown-rule"), "")
      << "a title is no name";
  EXPECT_EQ(Unexpected(test::RuleText(1) + "---\n" + CountOf("^" + IdOf(1)), "unknown-rule"), "")
      << "which is written in QQL";
}

TEST(SigmaReferences, HintsSayWhatIsMeant) {
  const auto hint = [](const std::string& text) {
    const test::Loaded loaded = test::LoadText(text);
    return loaded.diagnostics.all().empty() ? "" : loaded.diagnostics.all().front().hint;
  };
  EXPECT_EQ(hint(test::SigmaText(1, "name: failed_login\n") + "---\n" + CountOf("failed_logon")),
            "did you mean 'failed_login'?");
  EXPECT_NE(hint(test::RuleText(1) + "---\n" + CountOf(IdOf(1))).find("QQL"), std::string::npos);
  EXPECT_NE(hint(CountOf("x")).find("title"), std::string::npos);
}

TEST(SigmaReferences, ANameOfSeveralRules) {
  const std::string rules =
      test::SigmaText(1, "name: same\n") + "---\n" + test::SigmaText(2, "name: same\n") + "---\n";
  EXPECT_EQ(Unexpected(rules + CountOf("^same"), "ambiguous-rule"), "");
  EXPECT_EQ(Unexpected(rules + CountOf(IdOf(2)), ""), "");
}

}  // namespace
}  // namespace riposte::rule
