#include "rules/rule/rule_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace riposte::rule {
namespace {

namespace fs = std::filesystem;

void Unreadable(const fs::path& path, std::string_view why, text::Diagnostics& diagnostics) {
  diagnostics.Error(std::make_shared<text::Source>(path.string(), ""), {}, "unreadable-file",
                    fmt::format("cannot be read: {}", why));
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Editors' backups ("a.yaml~", "#a.yaml#", "a.yaml.swp", "a.yaml.tmp") end otherwise, or are
// hidden.
bool HasRuleEnding(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return ending == ".yaml" || ending == ".yml";
}

class Walk {
 public:
  explicit Walk(text::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Add(const std::string& given) {
    const fs::path path(given);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      Unreadable(path, error ? error.message() : std::strerror(ENOENT), diagnostics_);
    } else if (!fs::is_directory(status)) {
      AddFile(path, path.filename());
    } else {
      const size_t before = files_.size() + again_;
      const size_t errors_before = diagnostics_.error_count();
      AddFolder(path, fs::path());
      if (files_.size() + again_ == before && diagnostics_.error_count() == errors_before)
        diagnostics_.Warning(std::make_shared<text::Source>(given, ""), {}, "no-rule-files",
                             "no rule file in this folder", "rule files end in .yaml or .yml");
    }
  }

  std::vector<RuleFile> Take() { return std::move(files_); }

 private:
  void AddFolder(const fs::path& folder, const fs::path& name) {
    std::error_code error;
    const fs::path canonical = fs::canonical(folder, error);
    // A link that leads back up, or to a folder that was read already.
    if (!error && !seen_.insert(canonical.string()).second) return;
    std::vector<fs::path> entries;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
      entries.push_back(at->path());
    if (error) return Unreadable(folder, error.message(), diagnostics_);
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) {
      if (IsHidden(entry)) continue;
      std::error_code ignored;  // a link that leads nowhere is reported when it is read
      const fs::path below = name / entry.filename();
      if (fs::is_directory(entry, ignored)) {
        AddFolder(entry, below);
      } else if (HasRuleEnding(entry)) {
        AddFile(entry, below);
      }
    }
  }

  void AddFile(const fs::path& path, const fs::path& name) {
    std::error_code error;
    const fs::path canonical = fs::canonical(path, error);
    if (!error && !seen_.insert(canonical.string()).second) {
      ++again_;
      return;
    }
    files_.push_back({.path = path.string(), .name = name.string()});
  }

  text::Diagnostics& diagnostics_;
  std::vector<RuleFile> files_;
  std::set<std::string> seen_;
  size_t again_ = 0;  // files that were reached before
};

}  // namespace

std::vector<RuleFile> FindRuleFiles(const std::vector<std::string>& paths,
                                    text::Diagnostics& diagnostics) {
  Walk walk(diagnostics);
  for (const std::string& path : paths) walk.Add(path);
  return walk.Take();
}

text::SourcePtr ReadRuleFile(const RuleFile& file, size_t max_bytes,
                             text::Diagnostics& diagnostics) {
  std::error_code error;
  const fs::file_status status = fs::status(file.path, error);
  if (error || !fs::is_regular_file(status)) {
    Unreadable(file.path, error ? error.message() : "not a regular file", diagnostics);
    return nullptr;
  }
  errno = 0;
  std::ifstream in(file.path, std::ios::binary);
  std::string bytes;
  std::array<char, size_t{1} << 16> buffer;
  while (in.good() && bytes.size() <= max_bytes) {
    in.read(buffer.data(), buffer.size());
    bytes.append(buffer.data(), static_cast<size_t>(in.gcount()));
  }
  if (!in.is_open() || in.bad()) {
    Unreadable(file.path, std::strerror(errno != 0 ? errno : EIO), diagnostics);
    return nullptr;
  }
  if (bytes.size() > max_bytes) {
    diagnostics.Error(std::make_shared<text::Source>(file.path, ""), {}, "file-too-large",
                      fmt::format("larger than {} bytes", max_bytes),
                      "split it into several files");
    return nullptr;
  }
  return std::make_shared<text::Source>(file.path, std::move(bytes));
}

}  // namespace riposte::rule
