// The rules that ship, as the text of their files: part of the binary.
#pragma once

#include <span>

#include "base/embedded.h"

namespace riposte::library {

// rules/library/**/*.yaml, by path.
std::span<const EmbeddedFile> LibraryFiles();

}  // namespace riposte::library
