#include "rules/schema/catalogue.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/unicode.h"

namespace riposte::schema {
namespace {

// Whether `object` is the name of an object around `name`: "a.b" is around "a.b.c", not around
// "a.bc".
bool IsAround(std::string_view object, std::string_view name) {
  return name.size() > object.size() && name.starts_with(object) && name[object.size()] == '.';
}

}  // namespace

std::string_view FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kKeyword:
      return "keyword";
    case FieldType::kNumber:
      return "number";
    case FieldType::kIp:
      return "ip";
    case FieldType::kDate:
      return "date";
    case FieldType::kBool:
      return "bool";
    case FieldType::kObject:
      return "object";
  }
  RIPOSTE_CHECK(false, "a field type without a name");
}

FieldId Catalogue::Add(Token token) {
  std::string folded = unicode::Fold(token.name);
  if (const FieldId known = Find(token.name); known != kNoField) return known;
  RIPOSTE_CHECK(tokens_.size() < Index(kNoField), "more tokens than ids");
  const FieldId id{static_cast<uint16_t>(tokens_.size())};
  token.groups.clear();
  // Objects come in any order, so each new token looks both ways: which objects are around it, and
  // what it is around itself.
  for (const FieldId object : objects_) {
    if (IsAround(folded_[Index(object)], folded)) token.groups.push_back(object);
  }
  if (token.type == FieldType::kObject) objects_.push_back(id);
  for (size_t other = 0; token.type == FieldType::kObject && other < tokens_.size(); ++other) {
    if (IsAround(folded, folded_[other])) {
      std::vector<FieldId>& groups = tokens_[other].groups;
      groups.insert(std::upper_bound(groups.begin(), groups.end(), folded.size(),
                                     [this](size_t size, FieldId group) {
                                       return size < folded_[Index(group)].size();
                                     }),
                    id);
    }
  }
  std::sort(token.groups.begin(), token.groups.end(), [this](FieldId a, FieldId b) {
    return folded_[Index(a)].size() < folded_[Index(b)].size();
  });
  tokens_.push_back(std::move(token));
  by_name_.emplace(folded, id);
  folded_.push_back(std::move(folded));
  return id;
}

FieldId Catalogue::Find(std::string_view name) const {
  const auto found = by_name_.find(unicode::Fold(name));
  return found == by_name_.end() ? kNoField : found->second;
}

}  // namespace riposte::schema
