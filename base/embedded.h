// Files that are part of the binary: riposte_embed() in cmake/Embed.cmake turns them into bytes at
// build time, so that the binary runs anywhere without an installation folder.
#pragma once

#include <string_view>

namespace riposte {

struct EmbeddedFile {
  std::string_view path;   // from the root of the project: "rules/profiles/qualys-edr.yaml"
  std::string_view bytes;  // lives as long as the program
};

}  // namespace riposte
