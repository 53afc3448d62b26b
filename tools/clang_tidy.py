#!/usr/bin/env python3
"""Runs clang-tidy on the C++ files that changed, or on all of them, by the compile commands of a check build.

    tools/clang_tidy.py --build DIR [--all] [--base REVISION]

Changed means: different from the base (by default where the branch left origin/main, else the parent commit) or not
committed. A changed header is checked through one file that includes it. Files of which clang-tidy once found nothing
are remembered by a digest of everything it reads of ours, so unchanged files cost nothing.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "clang-tidy-19"

# Adapters whose third-party headers take clang-tidy minutes (DuckDB, Beast), and tests.
EXEMPT_INCLUDE = re.compile(r'#include [<"](?:duckdb|boost/)')
EXEMPT_PATH = re.compile(r"(?:^|/)(?:test|build)/")
UNITY_PATH = re.compile(r"/CMakeFiles/[^/]+\.dir/Unity/")
OWN_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def base_revision() -> str:
    head = git("rev-parse", "HEAD")
    fork = git("merge-base", "HEAD", "origin/main")
    return fork if fork and fork != head else git("rev-parse", "--verify", "--quiet", "HEAD^1")


def changed_paths(base: str) -> set[str] | None:
    """Paths that differ from the base or are new; None where there is nothing to compare with."""
    if not base:
        return None
    listed = git("diff", "--name-only", base) + "\n" + git("ls-files", "--others", "--exclude-standard")
    return set(listed.split("\n"))


def one_by_one(database: list[dict[str, str]]) -> list[dict[str, str]]:
    """The entries with each unity file replaced by the sources it includes, each compiled alone by the same command."""
    entries = []
    for entry in database:
        unity = entry["file"]
        included = OWN_INCLUDE.findall(Path(unity).read_text()) if UNITY_PATH.search(unity) else [unity]
        sources = [path for path in included if not path.endswith(".h")]
        for source in sources:
            entries.append({**entry, "file": source, "command": entry["command"].replace(unity, source)})
    return entries


class Project:
    """The files of the compile database and their own headers."""

    def __init__(self, build: Path):
        database = one_by_one(json.loads((build / "compile_commands.json").read_text()))
        self.build = build / "one_by_one"
        self.build.mkdir(exist_ok=True)
        (self.build / "compile_commands.json").write_text(json.dumps(database, indent=1))
        self.commands = {}
        for entry in database:
            path = Path(entry["file"])
            if path.is_relative_to(ROOT):
                self.commands[str(path.relative_to(ROOT))] = entry["command"]
        self.texts: dict[str, str] = {}
        self.include_roots = sorted(
            {str(p.relative_to(ROOT)) for p in ROOT.glob("modules/*/include")}
            | {str(p.relative_to(ROOT)) for p in ROOT.glob("modules/*/testing/include")}
        )

    def text(self, path: str) -> str:
        if path not in self.texts:
            file = ROOT / path
            self.texts[path] = file.read_text(errors="replace") if file.is_file() else ""
        return self.texts[path]

    def own_headers(self, path: str) -> set[str]:
        places = [str(Path(path).parent), *self.include_roots]
        found = set()
        for header in OWN_INCLUDE.findall(self.text(path)):
            for place in places:
                if self.text(f"{place}/{header}"):
                    found.add(f"{place}/{header}")
                    break
        return found

    def closure(self, path: str) -> list[str]:
        seen: set[str] = set()
        open_paths = [path]
        while open_paths:
            current = open_paths.pop()
            if current not in seen:
                seen.add(current)
                open_paths += self.own_headers(current)
        return sorted(seen)

    def checkable(self) -> list[str]:
        return sorted(
            p
            for p in self.commands
            if not EXEMPT_PATH.search(p) and not any(EXEMPT_INCLUDE.search(self.text(f)) for f in self.closure(p))
        )

    def affected(self, changed: set[str]) -> list[str]:
        files = self.checkable()
        if ".clang-tidy" in changed:
            return files
        chosen = {path for path in files if path in changed}
        for header in sorted(path for path in changed if path.endswith(".h")):
            readers = [path for path in files if header in self.own_headers(path)]
            same_name = [path for path in readers if Path(path).stem == Path(header).stem]
            if not chosen.intersection(readers):
                chosen.update((same_name or readers)[:1])
        return sorted(chosen)

    def digest(self, path: str) -> str:
        total = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
        total.update(re.sub(r"\S*" + re.escape(str(ROOT)), "", self.commands[path]).encode())
        for part in self.closure(path):
            total.update(f"{part}\0{self.text(part)}\0".encode())
        return total.hexdigest()


def clean_directory() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    directory = Path(cache) / "lakehouse" / "clang-tidy"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def examine(project: Project, path: str, clean: Path) -> str:
    """What clang-tidy says about one file; empty when it is clean."""
    mark = clean / project.digest(path)
    if mark.exists():
        return ""
    done = subprocess.run(
        [PROGRAM, "--quiet", "--warnings-as-errors=*", "-p", str(project.build), str(ROOT / path)],
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        mark.touch()
        return ""
    return done.stdout + re.sub(
        r"^\d+ warnings? generated\.\n|^\d+ warnings treated as errors\n", "", done.stderr, flags=re.MULTILINE
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="clang-tidy on changed files")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--base", help="compare with this revision")
    arguments = parser.parse_args()
    project = Project(arguments.build)
    changed = None if arguments.all else changed_paths(arguments.base or base_revision())
    files = project.checkable() if changed is None else project.affected(changed)
    print(f"clang-tidy: {len(files)} of {len(project.checkable())} files to check", flush=True)
    failed = 0
    clean = clean_directory()
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("LAKE_JOBS") or os.cpu_count() or 1)) as pool:
        for said in pool.map(lambda path: examine(project, path, clean), files):
            if said:
                failed += 1
                print(said, flush=True)
    print(f"clang-tidy: {len(files) - failed} clean, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
