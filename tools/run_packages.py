#!/usr/bin/env python3
"""Checks that the [run] section of tools/packages.txt has every Debian package whose library the binary links.

tools/run_packages.py BINARY
"""

import re
import subprocess
import sys
from pathlib import Path

# On every Debian system: the C and C++ runtimes.
ALWAYS_THERE = {"libc6", "libgcc-s1", "libstdc++6"}


def run_section(packages: str) -> set[str]:
    section = re.search(r"^\[run\]\n(.*?)(?=^\[)", packages, re.MULTILINE | re.DOTALL)
    return {line for line in section[1].splitlines() if line and not line.startswith("#")}


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def linked_packages(binary: str) -> set[str]:
    """Owners of the libraries that the binary itself names; their own dependencies are Debian's business."""
    needed = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", binary)))
    paths = dict(re.findall(r"^\s*(\S+) => (\S+)", output("ldd", binary), re.MULTILINE))
    # Libraries of ours (build/vendor) travel with the binary.
    root = str(Path(__file__).resolve().parent.parent)
    files = [str(Path(paths[name]).resolve()) for name in needed if name in paths and not paths[name].startswith(root)]
    # dpkg knows a file by the name its package used, with or without the /usr that /lib now points into.
    names = files + [file.removeprefix("/usr") for file in files]
    owners = subprocess.run(["dpkg-query", "--search", *names], capture_output=True, text=True).stdout.splitlines()
    owned = {line.split(": ", 1)[1]: line.split(":", 1)[0] for line in owners}
    missing = [file for file in files if file not in owned and file.removeprefix("/usr") not in owned]
    if missing:
        sys.exit(f"no Debian package owns {', '.join(missing)}")
    return set(owned.values()) - ALWAYS_THERE


def main() -> int:
    listed = run_section((Path(__file__).resolve().parent / "packages.txt").read_text()) - {"ca-certificates"}
    linked = linked_packages(sys.argv[1])
    for package in sorted(linked - listed):
        print(f"tools/packages.txt: [run] lacks {package}")
    for package in sorted(listed - linked):
        print(f"tools/packages.txt: [run] has {package}, which the binary does not link")
    return 1 if linked != listed else 0


if __name__ == "__main__":
    sys.exit(main())
