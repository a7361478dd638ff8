// Which files are rule files, and their bytes.
#pragma once

#include <string>
#include <vector>

#include "rules/text/diagnostic.h"

namespace riposte::rule {

struct RuleFile {
  std::string path;
  std::string
      name;  // from the folder that was given; of a file that was given itself, its own name
};

// The files below `paths`, as LoadOptions::paths says, in the order of `paths` and by name within
// each. What cannot be listed is an error (unreadable-file), a folder without a rule file a warning
// (no-rule-files).
std::vector<RuleFile> FindRuleFiles(const std::vector<std::string>& paths,
                                    text::Diagnostics& diagnostics);

// The file's bytes, or null after an error: unreadable-file, file-too-large. Only regular files are
// opened.
text::SourcePtr ReadRuleFile(const RuleFile& file, size_t max_bytes,
                             text::Diagnostics& diagnostics);

}  // namespace riposte::rule
