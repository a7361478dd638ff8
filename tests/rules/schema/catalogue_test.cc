#include "rules/schema/catalogue.h"

#include <gtest/gtest.h>

namespace riposte::schema {
namespace {

FieldId AddTo(Catalogue& catalogue, std::string name, FieldType type = FieldType::kKeyword) {
  return catalogue.Add({.name = std::move(name), .type = type});
}

TEST(Catalogue, IdsCountFromZeroAndNamesIgnoreCase) {
  Catalogue catalogue;
  EXPECT_EQ(AddTo(catalogue, "event.dateTime"), FieldId{0});
  EXPECT_EQ(AddTo(catalogue, "type"), FieldId{1});
  EXPECT_EQ(catalogue.Find("EVENT.datetime"), FieldId{0});
  EXPECT_EQ(catalogue.Find("Type"), FieldId{1});
  EXPECT_EQ(catalogue.Find("typ"), kNoField);
  EXPECT_EQ(catalogue.Find(""), kNoField);
  EXPECT_EQ(catalogue.token(FieldId{0}).name, "event.dateTime");
}

TEST(Catalogue, AKnownNameIsKept) {
  Catalogue catalogue;
  AddTo(catalogue, "a", FieldType::kNumber);
  EXPECT_EQ(AddTo(catalogue, "A", FieldType::kText), FieldId{0});
  EXPECT_EQ(catalogue.size(), 1u);
  EXPECT_EQ(catalogue.token(FieldId{0}).type, FieldType::kNumber);
}

// The groups of "a.b.c" by name, if the names are added in this order.
std::string GroupsOf(std::string_view token, const std::vector<std::string>& order) {
  Catalogue catalogue;
  for (const std::string& name : order) {
    const bool object = name == "a" || name == "a.b";
    AddTo(catalogue, name, object ? FieldType::kObject : FieldType::kKeyword);
  }
  std::string groups;
  for (const FieldId id : catalogue.token(catalogue.Find(token)).groups) {
    groups += catalogue.token(id).name + " ";
  }
  return groups;
}

TEST(Catalogue, GroupsAreTheObjectsAroundAToken) {
  EXPECT_EQ(GroupsOf("a.b.c", {"a", "a.b", "a.b.c"}), "a a.b ");
  EXPECT_EQ(GroupsOf("a.b.c", {"a.b.c", "a.b", "a"}), "a a.b ");
  EXPECT_EQ(GroupsOf("a.b.c", {"a.b", "a.b.c", "a"}), "a a.b ");
  EXPECT_EQ(GroupsOf("a.b", {"a.b", "a"}), "a ");
  EXPECT_EQ(GroupsOf("a.bc", {"a.b", "a.bc", "a"}), "a ");
  EXPECT_EQ(GroupsOf("ab.c", {"a", "ab.c"}), "");
  EXPECT_EQ(GroupsOf("x.y.z", {"x.y", "x.y.z"}), "") << "x.y is no object";
}

TEST(FieldType, EachHasItsName) {
  EXPECT_EQ(FieldTypeName(FieldType::kText), "text");
  EXPECT_EQ(FieldTypeName(FieldType::kKeyword), "keyword");
  EXPECT_EQ(FieldTypeName(FieldType::kNumber), "number");
  EXPECT_EQ(FieldTypeName(FieldType::kIp), "ip");
  EXPECT_EQ(FieldTypeName(FieldType::kDate), "date");
  EXPECT_EQ(FieldTypeName(FieldType::kBool), "bool");
  EXPECT_EQ(FieldTypeName(FieldType::kObject), "object");
}

}  // namespace
}  // namespace riposte::schema
