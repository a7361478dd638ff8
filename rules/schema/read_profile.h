// Reads one profile file, on its own; load.cc puts the files together.
#pragma once

#include <string>
#include <vector>

#include "rules/schema/profile.h"
#include "rules/text/diagnostic.h"

namespace riposte::schema {

struct TokenText {
  Token token{};
  FieldSource source{};
  text::Span span{};  // of its name
};

struct RoleText {
  Role role = Role::kEventId;
  std::string token{};
  text::Span span{};  // of the token's name
};

struct ProfileText {
  text::SourcePtr source{};
  std::string name{};
  text::Span name_span{};
  std::string description{};
  std::vector<TokenText> tokens{};
  std::vector<RoleText> roles{};
  SigmaMapping sigma{};
};

// What could be read; each error of the file is added to `diagnostics`.
ProfileText ReadProfile(const text::SourcePtr& source, text::Diagnostics& diagnostics);

}  // namespace riposte::schema
