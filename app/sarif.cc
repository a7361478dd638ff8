#include "app/sarif.h"

#include <map>

#include <fmt/format.h>

#include "app/diagnostic_pages.h"
#include "app/version.h"
#include "base/json.h"

namespace riposte::app {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// A path as a URI reference: what is not allowed in one is escaped, and so is the colon, with which
// a first part would be a scheme.
std::string UriOf(std::string_view path) {
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

// An end is behind the last character.
void WriteRegion(const text::Source& source, text::Span span, json::Writer& writer) {
  const text::LineColumn begin = source.Locate(span.begin);
  const text::LineColumn end = source.Locate(std::max(span.begin, span.end));
  writer.BeginObject()
      .Field("startLine", begin.line)
      .Field("startColumn", begin.column)
      .Field("endLine", end.line)
      .Field("endColumn", end.column)
      .EndObject();
}

void WriteArtifact(const text::Source& source, json::Writer& writer) {
  writer.BeginObject().Field("uri", UriOf(source.path())).EndObject();
}

void WriteText(std::string_view text, json::Writer& writer) {
  writer.BeginObject().Field("text", text).EndObject();
}

void WriteFix(const text::Diagnostic& diagnostic, json::Writer& writer) {
  writer.Key("fixes").BeginArray().BeginObject().Key("artifactChanges").BeginArray().BeginObject();
  writer.Key("artifactLocation");
  WriteArtifact(*diagnostic.source, writer);
  writer.Key("replacements").BeginArray().BeginObject().Key("deletedRegion");
  WriteRegion(*diagnostic.source, diagnostic.fix->span, writer);
  writer.Key("insertedContent");
  WriteText(diagnostic.fix->replacement, writer);
  writer.EndObject().EndArray().EndObject().EndArray().EndObject().EndArray();
}

void WriteResult(const text::Diagnostic& diagnostic, size_t rule, json::Writer& writer) {
  const std::string hint = diagnostic.hint.empty() ? "" : ": " + diagnostic.hint;
  writer.BeginObject()
      .Field("ruleId", diagnostic.code)
      .Field("ruleIndex", static_cast<int64_t>(rule))
      .Field("level", text::SeverityName(diagnostic.severity))
      .Key("message");
  WriteText(diagnostic.message + hint, writer);
  writer.Key("locations").BeginArray().BeginObject().Key("physicalLocation").BeginObject();
  writer.Key("artifactLocation");
  WriteArtifact(*diagnostic.source, writer);
  // A file that could not be read has no places.
  if (!diagnostic.source->bytes().empty()) {
    writer.Key("region");
    WriteRegion(*diagnostic.source, diagnostic.span, writer);
  }
  writer.EndObject().EndObject().EndArray();
  if (diagnostic.fix) WriteFix(diagnostic, writer);
  writer.EndObject();
}

void WriteRule(std::string_view code, json::Writer& writer) {
  writer.BeginObject().Field("id", code);
  if (const DiagnosticPage* page = FindDiagnosticPage(code)) {
    writer.Key("shortDescription");
    WriteText(page->sentence, writer);
    writer.Key("help").BeginObject();
    writer.Field("text", page->markdown).Field("markdown", page->markdown).EndObject();
  }
  writer.EndObject();
}

}  // namespace

std::string SarifOf(const text::Diagnostics& diagnostics) {
  std::map<std::string_view, size_t> rules;
  for (const text::Diagnostic& diagnostic : diagnostics.all()) rules.emplace(diagnostic.code, 0);
  size_t index = 0;
  for (auto& [code, place] : rules) place = index++;

  std::string out;
  json::Writer writer(out);
  writer.BeginObject().Field("$schema", kSchema).Field("version", "2.1.0");
  writer.Key("runs").BeginArray().BeginObject();
  writer.Key("tool").BeginObject().Key("driver").BeginObject();
  writer.Field("name", "riposte").Field("version", kVersion).Key("rules").BeginArray();
  for (const auto& [code, place] : rules) WriteRule(code, writer);
  writer.EndArray().EndObject().EndObject();
  writer.Field("columnKind", "unicodeCodePoints").Key("results").BeginArray();
  for (const text::Diagnostic& diagnostic : diagnostics.all())
    WriteResult(diagnostic, rules[diagnostic.code], writer);
  writer.EndArray().EndObject().EndArray().EndObject();
  return out + "\n";
}

}  // namespace riposte::app
