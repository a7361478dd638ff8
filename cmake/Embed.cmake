# riposte_embed(OUTPUT var FUNCTION riposte::schema::EmbeddedProfiles HEADER rules/schema/embedded_profiles.h
#               DIRECTORY rules/profiles FILES a.yaml b.yaml)
# Writes a source file that defines FUNCTION, declared in HEADER as returning std::span<const EmbeddedFile>: the FILES of
# DIRECTORY (from the root of the project) in the order given. Sets `var` to that source. CMake alone does it, so that a build needs no other tool.
function(riposte_embed)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "OUTPUT;FUNCTION;HEADER;DIRECTORY" "FILES")
  string(MAKE_C_IDENTIFIER ${ARG_FUNCTION} identifier)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${identifier}.cc)
  list(TRANSFORM ARG_FILES PREPEND ${PROJECT_SOURCE_DIR}/${ARG_DIRECTORY}/ OUTPUT_VARIABLE files)
  list(JOIN files "|" joined)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFUNCTION=${ARG_FUNCTION} -DHEADER=${ARG_HEADER}
            -DROOT=${PROJECT_SOURCE_DIR} "-DFILES=${joined}" -P ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake
    VERBATIM)
  set(${ARG_OUTPUT} ${output} PARENT_SCOPE)
endfunction()
