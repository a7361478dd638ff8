#include "app/rule_fixes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "rules/rule/load.h"

namespace riposte::app {
namespace {

namespace fs = std::filesystem;

Status Failed(std::string message) { return Status(ErrorCode::kIo, std::move(message)); }

// The file's bytes with the fixes made that do not overlap an earlier one; how many those are.
size_t Apply(std::vector<text::Fix> fixes, std::string& bytes) {
  std::stable_sort(fixes.begin(), fixes.end(), [](const text::Fix& a, const text::Fix& b) {
    return a.span.begin < b.span.begin;
  });
  std::string out;
  size_t made = 0;
  uint32_t at = 0;
  for (const text::Fix& fix : fixes) {
    if (fix.span.begin < at || (made > 0 && fix.span.begin == at)) continue;
    out += bytes.substr(at, fix.span.begin - at) + fix.replacement;
    at = fix.span.end;
    ++made;
  }
  bytes = out + bytes.substr(at);
  return made;
}

// The rules of the file must be there afterwards as before. Whether their triggers may run was
// decided when they were loaded to be checked.
Status CheckLoads(const std::string& path, const std::string& before, const std::string& after,
                  const schema::SchemaPtr& schema) {
  const auto ids = [&](const std::string& bytes) -> std::optional<std::vector<Uuid>> {
    text::Diagnostics diagnostics;
    const rule::RuleSetPtr rules =
        rule::LoadRulesFrom({std::make_shared<text::Source>(path, bytes)}, schema, diagnostics);
    if (rules == nullptr) return std::nullopt;
    std::vector<Uuid> found;
    found.reserve(rules->rules.size());
    for (const rule::Rule& rule : rules->rules) found.push_back(rule.id);
    return found;
  };
  const auto fixed = ids(after);
  if (fixed && fixed == ids(before)) return Status::Ok();
  return Failed("the rules would not load with the fixes made; nothing was written");
}

// Atomic: a reader sees all of the old file or all of the new one.
Status Replace(const fs::path& file, const std::string& expected, const std::string& bytes) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  if (error) return Failed(error.message());
  fs::path beside = target;
  beside.replace_filename("." + target.filename().string() + ".fix~");
  const auto fail = [&beside](std::string message) {
    std::error_code ignored;
    fs::remove(beside, ignored);
    return Failed(std::move(message));
  };
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << bytes;
    out.flush();
    if (!out) return fail("no file can be written beside it");
  }
  fs::permissions(beside, fs::status(target, error).permissions(), error);
  if (error) return fail(error.message());
  std::ifstream in(target, std::ios::binary);
  const std::string now{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in || now != expected) return fail("it was changed meanwhile; nothing was written");
  fs::rename(beside, target, error);
  return error ? fail(error.message()) : Status::Ok();
}

FixedFile FixFile(const text::Source& source, std::vector<text::Fix> fixes,
                  const schema::SchemaPtr& schema) {
  FixedFile file{.path = source.path()};
  const std::string before(source.bytes());
  std::string after = before;
  const size_t made = Apply(std::move(fixes), after);
  file.status = CheckLoads(file.path, before, after, schema);
  if (file.status.ok()) file.status = Replace(file.path, before, after);
  if (file.status.ok()) file.fixes = made;
  return file;
}

}  // namespace

std::vector<FixedFile> ApplyFixes(const text::Diagnostics& diagnostics,
                                  const schema::SchemaPtr& schema) {
  struct Work {
    text::SourcePtr source;
    std::vector<text::Fix> fixes;
  };
  std::map<std::string, Work> by_path;
  for (const text::Diagnostic& diagnostic : diagnostics.all()) {
    if (!diagnostic.fix) continue;
    Work& work = by_path[diagnostic.source->path()];
    work.source = diagnostic.source;
    work.fixes.push_back(*diagnostic.fix);
  }
  std::vector<FixedFile> files;
  files.reserve(by_path.size());
  for (auto& [path, work] : by_path)
    files.push_back(FixFile(*work.source, std::move(work.fixes), schema));
  return files;
}

}  // namespace riposte::app
