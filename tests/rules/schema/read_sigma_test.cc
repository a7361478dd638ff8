#include "rules/schema/read_sigma.h"

#include <gtest/gtest.h>

#include "rules/schema/load.h"
#include "tests/rules/schema/profile_text.h"

namespace riposte::schema {
namespace {

std::string ErrorsWith(std::string_view section) {
  return ErrorsOf(WithTokens("p", "") + std::string(section));
}

TEST(ReadSigma, EachPart) {
  text::Diagnostics diagnostics;
  const SchemaPtr schema = LoadSchemaFrom({Source("p.yaml", WithTokens("p", "") + R"(sigma:
  default: ["*", 'a\.b.*.*']
  fields:
    Image: {path: image, steps: [basename]}
    Id: {paths: [id, id2]}
  logsources:
    - {product: windows}
    - product: windows
      category: process_creation
      when: {channel: Sysmon, id: [1, 5]}
    - service: dns
      when:
        - {channel: a}
        - {channel: b, id: 2}
)")},
                                          diagnostics);
  ASSERT_NE(schema, nullptr) << text::Render(diagnostics);
  const SigmaMapping& sigma = schema->profiles.front().sigma;
  ASSERT_EQ(sigma.defaults.size(), 2u);
  EXPECT_EQ(sigma.defaults[0].keys, std::vector<std::string>{std::string(kAnyKey)});
  EXPECT_EQ(sigma.defaults[1].keys,
            (std::vector<std::string>{"a.b", std::string(kAnyKey), std::string(kAnyKey)}));
  EXPECT_EQ(sigma.defaults[1].ToString(), "a\\.b.*.*");
  ASSERT_EQ(sigma.fields.size(), 2u);
  EXPECT_EQ(sigma.fields[0].name, "Image");
  EXPECT_EQ(sigma.fields[0].alternatives.front().steps.size(), 1u);
  EXPECT_EQ(sigma.fields[1].alternatives.size(), 2u);
  ASSERT_EQ(sigma.routes.size(), 3u);
  EXPECT_TRUE(sigma.routes[0].when.empty());
  EXPECT_EQ(sigma.routes[1].category, "process_creation");
  ASSERT_EQ(sigma.routes[1].when.size(), 1u);
  EXPECT_EQ(sigma.routes[1].when[0][1].any_of, (std::vector<std::string>{"1", "5"}));
  EXPECT_EQ(sigma.routes[2].when.size(), 2u);
}

TEST(ReadSigma, Mistakes) {
  for (const auto& [section, errors] : std::initializer_list<Mistake>{
           {"sigma: []\n", "wrong-type@11:8 "},
           {"sigma: {}\n", "missing-key@11:8 "},
           {"sigma: {logsources: []}\n", "empty-value@11:21 "},
           {"sigma: {logsources: [{when: {a: b}}]}\n", "missing-key@11:22 "},
           {"sigma: {logsources: [{product: [a]}]}\n", "wrong-type@11:32 missing-key@11:22 "},
           {"sigma: {logsources: [{product: a, when: b}]}\n", "wrong-type@11:41 "},
           {"sigma: {logsources: [{product: a, when: {a..b: c}}]}\n", "bad-path@11:42 "},
           {"sigma: {default: a.b, logsources: [{product: a}]}\n", "bad-path@11:18 "},
           {"sigma: {default: [[a]], logsources: [{product: a}]}\n", "wrong-type@11:19 "},
           {"sigma: {fields: [a], logsources: [{product: a}]}\n", "wrong-type@11:17 "},
           {"sigma: {fields: {a: {type: text, path: b}}, logsources: [{product: a}]}\n",
            "unknown-key@11:22 "},
           {"sigma: {fields: {a: {}}, logsources: [{product: a}]}\n", "no-source@11:18 "},
           {"sigma: {field: a, logsources: [{product: a}]}\n", "unknown-key@11:9 "},
       })
    EXPECT_EQ(ErrorsWith(section), errors) << section;
}

}  // namespace
}  // namespace riposte::schema
