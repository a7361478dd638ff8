#include "tests/support/schema_builder.h"

#include <utility>

namespace riposte::test {

schema::Path PathOf(std::string_view dotted) {
  schema::Path path;
  while (true) {
    const size_t dot = dotted.find('.');
    path.keys.emplace_back(dotted.substr(0, dot));
    if (dot == std::string_view::npos) return path;
    dotted.remove_prefix(dot + 1);
  }
}

schema::Alternative At(std::string_view path) {
  schema::Alternative alternative;
  alternative.paths.push_back(PathOf(path));
  return alternative;
}

SchemaBuilder::SchemaBuilder() {
  schema_.profiles.emplace_back().name = "test";
  schema_.profiles.front().roles.fill(schema::kNoField);
}

schema::FieldId SchemaBuilder::Field(const std::string& token, schema::FieldType type,
                                     std::vector<schema::Alternative> alternatives) {
  schema::Token added;
  added.name = token;
  added.type = type;
  const schema::FieldId id = schema_.catalogue.Add(std::move(added));
  std::vector<std::optional<schema::FieldSource>>& fields = schema_.profiles.front().fields;
  fields.resize(schema_.catalogue.size());
  fields[schema::Index(id)].emplace().alternatives = std::move(alternatives);
  return id;
}

schema::FieldId SchemaBuilder::Field(const std::string& token, schema::FieldType type,
                                     std::string_view path) {
  return Field(token, type, std::vector<schema::Alternative>{At(path)});
}

std::vector<schema::FieldId> SchemaBuilder::AllFields() const {
  std::vector<schema::FieldId> all;
  for (size_t i = 0; i < schema_.catalogue.size(); ++i)
    all.push_back(schema::FieldId{static_cast<uint16_t>(i)});
  return all;
}

}  // namespace riposte::test
