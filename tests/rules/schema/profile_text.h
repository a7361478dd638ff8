// Profiles of tests, and what the reader says of them.
#pragma once

#include <string>
#include <string_view>

#include "rules/text/diagnostic.h"

namespace riposte::schema {

text::SourcePtr Source(std::string path, std::string bytes);

// A profile that is right, with `tokens` besides its `type`; they begin in line 11.
std::string WithTokens(std::string_view name, std::string_view tokens);

// The keyword `a.b`, described, with `body` from line 15 on.
std::string KeywordToken(std::string_view body);

// The codes with their places, "code@line:column ".
std::string Codes(const text::Diagnostics& diagnostics);

// The same of one file; that it is refused if and only if there is an error is checked.
std::string ErrorsOf(std::string bytes);

// Lines of a profile and all the errors that they give.
struct Mistake {
  std::string_view body;
  std::string_view errors;
};

}  // namespace riposte::schema
