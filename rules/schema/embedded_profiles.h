// The profiles that ship, as the text of their files.
#pragma once

#include <span>

#include "base/embedded.h"

namespace riposte::schema {

std::span<const EmbeddedFile> EmbeddedProfiles();

}  // namespace riposte::schema
