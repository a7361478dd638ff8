// An event does not escape a rule by being odd: what the rule looks for is found all the same.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "engine/event/decode.h"
#include "engine/match/naive.h"
#include "rules/qql/parse.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

class OddEventsTest : public testing::Test {
 protected:
  OddEventsTest() {
    schema_.Field("process.name", FieldType::kText, "process.name");
    schema_.Field("process.pid", FieldType::kNumber, "process.pid");
    schema_.Field("user", FieldType::kKeyword, "user");
    schema_.Field("score", FieldType::kNumber, "score");
    schema_.Field("indicator", FieldType::kObject, "indicators");
    schema_.Field("indicator.family", FieldType::kKeyword, "indicators.family");
    schema_.Field("indicator.score", FieldType::kNumber, "indicators.score");
  }

  bool Matches(const std::string& query, std::string_view json) {
    text::Diagnostics diagnostics;
    const text::SourcePtr source = std::make_shared<const text::Source>("query", query);
    const std::optional<query::Expression> expression =
        qql::Parse(text::Fragment(source), schema_.schema().catalogue, diagnostics);
    EXPECT_TRUE(expression.has_value()) << text::Render(diagnostics);
    if (!expression.has_value()) return false;
    const std::shared_ptr<const Plan> plan =
        Plan::Compile(schema_.schema(), schema_.profile(), expression->Fields());
    const Reject reject = decoder_.Decode(*plan, json);
    EXPECT_EQ(RejectName(reject), "none") << json;
    return reject == Reject::kNone &&
           match::Evaluate(*expression, decoder_.event(), {}, regexes_) == match::Truth::kTrue;
  }

  test::SchemaBuilder schema_;
  Decoder decoder_;
  match::RegexCache regexes_;
};

TEST_F(OddEventsTest, TheRuleStillMatches) {
  const std::string query = "process.name: `powershell.exe` and user: `alice`";
  const std::string deep = std::string(1022, '[') + std::string(1022, ']');
  const std::string events[] = {
      R"({"process":{"name":"PowerShell.exe"},"user":"Alice"})",
      // Odd in another field, asked for or not.
      "{\"x\":\"\xFF\xC3\",\"process\":{\"name\":\"powershell.exe\"},\"user\":\"alice\"}",
      R"({"x":"\ud800","process":{"name":"powershell.exe"},"user":"alice"})",
      R"({"x":[1e999,99999999999999999999],"process":{"name":"powershell.exe"},"user":"alice"})",
      R"({"score":1e999,"process":{"name":"powershell.exe","pid":{}},"user":"alice"})",
      R"({"x":1,"x":{"process":1},"process":{"name":"powershell.exe"},"user":"alice"})",
      R"({"x":)" + deep + R"(,"process":{"name":"powershell.exe"},"user":"alice"})",
      // Odd keys beside.
      "{\"\xFF\":1,\"\\ud800\":2,\"\":3,\"process\":{\"name\":\"powershell.exe\"},\"user\":"
      "\"alice\"}",
      // The same keys and values, written differently.
      "\xEF\xBB\xBF{\"process\":{\"name\":\"powershell.exe\"},\"user\":\"alice\"}",
      R"({"\u0070rocess":{"n\u0061me":"\u0050owersh\u0065ll.exe"},"user":"\u0061lice"})",
      R"({"process":[[{"name":[["powershell.exe"]]}]],"user":["bob",["alice"]]})",
      R"({"process":[{"name":{}},{"name":null},{"name":"powershell.exe"}],"user":"alice"})",
      // Folding: U+017F is an s, for both sides.
      "{\"process\":{\"name\":\"power\u017Fhell.exe\"},\"user\":\"ALICE\"}",
      // The first of equal keys wins, however the second one looks.
      R"({"process":{"name":"powershell.exe"},"user":"alice","process":{"name":"x"},"user":1})",
  };
  for (const std::string& event : events) EXPECT_TRUE(Matches(query, event)) << event;
  // The second of equal keys does not count.
  EXPECT_FALSE(
      Matches(query, R"({"user":"bob","user":"alice","process":{"name":"powershell.exe"}})"));
}

TEST_F(OddEventsTest, ReplacedBytesAreText) {
  EXPECT_TRUE(
      Matches("process.name: `evil\uFFFD.exe`", "{\"process\":{\"name\":\"evil\xFF.exe\"}}"));
  EXPECT_TRUE(
      Matches("process.name: `evil\uFFFD.exe`", R"({"process":{"name":"evil\udc00.exe"}})"));
  EXPECT_TRUE(Matches("process.name ~ \"evil\"",
                      "{\"process\":{\"name\":\"\xF0\x9F"
                      "evil\"}}"));
  EXPECT_TRUE(Matches("process.name: \"*.exe\"", R"({"process":{"name":"evil\ud800\u0000.exe"}})"));
}

TEST_F(OddEventsTest, NumbersAsTextAndTextAsNumbers) {
  EXPECT_TRUE(Matches("user: `1e999`", R"({"user":1e999})"));
  EXPECT_TRUE(Matches("score >= 8", R"({"score":"8.0"})"));
  EXPECT_TRUE(Matches("score > 9007199254740992", R"({"score":9007199254740993})"));
  // Neither the clause nor its negation holds for what cannot be used.
  EXPECT_FALSE(Matches("score >= 8", R"({"score":1e999})"));
  EXPECT_FALSE(Matches("not score >= 8", R"({"score":1e999})"));
  EXPECT_TRUE(Matches("score >= 8", R"({"score":[1e999,"n/a",9]})"));
}

TEST_F(OddEventsTest, ANestedGroupNeedsOneSubObject) {
  const std::string query = "indicator: (indicator.family: `worm` and indicator.score >= 8)";
  EXPECT_TRUE(Matches(query, R"({"indicators":[{"score":1},{"family":"Worm","score":"8"}]})"));
  EXPECT_TRUE(Matches(query, R"({"indicators":{"family":["x","worm"],"score":8}})"));
  EXPECT_TRUE(Matches(query, R"({"indicators":[[{"family":"worm","score":8}]]})"));
  EXPECT_FALSE(Matches(query, R"({"indicators":[{"score":9},{"family":"worm","score":7}]})"));
  EXPECT_FALSE(Matches(query, R"({"indicators":"worm"})"));
}

}  // namespace
}  // namespace riposte::event
