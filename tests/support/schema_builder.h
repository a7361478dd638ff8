// A schema with one profile, made in a test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/schema/profile.h"

namespace riposte::test {

// "a.b" as keys; a dot in a key is not needed in tests.
schema::Path PathOf(std::string_view dotted);

class SchemaBuilder {
 public:
  SchemaBuilder();

  // A token with these alternatives.
  schema::FieldId Field(const std::string& token, schema::FieldType type,
                        std::vector<schema::Alternative> alternatives);
  // A token that stands at one path.
  schema::FieldId Field(const std::string& token, schema::FieldType type, std::string_view path);
  schema::FieldSource& Source(schema::FieldId id) {
    return *schema_.profiles.front().fields[schema::Index(id)];
  }
  void Role(schema::Role role, schema::FieldId id) {
    schema_.profiles.front().roles[static_cast<size_t>(role)] = id;
  }

  const schema::Schema& schema() const { return schema_; }
  const schema::Profile& profile() const { return schema_.profiles.front(); }
  std::vector<schema::FieldId> AllFields() const;

 private:
  schema::Schema schema_;
};

// One path, without conditions and steps.
schema::Alternative At(std::string_view path);

}  // namespace riposte::test
