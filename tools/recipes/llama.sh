#!/usr/bin/env bash
# llama.cpp as static libraries, optimised for this machine's CPU; release and check builds link the same ones.
#
#   llama.sh key                      what the result depends on besides the archive and this file
#   llama.sh make ARCHIVE DIRECTORY   makes DIRECTORY/{include,lib,LICENSE} with the current directory as scratch
set -euo pipefail

# Without network features, other devices and OpenMP: one context is one thread of ours. Release is -O3 here: with -O2 a
# text takes twice as long.
readonly OPTIONS=(
  -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++
  -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON
  -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF
  -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_OPENSSL=OFF
  -DGGML_NATIVE=ON -DGGML_OPENMP=OFF -DGGML_CCACHE=OFF
)

key() {
  g++ --version | head -n 1
  # What "native" means here: the instruction sets this CPU has and its cache sizes.
  g++ -march=native -Q --help=target
}

make_libraries() { # ARCHIVE DIRECTORY
  local archive=$1 place=$2 source
  tar --extract --gzip --no-same-owner --file "$archive" --wildcards '*/llama.cpp/*'
  source=$(echo "$PWD"/*/llama.cpp)
  # Where it was built is nobody's business: the binary says llama.cpp/src/….
  local map=-ffile-prefix-map=${source%llama.cpp}=
  cmake -S "$source" -B build -G Ninja "${OPTIONS[@]}" -DCMAKE_C_FLAGS="$map" -DCMAKE_CXX_FLAGS="$map"
  cmake --build build ${LAKE_JOBS:+-j "$LAKE_JOBS"} --target llama ggml ggml-cpu ggml-base
  mkdir -p "$place/include" "$place/lib"
  cp -- "$source"/include/llama.h "$source"/ggml/include/{ggml,ggml-alloc,ggml-backend,ggml-cpu,ggml-opt,gguf}.h "$place/include"
  cp -- build/src/libllama.a build/ggml/src/libggml{,-cpu,-base}.a "$place/lib"
  cp -- "$source/LICENSE" "$place/LICENSE"
}

case ${1-} in
  key) key ;;
  make) make_libraries "$2" "$3" ;;
  *) exit 2 ;;
esac
