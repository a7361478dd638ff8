// Writes the fixes of findings into rule files.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "rules/schema/profile.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {

struct FixedFile {
  std::string path;
  size_t fixes = 0;  // written; 0 where `status` says why none was
  Status status = Status::Ok();
};

// One pass over the files that have fixes, by path. Of fixes that overlap, the first is made; the
// next pass sees what is left. A file is written only if it still has the bytes that were checked
// and its rules still load with the fixes made; it is replaced as a whole, by a rename, with its
// rights kept, and a link stays a link.
std::vector<FixedFile> ApplyFixes(const text::Diagnostics& diagnostics,
                                  const schema::SchemaPtr& schema);

}  // namespace riposte::app
