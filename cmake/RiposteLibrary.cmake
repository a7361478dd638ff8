# riposte_library(NAME qql SRCS a.cc b.cc DEPS riposte::query PRIVATE_DEPS re2)
# One library per folder. DEPS is the whole list of our folders that it may include; PRIVATE_DEPS are the
# third-party targets that its .cc files use. tests/tidy checks the includes against the layers.
function(riposte_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;DEPS;PRIVATE_DEPS")
  add_library(riposte_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(riposte::${ARG_NAME} ALIAS riposte_${ARG_NAME})
  target_include_directories(riposte_${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(riposte_${ARG_NAME} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS} riposte_compile_options)
endfunction()

# riposte_test(NAME qql SRCS lexer_test.cc ... DEPS riposte::qql [LABELS kafka] [TIMEOUT 300])
# One test program per folder, named <NAME>_test. GoogleTest's main is linked. Labels: `kafka` needs a broker
# (left out by `./dev test --fast`), `corpus` reads the shared corpus and says so where it is absent.
function(riposte_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;TIMEOUT" "SRCS;DEPS;LABELS")
  add_executable(${ARG_NAME}_test ${ARG_SRCS})
  target_include_directories(${ARG_NAME}_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${ARG_NAME}_test PRIVATE ${ARG_DEPS} riposte::test_support GTest::gmock GTest::gtest_main riposte_compile_options)
  target_compile_definitions(${ARG_NAME}_test PRIVATE RIPOSTE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" RIPOSTE_BINARY_DIR="${PROJECT_BINARY_DIR}")
  # What the tests themselves do need not be fast, and they are more than half of what is compiled.
  target_compile_options(${ARG_NAME}_test PRIVATE $<$<CONFIG:Release>:-O1> $<$<CONFIG:RelWithDebInfo>:-O0>)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME}_test)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
