# Flags that every target of ours gets, through the interface library riposte_compile_options.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Nothing is a shared library: without symbols that could be replaced at run time, functions of a file are inlined in each other.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)

set(RIPOSTE_SANITIZE "" CACHE STRING "Value of -fsanitize, set by the presets asan, tsan and fuzz")

add_library(riposte_compile_options INTERFACE)
target_compile_options(riposte_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
  -Wconversion -Wno-sign-conversion -Wnull-dereference -fno-omit-frame-pointer -fstack-protector-strong)
# GCC 12 sees null dereferences and overflows inside inlined library code that are not there.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(riposte_compile_options INTERFACE
    -Wno-null-dereference -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-restrict
    -Wno-array-bounds -Wno-stringop-overread -Wno-dangling-reference)
endif()
# Release keeps line tables: a crash report and perf need them.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
# What ships has the same bytes whatever folder the clone stands in. The other builds do without: the flag names the folder, and
# ccache would not hit across clones.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(riposte_compile_options INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
endif()

if(RIPOSTE_SANITIZE)
  add_compile_options(-fsanitize=${RIPOSTE_SANITIZE})
  # Boost.Asio has a fence, which GCC's thread sanitizer does not follow.
  if(RIPOSTE_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)
  endif()
  if(RIPOSTE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(RIPOSTE_SANITIZE MATCHES "fuzzer")
    add_link_options(-fsanitize=address,undefined)
  else()
    add_link_options(-fsanitize=${RIPOSTE_SANITIZE})
  endif()
else()
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
