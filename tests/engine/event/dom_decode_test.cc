// The oracle against tables of its own: decode_test and mutation_test only show that both decoders
// agree.
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "engine/event/decode.h"
#include "tests/support/event_dump.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

TEST(DomDecoder, VerdictsAndValues) {
  test::SchemaBuilder schema;
  const schema::FieldId name = schema.Field("name", FieldType::kKeyword, "a.name");
  const std::shared_ptr<const Plan> plan =
      Plan::Compile(schema.schema(), schema.profile(), schema.AllFields());
  DomDecoder decoder(1000);
  struct Case {
    std::string_view json, verdict, name;
  };
  const Case cases[] = {
      {R"({"a":{"name":"x"}})", "none", R"("x")"},
      {R"({"a":[{"name":["x",[1.50]]},{"name":null}]})", "none", R"("x" | "1.50")"},
      {R"({"a":{"name":"x","name":"y"},"a":{"name":"z"}})", "none", R"("x")"},
      {"{\"a\":{\"name\":\"\xFF\\ud800\"}}", "none", "\"\uFFFD\uFFFD\""},
      {"\xEF\xBB\xBF{\"a\":{\"name\":true}}", "none", R"("true")"},
      {R"({"a":1e999})", "none", ""},
      {"[1]", "not_an_object", ""},
      {"{", "invalid_json", ""},
      {"", "empty", ""},
  };
  for (const Case& c : cases) {
    const Reject verdict = decoder.Decode(*plan, c.json);
    EXPECT_EQ(RejectName(verdict), c.verdict) << c.json;
    if (verdict == Reject::kNone) {
      EXPECT_EQ(test::DumpField(decoder.event(), schema.schema().catalogue, name), c.name)
          << c.json;
    }
  }
  EXPECT_EQ(RejectName(decoder.Decode(*plan, std::string(1001, ' '))), "too_large");
}

}  // namespace
}  // namespace riposte::event
