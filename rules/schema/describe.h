// The token catalogue as people and programs read it: what `riposte fields` prints.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/schema/profile.h"

namespace riposte::schema {

// Where one profile finds a token.
struct TokenPlace {
  std::string profile{};
  // Each path and each constant of its alternatives once, in their order; a constant is quoted, the
  // paths of a join stand in one text with " + " between them.
  std::vector<std::string> paths{};
  bool union_of_all = false;
  bool guaranteed = false;
};

struct TokenDescription {
  std::string name{};
  FieldType type = FieldType::kKeyword;
  std::vector<std::string> values{};
  std::string description{};
  std::string example{};
  std::vector<TokenPlace> places{};  // by profile, in the order of the schema
};

// The tokens whose names match `pattern`, ignoring case, by name. With a star in it the pattern is
// the whole name, each star being any text; without one it is a part of the name. An empty pattern
// is any.
std::vector<TokenDescription> Describe(const Schema& schema, std::string_view pattern);

// Where one alternative finds its value: a path, several joined by " + ", or a constant in quotes.
std::string DescribeAlternative(const Alternative& alternative);

// Columns for people: name, type and description, and below each token its places, values and
// example. Ends with a line feed, or is empty.
std::string DescriptionTable(std::span<const TokenDescription> tokens);

// A JSON array with one object a token: name, type, values, description, example, profiles [{name,
// paths, union, guaranteed}]. One line.
std::string DescriptionJson(std::span<const TokenDescription> tokens);

}  // namespace riposte::schema
