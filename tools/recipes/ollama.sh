#!/usr/bin/env bash
# Ollama's server with its CPU backend, by the Go toolchain in build/vendor/go. The module's own go.sum pins what it
# needs; the client fetches that under the environment's settings.
#
#   ollama.sh key                      what the result depends on besides the archive and this file
#   ollama.sh make ARCHIVE DIRECTORY   makes DIRECTORY/{bin/ollama,LICENSE} with the current directory as scratch
set -euo pipefail

readonly GO=${BASH_SOURCE[0]%/*}/../../build/vendor/go/bin/go

key() {
  g++ --version | head -n 1
  "$GO" version
}

make_server() { # ARCHIVE DIRECTORY
  local archive=$1 place=$2 source
  python3 -m zipfile --extract "$archive" .
  source=$(echo "$PWD"/github.com/ollama/ollama@*)
  mkdir -p "$place/bin"
  env --chdir="$source" GOTOOLCHAIN=local GOPATH="$PWD/go" GOFLAGS=-modcacherw CGO_ENABLED=1 CC=gcc CXX=g++ \
    "$GO" build -mod=readonly -trimpath ${LAKE_JOBS:+-p "$LAKE_JOBS"} -o "$place/bin/ollama" .
  cp -- "$source/LICENSE" "$place/LICENSE"
}

case ${1-} in
  key) key ;;
  make) make_server "$2" "$3" ;;
  *) exit 2 ;;
esac
