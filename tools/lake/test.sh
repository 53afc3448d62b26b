# ./lake test: everything that says whether the product is right, ended by one line that counts it.
# shellcheck shell=bash

# Parallel tests: one per core of the smallest machine they are meant for.
LAKE_TEST_JOBS=2

word_test() {
  local filter='' long=no
  while (($#)); do
    case $1 in
      --long) long=yes ;;
      -*) usage_error "test does not know '$1'" ;;
      *)
        [[ -z $filter ]] || usage_error "test takes one filter, not '$filter' and '$1'"
        filter=$1
        ;;
    esac
    shift
  done
  # The process tests run the binary that people run, so it is built first.
  ensure_built lake
  locked build build_check
  locked build build_checked tsan lake_concurrent_tests
  if [[ $long == yes ]]; then
    locked build build_checked tsan lake_concurrent_tests_long
    locked build need_long_batteries
  fi
  locked test run_tests "$filter" "$long"
}

need_long_batteries() {
  need_packages "for the long batteries" long
  need_registry_files tools/long.lock
}

run_tests() { # FILTER LONG
  local filter=$1 long=$2 results=$LAKE_ROOT/build/results
  rm -rf -- "$results"
  mkdir -p "$results"
  local select=()
  [[ -z $filter ]] || select+=(--tests-regex "$filter")
  [[ $long == yes ]] || select+=(--label-exclude '^long$')
  run_ctest check "$results/check.xml" "${select[@]}"
  run_ctest tsan "$results/tsan.xml" --label-regex '^concurrent$' "${select[@]}"
  say_not_run "$filter" "$long"
  python3 "$LAKE_ROOT/tools/test_report.py" "$results/check.xml" "$results/tsan.xml"
}

# run_ctest PRESET RESULT ARGUMENT...: failures are read from the result file, so that all parts run to the end.
# The end of each test's output is kept whole there: it holds the test program's own count.
run_ctest() {
  local preset=$1 result=$2
  shift 2
  say "running the tests of the $preset build"
  ctest --test-dir "$LAKE_ROOT/build/$preset" --parallel "$LAKE_TEST_JOBS" --output-on-failure --timeout 2400 \
    --output-junit "$result" --test-output-size-passed 65536 --test-output-size-failed 1048576 \
    --test-output-truncation head "$@" </dev/null || say "ctest for $preset ended with status $?"
}

say_not_run() { # FILTER LONG
  local preset skipped=''
  if [[ -n $1 ]]; then
    printf 'not run: everything that the filter %s leaves out\n' "$1"
  elif [[ $2 == yes ]]; then
    printf 'not run: nothing\n'
  else
    for preset in check tsan; do
      skipped+=$(ctest --test-dir "$LAKE_ROOT/build/$preset" --show-only --label-regex '^long$' |
        sed --quiet "s/^ *Test *#[0-9]*: \(.*\)/\1 ($preset) /p" | tr --delete '\n')
    done
    printf 'not run (./lake test --long does): %s\n' "${skipped:-nothing, there are no long batteries}"
  fi
}
