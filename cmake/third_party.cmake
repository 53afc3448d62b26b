# Third-party packages. Debian packages come from tools/packages.txt, registry files from tools/registry.lock;
# `./lake` installs both and puts what it fetched under LAKE_VENDOR_DIR.
set(LAKE_VENDOR_DIR "${CMAKE_SOURCE_DIR}/build/vendor" CACHE PATH "Where ./lake unpacks the pinned registry files")

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)
if(LAKE_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
find_package(PkgConfig REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(EDIT REQUIRED IMPORTED_TARGET libedit)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc)
find_package(SQLite3 REQUIRED)

# DuckDB: prebuilt library and exactly matching headers. Its headers are system headers: their warnings are not ours.
if(NOT EXISTS ${LAKE_VENDOR_DIR}/duckdb/lib/libduckdb.so)
  message(FATAL_ERROR "DuckDB is not in ${LAKE_VENDOR_DIR}/duckdb; run ./lake build, which fetches it")
endif()
add_library(lake_duckdb SHARED IMPORTED GLOBAL)
set_target_properties(lake_duckdb PROPERTIES
  IMPORTED_LOCATION ${LAKE_VENDOR_DIR}/duckdb/lib/libduckdb.so
  IMPORTED_NO_SONAME FALSE
  INTERFACE_INCLUDE_DIRECTORIES ${LAKE_VENDOR_DIR}/duckdb/include)
# A built program finds the library by its build path; an installed one beside itself, in ../lib.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")

# nanoarrow writes and reads the Arrow IPC format (docs/decisions/0005-arrow-ipc-by-nanoarrow.md). Plain C sources with
# the flatcc runtime they need; its headers are system headers for us.
set(nanoarrow_source ${LAKE_VENDOR_DIR}/nanoarrow/subprojects/arrow-nanoarrow/src)
file(GLOB flatcc_source ${LAKE_VENDOR_DIR}/nanoarrow/subprojects/flatcc-*)
if(NOT EXISTS ${nanoarrow_source}/nanoarrow/nanoarrow_ipc.h OR NOT flatcc_source)
  message(FATAL_ERROR "nanoarrow is not in ${LAKE_VENDOR_DIR}/nanoarrow; run ./lake build, which fetches it")
endif()
set(NANOARROW_VERSION 0.8.0)
set(NANOARROW_VERSION_MAJOR 0)
set(NANOARROW_VERSION_MINOR 8)
set(NANOARROW_VERSION_PATCH 0)
set(NANOARROW_NAMESPACE_DEFINE "#define NANOARROW_NAMESPACE LakeNanoarrow")
configure_file(${nanoarrow_source}/nanoarrow/nanoarrow_config.h.in
               ${CMAKE_BINARY_DIR}/nanoarrow/nanoarrow/nanoarrow_config.h @ONLY)
add_library(lake_nanoarrow STATIC
  ${nanoarrow_source}/nanoarrow/common/array.c ${nanoarrow_source}/nanoarrow/common/array_stream.c
  ${nanoarrow_source}/nanoarrow/common/schema.c ${nanoarrow_source}/nanoarrow/common/utils.c
  ${nanoarrow_source}/nanoarrow/ipc/codecs.c ${nanoarrow_source}/nanoarrow/ipc/decoder.c
  ${nanoarrow_source}/nanoarrow/ipc/encoder.c ${nanoarrow_source}/nanoarrow/ipc/reader.c
  ${nanoarrow_source}/nanoarrow/ipc/writer.c
  ${flatcc_source}/src/runtime/builder.c ${flatcc_source}/src/runtime/emitter.c
  ${flatcc_source}/src/runtime/refmap.c ${flatcc_source}/src/runtime/verifier.c)
target_include_directories(lake_nanoarrow SYSTEM PUBLIC
  ${nanoarrow_source} ${CMAKE_BINARY_DIR}/nanoarrow ${flatcc_source}/include)
# Third-party C: without our warnings, optimised in every build, and without UBSan (flatcc reads unaligned words).
target_compile_options(lake_nanoarrow PRIVATE -w -O2 $<$<STREQUAL:${LAKE_SANITIZE},address>:-fno-sanitize=undefined>)
set_target_properties(lake_nanoarrow PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF)

# hnswlib, header only: a peer in benchmarks, in nothing else.
if(NOT EXISTS ${LAKE_VENDOR_DIR}/hnswlib/include/hnswlib/hnswlib.h)
  message(FATAL_ERROR "hnswlib is not in ${LAKE_VENDOR_DIR}/hnswlib; run ./lake build, which fetches it")
endif()
add_library(lake_hnswlib INTERFACE)
target_include_directories(lake_hnswlib SYSTEM INTERFACE ${LAKE_VENDOR_DIR}/hnswlib/include)

# llama.cpp as tools/recipes/llama.sh built it, the same for every preset: optimised, for this machine's CPU.
if(NOT EXISTS ${LAKE_VENDOR_DIR}/llama/lib/libllama.a)
  message(FATAL_ERROR "llama.cpp is not in ${LAKE_VENDOR_DIR}/llama; run ./lake build, which fetches and builds it")
endif()
add_library(lake_llama INTERFACE)
target_include_directories(lake_llama SYSTEM INTERFACE ${LAKE_VENDOR_DIR}/llama/include)
foreach(part IN ITEMS llama ggml ggml-cpu ggml-base)
  target_link_libraries(lake_llama INTERFACE ${LAKE_VENDOR_DIR}/llama/lib/lib${part}.a)
endforeach()
target_link_libraries(lake_llama INTERFACE Threads::Threads ${CMAKE_DL_LIBS})
