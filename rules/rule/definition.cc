#include "rules/rule/definition.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"

namespace riposte::rule {
namespace {

// Raise it when windows of an older version must not be read any more.
constexpr uint64_t kFormatVersion = 1;

// Writes how a field is found in a form that differs wherever that does.
class SourceWriter {
 public:
  explicit SourceWriter(ByteWriter& out) : out_(out) {}

  void Source(const schema::FieldSource& source) {
    out_.Byte(source.union_of_all ? 1 : 0);
    out_.Byte(source.lenient ? 1 : 0);
    out_.Unsigned(static_cast<uint64_t>(source.time_format));
    out_.Unsigned(source.alternatives.size());
    for (const schema::Alternative& alternative : source.alternatives) Alternative(alternative);
  }

 private:
  void Alternative(const schema::Alternative& alternative) {
    out_.Unsigned(alternative.when.size());
    for (const schema::Condition& condition : alternative.when) {
      Texts(condition.path.keys);
      Texts(condition.any_of);
    }
    out_.Unsigned(alternative.paths.size());
    for (const schema::Path& path : alternative.paths) Texts(path.keys);
    out_.Text(alternative.separator);
    Optional(alternative.constant);
    out_.Unsigned(alternative.steps.size());
    for (const schema::Step& step : alternative.steps) OneStep(step);
  }

  void OneStep(const schema::Step& step) {
    out_.Unsigned(static_cast<uint64_t>(step.kind));
    out_.Text(step.key);
    out_.Unsigned(step.map.size());
    for (const auto& [from, to] : step.map) {
      out_.Text(from);
      out_.Text(to);
    }
    Optional(step.map_default);
  }

  void Optional(const std::optional<std::string>& text) {
    out_.Byte(text ? 1 : 0);
    out_.Text(text.value_or(""));
  }

  void Texts(const std::vector<std::string>& texts) {
    out_.Unsigned(texts.size());
    for (const std::string& text : texts) out_.Text(text);
  }

  ByteWriter& out_;
};

// A format that is loaded in another order is the same.
std::vector<const schema::Profile*> ProfilesOf(const Rule& rule, const schema::Schema& schema) {
  std::vector<const schema::Profile*> profiles;
  for (const schema::Profile& profile : schema.profiles)
    if (RunsOn(rule, profile)) profiles.push_back(&profile);
  std::ranges::sort(profiles, {}, &schema::Profile::name);
  return profiles;
}

void WriteField(const schema::Profile& profile, schema::FieldId field,
                const schema::Catalogue& catalogue, ByteWriter& out) {
  out.Text(catalogue.token(field).name);
  out.Text(schema::FieldTypeName(catalogue.token(field).type));
  SourceWriter(out).Source(*profile.fields[schema::Index(field)]);
}

// By name: ids depend on which other tokens there are.
std::vector<schema::FieldId> ByName(std::vector<schema::FieldId> fields,
                                    const schema::Catalogue& catalogue) {
  std::ranges::sort(fields, {}, [&](schema::FieldId field) -> const std::string& {
    return catalogue.token(field).name;
  });
  return fields;
}

void WriteProfile(const schema::Profile& profile, const std::vector<schema::FieldId>& fields,
                  const schema::Catalogue& catalogue, ByteWriter& out) {
  out.Text(profile.name);
  out.Unsigned(fields.size());
  for (const schema::FieldId field : fields) WriteField(profile, field, catalogue, out);
  const schema::FieldId time = profile.role(schema::Role::kEventTime);
  out.Byte(time == schema::kNoField ? 0 : 1);
  if (time != schema::kNoField) WriteField(profile, time, catalogue, out);
}

}  // namespace

std::string DefinitionHash(const Rule& rule, const schema::Schema& schema) {
  std::string bytes;
  ByteWriter out(bytes);
  out.Unsigned(kFormatVersion);
  out.Text(rule.canonical_query);
  out.Text(rule.canonical_trigger);
  const std::vector<schema::FieldId> fields = ByName(FieldsOf(rule), schema.catalogue);
  const std::vector<const schema::Profile*> profiles = ProfilesOf(rule, schema);
  out.Unsigned(profiles.size());
  for (const schema::Profile* profile : profiles)
    WriteProfile(*profile, fields, schema.catalogue, out);
  return Sha256Hex(bytes);
}

}  // namespace riposte::rule
