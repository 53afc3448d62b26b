# Peers of the vector benchmarks that come as Python wheels: pinned in tools/peers.txt, fetched by pip under the
# environment's settings when such a benchmark first runs, refused on any other SHA-256, kept in the cache for good.
# shellcheck shell=bash

# peers_directory: where the peers of this list lie for this Python, there or not.
peers_directory() {
  local cache digest python
  cache=$(cache_directory)
  digest=$(sha256sum <"$LAKE_ROOT/tools/peers.txt")
  python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  printf '%s/peers/%s-python%s\n' "$cache" "${digest:0:16}" "$python"
}

install_peers() { # DIRECTORY
  local scratch
  [[ ! -d $1 ]] || return 0
  need_client pypi
  say "fetching the peers of the vector benchmarks (pypi)"
  # Called where errexit is off.
  { mkdir -p -- "${1%/*}" && scratch=$(mktemp --directory "$1.XXXXXX"); } || return
  # shellcheck disable=SC2064  # the path is wanted now: the trap outlives this variable
  trap "rm -rf -- '$scratch'" EXIT
  logged "$LAKE_ROOT/build/logs/peers.log" python3 -m pip install --quiet --require-hashes --no-deps \
    --only-binary :all: --target "$scratch/peers" --requirement "$LAKE_ROOT/tools/peers.txt"
  # Another checkout may have been quicker; its files are the same.
  mv --no-target-directory -- "$scratch/peers" "$1" 2>/dev/null || [[ -d $1 ]]
}

# offer_peers: tells the benchmark where its peers are. Without them it runs beside what is compiled into it, and says so.
offer_peers() {
  local directory
  if directory=$(peers_directory) && (locked build install_peers "$directory"); then
    export LAKE_BENCH_PEERS=$directory
  else
    say "the peers in tools/peers.txt are not installed: measuring without them"
  fi
}
