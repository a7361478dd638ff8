// Profiles of any bytes: a schema or errors, never neither nor both; each error has a place in the
// file and can be shown; with what loads, an event can be decoded.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "engine/event/decode.h"
#include "rules/schema/describe.h"
#include "rules/schema/load.h"

namespace {

using riposte::schema::FieldId;

constexpr std::string_view kEvent =
    R"({"type":"FILE","a":{"b":[{"c":"0x1f"},{"c":["SHA256=ab,MD5=cd"]}]},"x":"{g}","y":"C:\\d\\f.e","t":1700000000000,)"
    R"("d":"2026-11-25 01:00:00","n":"-","i":"10.0.0.1","s":null,"l":[]})";

void Decode(const riposte::schema::Schema& schema) {
  const riposte::schema::Profile& profile = schema.profiles.front();
  std::vector<FieldId> fields;
  for (size_t i = 0; i < profile.fields.size(); ++i) {
    if (profile.fields[i]) fields.push_back(FieldId{static_cast<uint16_t>(i)});
  }
  const std::shared_ptr<const riposte::event::Plan> plan =
      riposte::event::Plan::Compile(schema, profile, fields);
  riposte::event::Decoder decoder;
  RIPOSTE_CHECK(decoder.Decode(*plan, kEvent) == riposte::event::Reject::kNone,
                "no profile makes an event unreadable");
}

}  // namespace

// libfyaml 0.7.12 forgets a token where an error follows an anchor and a tag.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer looks for this name.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfyaml\n"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto source = std::make_shared<riposte::text::Source>("p.yaml", std::move(bytes));
  riposte::text::Diagnostics diagnostics;
  const riposte::schema::SchemaPtr schema = riposte::schema::LoadSchemaFrom({source}, diagnostics);
  RIPOSTE_CHECK((schema == nullptr) == diagnostics.has_errors(), "a schema, or errors");
  if (schema != nullptr) {
    Decode(*schema);
    const std::vector<riposte::schema::TokenDescription> tokens =
        riposte::schema::Describe(*schema, "*");
    RIPOSTE_CHECK(tokens.size() == schema->catalogue.size(), "each token is described");
    RIPOSTE_CHECK(!riposte::schema::DescriptionJson(tokens).empty(), "as JSON too");
  }
  for (const riposte::text::Diagnostic& diagnostic : diagnostics.all()) {
    RIPOSTE_CHECK(diagnostic.span.begin <= diagnostic.span.end && diagnostic.span.end <= size,
                  "an error has a place in the file");
    RIPOSTE_CHECK(!diagnostic.message.empty() && !diagnostic.code.empty(), "it says what it is");
    RIPOSTE_CHECK(!riposte::text::Render(diagnostic).empty(), "it can be shown");
  }
  return 0;
}
