# The build step of riposte_embed(): cmake -DOUTPUT= -DFUNCTION= -DHEADER= -DROOT= -DFILES=a|b -P EmbedFiles.cmake
string(REGEX REPLACE "::[^:]+$" "" name_space ${FUNCTION})
string(REGEX REPLACE "^.*::" "" function ${FUNCTION})
string(REPLACE "|" ";" files "${FILES}")

set(arrays "")
set(entries "")
set(count 0)
foreach(file IN LISTS files)
  file(RELATIVE_PATH path ${ROOT} ${file})
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  # The zero at the end lets an empty file be an array.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kFile${count}[] = {${bytes}0};\n")
  string(APPEND entries "    {\"${path}\", {kFile${count}, ${size}}},\n")
  math(EXPR count "${count} + 1")
endforeach()

file(WRITE ${OUTPUT} "// Written at build time by cmake/EmbedFiles.cmake.
#include <array>
#include <span>

#include \"${HEADER}\"

namespace ${name_space} {
namespace {

${arrays}
constexpr std::array<riposte::EmbeddedFile, ${count}> kFiles = {{
${entries}}};

}  // namespace

std::span<const riposte::EmbeddedFile> ${function}() { return kFiles; }

}  // namespace ${name_space}
")
