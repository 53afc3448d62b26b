# Configuring and compiling: ./lake setup, build, bench, and the check before every word of the binary.
# shellcheck shell=bash

readonly LAKE_BINARY=$LAKE_ROOT/build/release/apps/lake/lake
readonly LAKE_BENCH=$LAKE_ROOT/build/release/bench/lake_bench

# this_processor: tells it from one with other instructions: what is built here uses all that it has.
this_processor() { sed --quiet '/^flags/ { p; q }' /proc/cpuinfo | sha256sum; }

# up_to_date TARGET: nothing that a release build reads has changed since TARGET, or everything, was last built, for this
# processor. Asks for the change time, which no copy or checkout can set back; a new or deleted file shows in its
# directory.
up_to_date() {
  local stamp newer
  [[ -x $LAKE_BINARY ]] || return 1
  for stamp in "$LAKE_ROOT"/build/release/.built-{"$1",all}; do
    [[ -e $stamp && $(<"$stamp") == "$(this_processor)" ]] || continue
    newer=$(find "$LAKE_ROOT"/{CMakeLists.txt,CMakePresets.json,cmake,modules,apps,bench} \
      "$LAKE_ROOT"/tools/{packages.txt,registry.lock,recipes} \
      '(' -path '*/modules/*/test' -o -path '*/modules/*/testing' ')' -prune -o -cnewer "$stamp" -print -quit)
    [[ -n $newer ]] || return 0
  done
  return 1
}

# prepare WHY SECTION...: packages and pinned files.
prepare() {
  [[ $(uname -sm) == 'Linux x86_64' ]] || die "the pinned SQL engine is for Linux on x86-64, not $(uname -sm)"
  need_packages "$@"
  need_registry_files tools/registry.lock
}

configure() { # PRESET
  local directory=$LAKE_ROOT/build/$1
  [[ -e $directory/build.ninja && $directory/build.ninja -nt $LAKE_ROOT/CMakePresets.json ]] && return
  logged "$LAKE_ROOT/build/logs/configure-$1.log" env --chdir="$LAKE_ROOT" cmake --preset "$1"
}

compile() { # PRESET TARGET...
  local directory=$LAKE_ROOT/build/$1 jobs=()
  shift
  [[ -z ${LAKE_JOBS-} ]] || jobs=(-j "$LAKE_JOBS")
  # From inside the directory ninja does not announce where it goes.
  (cd "$directory" && ninja "${jobs[@]}" "$@") >&2 </dev/null || die "the build failed; its messages are above"
}

# build_release TARGET: asked again under the lock, since the one who held it may have built the same.
build_release() {
  up_to_date "$1" && return
  local stamp=$LAKE_ROOT/build/release/.built-$1
  [[ -x $LAKE_BINARY ]] || say "building the lake binary; the first time takes some minutes, later runs start at once"
  prepare "to build" build
  configure release
  # Made before the compiler reads its first file: what changes during the build is newer.
  this_processor >"$stamp.new"
  compile release "$1"
  mv -- "$stamp.new" "$stamp"
}

ensure_built() { # TARGET
  up_to_date "$1" || locked build build_release "$1"
}

build_checked() { # PRESET TARGET...
  prepare "to build and run the checks" build check
  configure "$1"
  compile "$@"
}

# Everything that the checks run, and each public header compiled alone.
build_check() { build_checked check all all_verify_interface_header_sets; }

word_setup() {
  (($# == 0)) || usage_error "setup takes no arguments"
  locked build prepare "to build" build
}

word_build() {
  local preset=release
  while (($#)); do
    case $1 in
      --preset) preset=${2-}; shift $(($# < 2 ? 1 : 2)) ;;
      --preset=*) preset=${1#*=}; shift ;;
      *) usage_error "build does not know '$1'" ;;
    esac
  done
  case $preset in
    release) ensure_built all ;;
    check) locked build build_check ;;
    tsan) locked build build_checked tsan lake_concurrent_tests lake_concurrent_tests_long ;;
    *) usage_error "the presets are release, check and tsan, not '$preset'" ;;
  esac
}

word_bench() {
  ensure_built lake_bench
  case ${1-} in
    P1 | P2 | P3) offer_peers ;;
  esac
  exec "$LAKE_BENCH" "$@"
}
