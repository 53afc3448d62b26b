# Debian packages: which are listed, which are missing, and installing those.
# shellcheck shell=bash

# listed_packages SECTION...: the packages of these sections of tools/packages.txt, one a line.
listed_packages() {
  local section
  for section in "$@"; do
    awk -v want="[$section]" '/^\[/ { on = ($1 == want); next } on && NF && $1 !~ /^#/ { print $1 }' \
      "$LAKE_ROOT/tools/packages.txt"
  done
}

# missing_packages PACKAGE...: those of them that dpkg does not call installed.
missing_packages() {
  local installed package
  # Status 1 only says that some names are unknown to dpkg, which is what is asked.
  installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || (($? == 1)))
  for package in "$@"; do
    grep --quiet --line-regexp --fixed-strings "installed $package" <<<"$installed" || printf '%s\n' "$package"
  done
}

# install_packages WHY PACKAGE...: says what it does and why, then does it as root or through sudo.
install_packages() {
  local why=$1 log=$LAKE_ROOT/build/logs/apt.log as_root=()
  shift
  say "installing $# Debian packages, needed $why: $*"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "this needs root and there is no sudo; as root: apt-get install $*"
    as_root=(sudo)
    [[ -t 0 ]] || as_root+=(--non-interactive)
    "${as_root[@]}" true || die "sudo refused; as root: apt-get install $*"
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet
    -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
  # Fetching may install clients one by one; the lists of an hour ago are new enough for that.
  if [[ -z $(find "$log.updated" -mmin -60 2>/dev/null) ]]; then
    logged "$log" "${apt[@]}" update
    : >"$log.updated"
  fi
  logged "$log" "${apt[@]}" install --no-install-recommends "$@"
}

# need_packages WHY SECTION...: installs what is missing of these sections; silent when nothing is.
need_packages() {
  local why=$1 wanted missing
  shift
  mapfile -t wanted < <(listed_packages "$@")
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian: please see to it that these are installed, needed $why: ${wanted[*]}"
    return
  fi
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  ((${#missing[@]} == 0)) || install_packages "$why" "${missing[@]}"
}
