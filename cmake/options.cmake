# Build-wide choices: sanitizers, compiler cache, linker. See CMakePresets.json for the named combinations.
set(LAKE_SANITIZE "none" CACHE STRING "none | address (ASan + UBSan) | thread (TSan)")
option(LAKE_WERROR "Treat warnings as errors" OFF)
option(LAKE_BUILD_TESTS "Build unit tests and the golden runner" ON)
set(LAKE_RELEASE_BINARY "${CMAKE_SOURCE_DIR}/build/release/apps/lake/lake" CACHE FILEPATH
    "The binary that process-level tests run: the release build's, not this one's")

find_program(LAKE_CCACHE ccache)
if(LAKE_CCACHE)
  # Relative paths make the cache shared between checkouts of the same source.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=time_macros ${LAKE_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

# clang finds mold by -fuse-ld; g++ 12 knows the name too.
find_program(LAKE_MOLD mold)
if(LAKE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(LAKE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  set(LAKE_SANITIZER_OPTIONS "UBSAN_OPTIONS=print_stacktrace=1")
elseif(LAKE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  # libduckdb.so is not instrumented; without this its own locking looks like races.
  set(LAKE_SANITIZER_OPTIONS "TSAN_OPTIONS=ignore_noninstrumented_modules=1:second_deadlock_stack=1")
elseif(NOT LAKE_SANITIZE STREQUAL "none")
  message(FATAL_ERROR "LAKE_SANITIZE must be none, address or thread, not '${LAKE_SANITIZE}'")
endif()
