// Every example of docs/profiles.md loads, and its tables name what there is.
#include <sstream>

#include <gtest/gtest.h>

#include "rules/schema/load.h"
#include "tests/rules/schema/profile_text.h"
#include "tests/support/corpus.h"

namespace riposte::schema {
namespace {

struct Example {
  std::string language;  // of its fence
  std::string text;
};

std::vector<Example> Examples() {
  std::vector<Example> examples;
  std::istringstream document(test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/profiles.md"));
  bool inside = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) examples.push_back({.language = line.substr(3), .text = {}});
    } else if (inside) {
      examples.back().text += line + "\n";
    }
  }
  return examples;
}

TEST(ProfilesDocument, EachExampleLoads) {
  size_t whole = 0;
  size_t tokens = 0;
  for (const Example& example : Examples()) {
    if (example.language == "yaml") {
      ++whole;
      EXPECT_EQ(ErrorsOf(example.text), "") << example.text;
    } else if (example.language == "yaml-sigma") {
      EXPECT_EQ(ErrorsOf(WithTokens("p", "") + example.text), "") << example.text;
    } else {
      ASSERT_EQ(example.language, "yaml-tokens");
      ++tokens;
      EXPECT_EQ(ErrorsOf(WithTokens("p", example.text)), "") << example.text;
    }
  }
  EXPECT_EQ(whole, 1u);
  EXPECT_EQ(tokens, 3u);
}

TEST(ProfilesDocument, TheExamplesAgreeWithTheProfilesThatShip) {
  std::string tokens;
  for (const Example& example : Examples()) {
    if (example.language == "yaml-tokens") tokens += example.text;
  }
  text::Diagnostics diagnostics;
  const SchemaPtr shipped = LoadSchema({}, diagnostics);
  const SchemaPtr examples =
      LoadSchemaFrom({Source("p.yaml", WithTokens("p", tokens))}, diagnostics);
  ASSERT_NE(examples, nullptr) << text::Render(diagnostics);
  for (const Token& token : examples->catalogue.tokens()) {
    const FieldId known = shipped->catalogue.Find(token.name);
    if (known == kNoField) continue;
    EXPECT_EQ(shipped->catalogue.token(known).type, token.type) << token.name;
  }
}

TEST(ProfilesDocument, EachRoleIsThere) {
  const std::string document = test::ReadFile(RIPOSTE_SOURCE_DIR "/docs/profiles.md");
  const std::string roles = document.substr(document.find("## Roles"));
  for (size_t i = 0; i < static_cast<size_t>(Role::kCount); ++i) {
    const std::string name = "`" + std::string(RoleName(static_cast<Role>(i))) + "`";
    EXPECT_NE(roles.find(name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace riposte::schema
