// Where the bytes of a YAML scalar's value stand in the file. Needs nothing but the bytes, so that
// positions do not depend on the library that reads the YAML: each mapping is checked against the
// value that the library gave.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace riposte::yaml {

struct ScalarPlace {
  Span
      span;  // quotes included; of a block scalar its content without indentation and last line end
  std::vector<Piece> pieces;
  bool exact = false;
};

// `token` is what the library reports: the text between the quotes of a quoted scalar, the lines
// below the header of a block scalar (blank ones included), a plain scalar itself. `bytes` is the
// file, with lines that end in LF or CR LF.
ScalarPlace PlaceScalar(std::string_view bytes, Span token, Style style, std::string_view value);

}  // namespace riposte::yaml
