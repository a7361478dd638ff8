#include "tests/rules/schema/profile_text.h"

#include <gtest/gtest.h>

#include "rules/schema/load.h"

namespace riposte::schema {

text::SourcePtr Source(std::string path, std::string bytes) {
  return std::make_shared<text::Source>(std::move(path), std::move(bytes));
}

std::string WithTokens(std::string_view name, std::string_view tokens) {
  return "name: " + std::string(name) + R"(
description: a format of the tests
roles:
  event_type: type
tokens:
  type:
    type: keyword
    description: kind
    example: "type: FILE"
    path: type
)" + std::string(tokens);
}

std::string KeywordToken(std::string_view body) {
  return "  a.b:\n    type: keyword\n    description: d\n    example: e\n" + std::string(body);
}

std::string Codes(const text::Diagnostics& diagnostics) {
  std::string codes;
  for (const text::Diagnostic& one : diagnostics.all()) {
    const text::LineColumn at = one.source->Locate(one.span.begin);
    codes += one.code + "@" + std::to_string(at.line) + ":" + std::to_string(at.column) + " ";
  }
  return codes;
}

std::string ErrorsOf(std::string bytes) {
  text::Diagnostics diagnostics;
  const SchemaPtr schema = LoadSchemaFrom({Source("p.yaml", std::move(bytes))}, diagnostics);
  EXPECT_EQ(schema == nullptr, diagnostics.has_errors());
  return Codes(diagnostics);
}

}  // namespace riposte::schema
