# Files from package registries: pinned in tools/registry.lock and tools/long.lock, fetched by the registry's own client under the
# environment's settings (mirrors, certificates, proxies), verified, cached for good, unpacked into build/vendor. What a
# recipe makes of one is cached too, by all that it depends on, so that other checkouts and builds have it at once.
# shellcheck shell=bash

# The oldest cargo that reads every manifest in the dependency tree of the pinned crates (edition 2024).
LAKE_CARGO_MIN=1.85

cache_directory() {
  local home=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  [[ -n $home ]] || die "set HOME or XDG_CACHE_HOME: fetched files are cached there"
  printf '%s/lakehouse\n' "$home"
}

has_digest() { # FILE SHA256
  [[ -f $1 ]] && sha256sum --check --status <<<"$2  $1"
}

# need_client KIND: the registry's client, from Debian when the machine has none (or one that is too old).
need_client() {
  local kind=$1 version
  case $kind in
    npm) command -v npm >/dev/null && return ;;
    pypi | wheel)
      kind=pypi
      python3 -m pip --version >/dev/null 2>&1 && return
      ;;
    crate)
      if version=$(cargo --version 2>/dev/null); then
        version=$(cut -d ' ' -f 2 <<<"$version")
        sort --version-sort --check=quiet <<<"$LAKE_CARGO_MIN"$'\n'"$version" && return
      fi
      ;;
    go) return ;; # An entry before it brings the toolchain.
    *) die "$lock: unknown kind '$kind'" ;;
  esac
  need_packages "to fetch pinned files from the $kind registry" "$kind"
}

# Each fetches the pinned file of one entry into the current directory.
# npm's own pauses between tries would keep a machine without a network waiting for minutes.
fetch_npm() {
  npm pack --loglevel=error --prefer-offline --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 "$name@$version"
}

# A source archive. pip insists on asking its build backend for metadata, which would install and run a whole build
# system; a stand-in of the backend's name (PEP 517) answers instead.
fetch_pypi() {
  local module=stub/${backend//.//}
  mkdir -p "$(dirname -- "$module")"
  [[ $backend != *.* ]] || : >"$(dirname -- "$module")/__init__.py"
  cat >"$module.py" <<'PYTHON'
import os


def prepare_metadata_for_build_wheel(directory, config_settings=None):
    name, version = os.environ["STUB_NAME"], os.environ["STUB_VERSION"]
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    os.makedirs(os.path.join(directory, info))
    with open(os.path.join(directory, info, "METADATA"), "w") as metadata:
        metadata.write(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return info
PYTHON
  STUB_NAME=$name STUB_VERSION=$version PYTHONPATH=$PWD/stub python3 -m pip download --quiet --no-deps \
    --no-binary "$name" --no-build-isolation --dest . "$name==$version"
}

# A package as its maker built it; nothing of it is run.
fetch_wheel() {
  python3 -m pip download --quiet --no-deps --only-binary :all: --dest . "$name==$version"
}

fetch_crate() {
  mkdir -p stub/src
  : >stub/src/lib.rs
  printf '[package]\nname = "stub"\nversion = "0.0.0"\nedition = "2021"\n[dependencies.%s]\nversion = "=%s"\n%s\n' \
    "$name" "$version" 'default-features = false' >stub/Cargo.toml
  cargo fetch --quiet --manifest-path stub/Cargo.toml --target x86_64-unknown-linux-gnu
  cp -- "${CARGO_HOME:-$HOME/.cargo}"/registry/cache/*/"$file" .
}

# A module as the proxy serves it. What it needs in turn is fetched by its recipe and pinned by its go.sum.
fetch_go() {
  GOTOOLCHAIN=local GOPATH=$PWD/go GOFLAGS=-modcacherw "$LAKE_ROOT/build/vendor/go/bin/go" mod download "$name@$version"
  cp -- "go/pkg/mod/cache/download/$name/@v/$version.zip" "$file"
}

# cached_file: puts the entry's file into the cache unless it is there and whole; prints its path.
cached_file() {
  local cache scratch
  cache=$(cache_directory)/registry
  if ! has_digest "$cache/$file" "$sha256"; then
    need_client "$kind"
    say "fetching $name $version ($kind), $why"
    mkdir -p "$cache"
    scratch=$(mktemp --directory "$cache/fetch.XXXXXX")
    # shellcheck disable=SC2064  # the path is wanted now: the trap outlives this variable
    trap "rm -rf -- '$scratch'" EXIT
    if ! (cd "$scratch" && "fetch_$kind") >"$scratch/log" 2>&1 </dev/null; then
      tail -n 15 "$scratch/log" >&2
      die "cannot fetch $name $version. Without a network, put the file $file (SHA-256 $sha256) into $cache yourself"
    fi
    has_digest "$scratch/$file" "$sha256" ||
      die "$file as fetched is not the pinned one (SHA-256 $sha256); it is not used"
    mv -f -- "$scratch/$file" "$cache/$file"
  fi
  printf '%s\n' "$cache/$file"
}

# unpack ARCHIVE PATH: extracts one path of a tar archive into the current directory.
unpack() { tar --extract --gzip --no-same-owner --file "$1" -- "$2"; }

# take_out ARCHIVE TAKE: TAKE is "path -> place", or "inner archive ! path -> place", place being under build/vendor.
take_out() {
  local archive=$1 from=${2%% -> *} place=$vendor/${2##* -> }
  if [[ $from == *' ! '* ]]; then
    unpack "$archive" "${from%% ! *}"
    archive=${from%% ! *} from=${from##* ! }
  fi
  unpack "$archive" "$from"
  mkdir -p -- "$(dirname -- "$place")"
  rm -rf -- "$place"
  mv -- "$from" "$place"
}

# made_name: what the result of the entry's recipe is called in the cache: it names all that the result depends on.
made_name() {
  local recipe=$LAKE_ROOT/tools/recipes/${make%% -> *} key
  key=$("$recipe" key)
  key=$(printf '%s\n' "$sha256" "$key" | cat -- - "$recipe" | sha256sum)
  printf '%s-%s\n' "${make##* -> }" "${key:0:32}"
}

# run_recipe ARCHIVE NAME: what the recipe makes, from the cache when it was made before; copied into build/vendor.
run_recipe() {
  local cache scratch place=$vendor/${make##* -> }
  cache=$(cache_directory)/made
  if [[ ! -d $cache/$2 ]]; then
    say "preparing $name $version, $why; once for this machine"
    mkdir -p "$cache"
    scratch=$(mktemp --directory "$cache/make.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf -- '$scratch'" EXIT
    mkdir "$scratch/work"
    logged "$LAKE_ROOT/build/logs/make-${make##* -> }.log" \
      env --chdir="$scratch/work" "$LAKE_ROOT/tools/recipes/${make%% -> *}" make "$1" "$scratch/made"
    # Another checkout may have been quicker; what it made is the same.
    mv --no-target-directory -- "$scratch/made" "$cache/$2" 2>/dev/null || [[ -d $cache/$2 ]]
  fi
  rm -rf -- "$place"
  cp --recursive -- "$cache/$2" "$place"
}

# need_entry: one entry of the lock file, held in name, kind, version, why, file, sha256, backend, make and takes.
need_entry() (
  local stamp=$vendor/.$file.taken content made='' scratch archive take
  [[ -z $make ]] || made=$(made_name)
  content=$(printf '%s\n' "$sha256" ${made:+"$made"} "${takes[@]}")
  [[ -f $stamp && $(<"$stamp") == "$content" ]] && return
  archive=$(cached_file)
  [[ -z $made ]] || (run_recipe "$archive" "$made")
  scratch=$(mktemp --directory "$vendor/unpack.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf -- '$scratch'" EXIT
  cd "$scratch" || exit
  for take in "${takes[@]}"; do take_out "$archive" "$take"; done
  printf '%s\n' "$content" >"$stamp"
)

# need_registry_files LOCK: every entry of this lock file, unpacked; silent and quick when all are.
need_registry_files() {
  local lock=$1 vendor=$LAKE_ROOT/build/vendor line key value
  local name='' kind='' version='' why='' file='' sha256='' backend='' make='' takes=()
  mkdir -p "$vendor"
  # The final [end] closes the last entry.
  while read -r line; do
    case $line in
      '' | '#'*) ;;
      '['*']')
        [[ -z $name ]] || need_entry
        name=${line:1:-1} make='' takes=()
        ;;
      *)
        key=${line%% = *} value=${line#* = }
        case $key in
          kind | version | why | file | sha256 | backend | make) printf -v "$key" '%s' "$value" ;;
          take) takes+=("$value") ;;
          *) die "$lock: '$key' is no key" ;;
        esac
        ;;
    esac
  done < <(cat -- "$LAKE_ROOT/$lock" - <<<'[end]')
}
