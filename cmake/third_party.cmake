# Third-party packages. Debian packages come from tools/packages.txt, registry files from tools/registry.lock;
# `./lake` installs both and puts what it fetched under LAKE_VENDOR_DIR.
set(LAKE_VENDOR_DIR "${CMAKE_SOURCE_DIR}/build/vendor" CACHE PATH "Where ./lake unpacks the pinned registry files")

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(Boost 1.81 REQUIRED)
if(LAKE_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
find_package(PkgConfig REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

# DuckDB: prebuilt library and exactly matching headers. Its headers are system headers: their warnings are not ours.
if(NOT EXISTS ${LAKE_VENDOR_DIR}/duckdb/lib/libduckdb.so)
  message(FATAL_ERROR "DuckDB is not in ${LAKE_VENDOR_DIR}/duckdb; run ./lake build, which fetches it")
endif()
add_library(lake_duckdb SHARED IMPORTED GLOBAL)
set_target_properties(lake_duckdb PROPERTIES
  IMPORTED_LOCATION ${LAKE_VENDOR_DIR}/duckdb/lib/libduckdb.so
  IMPORTED_NO_SONAME FALSE
  INTERFACE_INCLUDE_DIRECTORIES ${LAKE_VENDOR_DIR}/duckdb/include)
