// The tokens that queries may name. Tokens are common to all profiles: "process.name" means the
// same in each event format, and the profile says where to find it there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace riposte::schema {

enum class FieldType : uint8_t {
  kText,     // names, paths, command lines: phrases of words
  kKeyword,  // ids, hashes, enums: whole values
  kNumber,
  kIp,
  kDate,
  kBool,
  kObject,  // a sub-object or an array of them: only for nested groups `token:( ... )` and `is
            // null`
};

std::string_view FieldTypeName(FieldType type);  // "text", "keyword", ...

// Index of a token in its Catalogue; nothing else.
enum class FieldId : uint16_t {};
constexpr size_t Index(FieldId id) { return static_cast<size_t>(id); }
inline constexpr FieldId kNoField{0xffff};

struct Token {
  std::string name{};  // as written in the profile; look-ups ignore case
  FieldType type = FieldType::kKeyword;
  std::vector<std::string> values{};  // closed list of an enum (a keyword); empty: open
  std::string description{};          // one line
  std::string example{};
  // Filled by the Catalogue: the object tokens whose dotted name is a prefix of this one, outermost
  // first ("indicator" for "indicator.score"), whatever order they were added in. A nested group
  // over one of them needs a single sub-object to satisfy all of it.
  std::vector<FieldId> groups{};
};

// All tokens of all loaded profiles. Immutable once built; shared by pointer from the rule set that
// was compiled against it.
class Catalogue {
 public:
  // Ids count from 0 in the order of addition. Returns the id of the token; an existing one of the
  // same name is kept (the caller has checked that the types agree). At most 65,535 tokens; the
  // caller has checked that, too.
  FieldId Add(Token token);
  // Ignoring case; kNoField if unknown.
  FieldId Find(std::string_view name) const;
  const Token& token(FieldId id) const { return tokens_[Index(id)]; }
  const std::vector<Token>& tokens() const { return tokens_; }
  size_t size() const { return tokens_.size(); }

 private:
  std::vector<Token> tokens_;
  std::vector<std::string> folded_;                          // names, by id
  std::vector<FieldId> objects_;                             // the object tokens
  boost::unordered_flat_map<std::string, FieldId> by_name_;  // folded name
};

}  // namespace riposte::schema
