# ./lake fmt and ./lake tidy.
# shellcheck shell=bash

# cxx_files: our C++ sources relative to the root, also those not yet added, each ended by a zero byte.
cxx_files() {
  local file
  git -C "$LAKE_ROOT" ls-files -z --cached --others --exclude-standard --deduplicate -- '*.h' '*.cc' |
    while IFS= read -r -d '' file; do
      [[ ! -e $LAKE_ROOT/$file ]] || printf '%s\0' "$file"
    done
}

word_fmt() {
  local mode=(-i)
  case ${1-} in
    '') ;;
    --check) mode=(--dry-run --Werror) ;;
    *) usage_error "fmt does not know '$1'" ;;
  esac
  need_packages "to format" check
  cxx_files | (cd "$LAKE_ROOT" && xargs --null --no-run-if-empty clang-format-19 "${mode[@]}")
}

word_tidy() {
  locked build prepare "to build and run the checks" build check
  locked build configure check
  exec python3 "$LAKE_ROOT/tools/clang_tidy.py" --build "$LAKE_ROOT/build/check" "$@"
}
