# Speaking and taking turns. Everything ./lake says goes to stderr: stdout belongs to the word's own answer.
# shellcheck shell=bash

say() { printf 'lake: %s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

usage_error() {
  say "error: $*"
  say "see ./lake help"
  exit 2
}

# logged LOG COMMAND...: runs quietly; when it fails, shows the end of what it said and stops.
logged() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname -- "$log")"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  ((status == 0)) && return
  tail -n 40 -- "$log" >&2
  die "'$*' failed with status $status; all it said is in $log"
}

# locked NAME COMMAND...: one at a time in this checkout. The command does not inherit the lock, so that nothing it
# leaves running can hold it.
locked() {
  local name=$1
  shift
  mkdir -p "$LAKE_ROOT/build"
  (
    if ! flock --nonblock 9; then
      say "another ./lake is at work in this checkout ($name); waiting for it"
      flock 9
    fi
    "$@" 9>&-
  ) 9>"$LAKE_ROOT/build/.$name.lock"
}
