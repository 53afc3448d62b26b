#!/usr/bin/env python3
"""The house rules as a check: prints `file:line: message [rule]` for each breach and exits 1, else a summary.

    tools/tidy.py [ROOT]

A rule is one function from a Source (or the whole Tree) to findings; RULES and TREE_RULES list them. A line that must
break a rule says so and why, on itself or on the line above:   // tidy: allow bool-parameter: <reason>
"""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70

CXX = (".h", ".cc")
TEXT = (*CXX, *".py .sh .txt .cmake .md .json .toml .yml .yaml .apitest .lock .js .css .html".split())

# Words that name no concept. They are forbidden as words of file names and of type names.
BANNED_WORDS = {"manager", "util", "utils", "utility", "helper", "helpers", "misc", "processor", "base", "impl"}

# Third-party headers by the start of the path, and the only places that may include them.
FORBIDDEN_INCLUDES = {
    "duckdb": r"modules/engine/(src|test|testing)/|bench/",
    "boost/": r"modules/gateway/src/|bench/echo_server\.cc",
    "simdjson": r"modules/common/src/",
    "toml++/": r"modules/common/src/",
    "curl/": r"apps/lake/|modules/models/src/curl_client\.cc|.*/testing/|test/|bench/",
    "CLI/": r"apps/lake/|bench/|test/",
    "spdlog/": r"modules/common/src/",
    "llama.h": r"modules/models/src/llama_\w+\.(h|cc)",
    "ggml": r"modules/models/(src/llama_\w+\.(h|cc)|test/)",
    "gguf": r"modules/models/(src/llama_\w+\.(h|cc)|test/)",
    "sqlite3.h": r"modules/vector/src/chunk_store\.cc",
    "unicode/": r"modules/models/src/|modules/vector/src/text_outline\.",
    "nanoarrow/": r"modules/engine/(src|test)/|bench/",
}

# What a public header may take from outside: the standard library (no dot, no slash), POSIX, and the one vocabulary
# library of the project.
PUBLIC_INCLUDE = re.compile(r"[a-z_0-9]+|fmt/.*|sys/.*|(unistd|fcntl|stdint|stddef)\.h")

# Built so that this file does not match itself.
TASK_WORD = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\([^)\s][^)]*\))")
MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:work|root|home/\w+|Users/\w+)/")
SCRATCH_PATH = re.compile(r"[\"'= (]/tmp/")
REGISTRY_HOST = re.compile(
    r"\b(?:(?:registry\.)?npmjs\.(?:org|com)|pypi\.org|files\.pythonhosted|(?:static\.|index\.)?crates\.io"
    r"|(?:deb|security|snapshot)\.debian\.org|proxy\.golang|repo1?\.maven)\b"
)
SINGLETON = re.compile(r"\b(?:get_?[iI]nstance|GetInstance)\b")
RAW_LOCK = re.compile(
    r"\bstd::(?:mutex|shared_mutex|recursive_mutex|lock_guard|unique_lock|scoped_lock|condition_variable)\b"
)
UNRUN_TEST = re.compile(r"\bGTEST_SKIP\b|\bDISABLED_\w|\bsleep_for\b|\bsleep_until\b")
TYPE_NAME = re.compile(
    r"\b(?:class|struct|enum(?: class| struct)?|concept|using)\s+(?:LAKE_\w+(?:\([^)]*\))?\s+)?([A-Z]\w*)"
)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
ALLOW = re.compile(r"tidy: allow ([\w-]+): \S")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
CXX_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL,
)
CONTROL = re.compile(r"^(?:else|do|try)\b|\b(?:if|for|while|switch|catch)\s*(?:constexpr\s*)?\(")
CONTAINER = re.compile(r"\b(?:namespace|class|struct|union|enum)\b|^extern\s*\"\s*\"$")
MORE_INITIALISERS = re.compile(r"\s*(?:,\s*[\w:<>]+\s*(?:\([^{}]*?\)\s*)?)*\{")
BEFORE_SIGNATURE = re.compile(r"(?:\s+|(?:public|private|protected)\s*:)*")
BRACE = re.compile(r"[{}]")
BRACE_OR_END = re.compile(r"[{};]")
# What an unnamed namespace defines at its top; folders whose files are compiled together, and those that never are.
UNNAMED = re.compile(r"^namespace (?=\{$)", re.MULTILINE)
UNNAMED_NAME = re.compile(
    r"^(?:inline )?const(?:expr)? [^=({\n]*?(?P<constant>\w+)(?:\[\w*\])?\s*[={]"
    r"|^(?:class|struct|enum(?: class)?) (?P<type>\w+)(?!\w|;)"
    r"|^(?:template <[^\n]*\n)?[A-Za-z_][\w:<>,*& ]*?[ *&](?P<function>\w+)\((?P<takes>[^;{}]*?)\)\s*(?:const )?\{",
    re.MULTILINE,
)
COMPILED_TOGETHER = re.compile(r"(modules/\w+/src|apps/lake/src/cli|apps/lake/demo_data/src|bench)/.*\.cc$")
COMPILED_ALONE = re.compile(r"modules/ann/src/kernels_\w+\.cc$")
# Words before "(" after which a parenthesis does not hold parameters.
NOT_A_SIGNATURE = {"if", "while", "for", "switch", "requires", "noexcept", "decltype", "sizeof", "static_assert"}


@dataclass(frozen=True)
class Finding:
    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} [{self.rule}]"


@dataclass(frozen=True)
class Function:
    line: int
    length: int


class Source:
    """One file: its text, and for C++ the code without comments and literals (offsets and lines unchanged)."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.name = path.rsplit("/", 1)[-1]
        self.is_cxx = self.name.endswith(CXX)
        self.is_test = bool(re.search(r"(^|/)(test|testing)/|_test\.\w+$", path))
        self.is_public_header = bool(re.match(r"modules/\w+/include/.*\.h$", path))
        match = re.match(r"modules/(\w+)/", path)
        self.module = match[1] if match else None

    @cached_property
    def code(self) -> str:
        def blank(match: re.Match) -> str:
            return re.sub(r"[^\n\"]", " ", match[0])

        return CXX_TOKEN.sub(blank, self.text)

    @cached_property
    def includes(self) -> list[tuple[int, str]]:
        return [(self.line_of(m.start(1)), m[2]) for m in INCLUDE.finditer(self.text)] if self.is_cxx else []

    @cached_property
    def functions(self) -> list[Function]:
        if self.is_cxx:
            return list(cxx_functions(self))
        if self.name.endswith(".py"):
            return [
                Function(n.lineno, n.end_lineno - n.lineno + 1)
                for n in ast.walk(ast.parse(self.text))
                if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
            ]
        return list(shell_functions(self)) if self.is_shell else []

    @cached_property
    def is_shell(self) -> bool:
        return self.name.endswith(".sh") or (
            bool(self.lines)
            and self.lines[0].startswith("#!")
            and "sh" in self.lines[0]
            and "python" not in self.lines[0]
        )

    @property
    def is_program(self) -> bool:
        return self.is_cxx or self.is_shell or self.name.endswith((".py", ".cmake")) or self.name == "CMakeLists.txt"

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def find(self, pattern: re.Pattern, rule: str, message: str, text: str | None = None) -> Iterator[Finding]:
        for number, line in enumerate((self.text if text is None else text).splitlines(), start=1):
            for match in pattern.finditer(line):
                yield Finding(self.path, number, rule, message.format(match[0].strip()))

    def allows(self, finding: Finding) -> bool:
        near = self.lines[max(finding.line - 2, 0) : finding.line]
        return any(match[1] == finding.rule for line in near for match in ALLOW.finditer(line))


def closing_brace(code: str, start: int) -> int:
    depth = 0
    for match in BRACE.finditer(code, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(code) - 1


def without_preprocessor(code: str) -> str:
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.MULTILINE)


def cxx_functions(source: Source) -> Iterator[Function]:
    """Function bodies at namespace or class scope, from the start of the signature to the closing brace. Lambdas belong
    to the function around them; a table (`= {`) is no function."""
    code = without_preprocessor(source.code)
    position = head_start = 0
    while match := BRACE_OR_END.search(code, position):
        position = match.end()
        if match[0] != "{":
            head_start = position
            continue
        head = code[head_start : match.start()].strip()
        signature = re.sub(r"operator\s*[=<>!]+|[=!<>]=|=\s*(?:default|delete|0)\b", "", head)
        outside = re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", signature)))
        if CONTAINER.search(re.sub(r"<[^<>]*>", "", outside)) and "(" not in outside:
            head_start = position
            continue
        end = closing_brace(code, match.start())
        if "(" in signature and "=" not in re.sub(r"<[^<>]*>", "", outside) and not CONTROL.search(head):
            # A constructor's member initialisers may use braces: the body is the last of a chain.
            while following := MORE_INITIALISERS.match(code, end + 1):
                end = closing_brace(code, following.end() - 1)
            first = BEFORE_SIGNATURE.match(code, head_start).end()
            yield Function(source.line_of(first), source.line_of(end) - source.line_of(first) + 1)
        position = head_start = end + 1


def shell_functions(source: Source) -> Iterator[Function]:
    start = None
    for number, line in enumerate(source.lines, start=1):
        if re.match(r"\w+\(\) [({]", line) and not re.search(r"[)}]\s*$", line):
            start = number
        elif start and re.match(r"[)}]", line):
            yield Function(start, number - start + 1)
            start = None


# ---- Rules about one file ----


def sizes(source: Source) -> Iterator[Finding]:
    if (source.is_program or source.name.endswith(".apitest")) and len(source.lines) > FILE_LINES_MAX:
        yield Finding(source.path, 1, "file-size", f"{len(source.lines)} lines, more than {FILE_LINES_MAX}")
    for function in source.functions:
        if function.length > FUNCTION_LINES_MAX:
            yield Finding(
                source.path,
                function.line,
                "function-size",
                f"a function of {function.length} lines, more than {FUNCTION_LINES_MAX}",
            )


def banned_names(source: Source) -> Iterator[Finding]:
    names = [(1, source.name.split(".")[0])] if source.is_program else []
    if source.is_cxx:
        names += [(source.line_of(m.start()), m[1]) for m in TYPE_NAME.finditer(source.code)]
    for line, name in names:
        for word in WORD.findall(name):
            if word.lower() in BANNED_WORDS:
                yield Finding(source.path, line, "banned-name", f"'{name}': '{word}' names no concept")


def bool_parameters(source: Source) -> Iterator[Finding]:
    if not source.is_public_header:
        return
    opened: list[str] = []
    for match in re.compile(r"(\w*)\s*([()])|\bbool\b(?=\s*(?:\w+\s*)?[,)=])").finditer(source.code):
        if match[2] == "(":
            opened.append(match[1])
        elif match[2] == ")":
            # "bool)" ends a list of types; `match[1]` is then the last word before the parenthesis.
            if match[1] == "bool" and opened and opened[-1] not in NOT_A_SIGNATURE:
                yield bool_finding(source, match.start())
            opened = opened[:-1]
        elif opened and opened[-1] not in NOT_A_SIGNATURE:
            before = source.code[: match.start()].rstrip()
            if before.endswith(("(", ",", "const")):
                yield bool_finding(source, match.start())


def bool_finding(source: Source, offset: int) -> Finding:
    return Finding(
        source.path,
        source.line_of(offset),
        "bool-parameter",
        "a bool parameter says nothing where it is called; use an enum class",
    )


def forbidden_includes(source: Source) -> Iterator[Finding]:
    for line, header in source.includes:
        for start, allowed in FORBIDDEN_INCLUDES.items():
            if header.startswith(start) and not re.match(allowed, source.path):
                yield Finding(source.path, line, "forbidden-include", f"<{header}> may be included only in {allowed}")
    if source.is_public_header:
        for line, header in source.includes:
            if not header.startswith("lake/") and not PUBLIC_INCLUDE.fullmatch(header):
                yield Finding(source.path, line, "public-third-party", f"<{header}> in a public header")


def header_guard(source: Source) -> Iterator[Finding]:
    if source.name.endswith(".h") and "#pragma once" not in source.lines:
        yield Finding(source.path, 1, "pragma-once", "the header lacks '#pragma once'")


def test_purpose(source: Source) -> Iterator[Finding]:
    if source.name.endswith("_test.cc") and not source.text.startswith("//"):
        yield Finding(source.path, 1, "test-purpose", "a test's first line says its goal and method")


def words(source: Source) -> Iterator[Finding]:
    yield from source.find(TASK_WORD, "task-word", "'{}' without a reason in parentheses")
    yield from source.find(REGISTRY_HOST, "registry-host", "'{}': the environment decides which host serves a registry")
    yield from source.find(MACHINE_PATH, "machine-path", "'{}' exists on one machine only")
    if source.is_program and not source.is_test:
        yield from source.find(SCRATCH_PATH, "machine-path", "{}: ask the environment for a temporary directory")
    yield from source.find(re.compile(r"[ \t]+$"), "trailing-space", "trailing white space")
    if source.text and not source.text.endswith("\n"):
        yield Finding(source.path, len(source.lines), "trailing-space", "no line end at the end of the file")


def cxx_words(source: Source) -> Iterator[Finding]:
    if not source.is_cxx:
        return
    yield from source.find(SINGLETON, "singleton", "'{}': pass what is needed to the constructor", source.code)
    if not source.path.endswith("lake/common/mutex.h"):
        yield from source.find(
            RAW_LOCK, "raw-lock", "'{}': use lake/common/mutex.h, which the compiler checks", source.code
        )
    if source.is_test:
        yield from source.find(UNRUN_TEST, "unrun-test", "'{}' in a test", source.code)


RULES = [sizes, banned_names, bool_parameters, forbidden_includes, header_guard, test_purpose, words, cxx_words]


# ---- Rules about the whole tree ----


class Tree:
    """All files, and what the build says about modules."""

    def __init__(self, root: Path):
        self.root = root
        self.sources = [Source(path, text) for path, text in read_tree(root)]
        self.by_path = {source.path: source for source in self.sources}
        layers = self.by_path.get("cmake/lake_module.cmake")
        pairs = re.findall(r"set\(LAKE_LAYER_(\w+) (\d+)\)", layers.text) if layers else []
        self.layers = {name: int(layer) for name, layer in pairs}
        self.modules = sorted({s.module for s in self.sources if s.module})

    def declared(self, module: str) -> tuple[set[str], set[str]]:
        """DEPENDS and USES of a module."""
        lists = self.by_path.get(f"modules/{module}/CMakeLists.txt")
        call = re.search(r"lake_module\(([^)]*)\)", lists.text) if lists else None
        keyword, found = "", {"DEPENDS": set(), "USES": set()}
        for word in call[1].split() if call else []:
            if word.isupper():
                keyword = word
            elif keyword in found:
                found[keyword].add(word)
        return found["DEPENDS"], found["USES"]

    def reachable(self, modules: set[str]) -> set[str]:
        """These modules and what their public headers bring along."""
        seen: set[str] = set()
        todo = list(modules)
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += self.declared(module)[0]
        return seen

    @cached_property
    def edges(self) -> dict[str, set[str]]:
        """module -> modules that its public headers and sources include."""
        graph: dict[str, set[str]] = {module: set() for module in self.modules}
        for source in self.sources:
            if source.module and not source.is_test:
                graph[source.module] |= {target for _, target in module_includes(source)} - {source.module}
        return graph


def read_tree(root: Path) -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        paths = [path for path in listed.stdout.split("\0") if path]
    else:
        paths = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
    for path in sorted(paths):
        if not path.startswith(("build/", ".git/")) and (root / path).is_file() and is_text(path):
            yield path, (root / path).read_text(encoding="utf-8", errors="replace")


def is_text(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name.endswith(TEXT) or "." not in name.lstrip(".")


def module_includes(source: Source) -> Iterator[tuple[int, str]]:
    for line, header in source.includes:
        match = re.match(r"lake/(\w+)/", header)
        if match:
            yield line, match[1].removesuffix("_testing")


def layers(tree: Tree) -> Iterator[Finding]:
    """What lake_module() refuses for declared edges, here for every include."""
    for source in tree.sources:
        if not source.module:
            continue
        depends, uses = tree.declared(source.module)
        allowed = tree.reachable(depends if source.is_public_header else depends | uses) | {source.module}
        own_layer = tree.layers.get(source.module, -1)
        for line, target in module_includes(source):
            if target != source.module and tree.layers.get(target, own_layer) >= own_layer:
                yield Finding(source.path, line, "layer", f"{source.module} may not know {target}: not a lower layer")
            elif target not in allowed and not source.is_test:
                kind = "DEPENDS" if source.is_public_header else "DEPENDS or USES"
                yield Finding(source.path, line, "layer", f"{target} is not among {source.module}'s {kind}")


def cycles(tree: Tree) -> list[list[str]]:
    found: list[list[str]] = []

    def visit(module: str, path: list[str]) -> None:
        if module in path:
            cycle = path[path.index(module) :]
            if min(cycle) == cycle[0]:
                found.append(cycle)
            return
        for target in sorted(tree.edges.get(module, ())):
            visit(target, [*path, module])

    for module in tree.modules:
        visit(module, [])
    unique = {tuple(cycle) for cycle in found}
    return [list(cycle) for cycle in sorted(unique)]


def no_cycles(tree: Tree) -> Iterator[Finding]:
    for cycle in cycles(tree):
        yield Finding(
            f"modules/{cycle[0]}/CMakeLists.txt", 1, "cycle", "modules in a circle: " + " -> ".join(cycle + cycle[:1])
        )


def dead_headers(tree: Tree) -> Iterator[Finding]:
    """A public header that only its own .cc and its own test include serves no one."""
    users: dict[str, set[str]] = {}
    for source in tree.sources:
        for _, header in source.includes:
            users.setdefault(header, set()).add(source.path)
    for source in tree.sources:
        if source.is_public_header:
            header = source.path.split("/include/", 1)[1]
            stem = source.name.removesuffix(".h")
            own = {f"modules/{source.module}/src/{stem}.cc", f"modules/{source.module}/test/{stem}_test.cc"}
            if not users.get(header, set()) - own:
                yield Finding(source.path, 1, "dead-header", "nobody includes this public header")


def unnamed_names(source: Source) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Line, name and, of a function, the types it takes."""
    for namespace in UNNAMED.finditer(source.code):
        inside = source.code[: closing_brace(source.code, namespace.end())]
        for match in UNNAMED_NAME.finditer(inside, namespace.end() + 1):
            takes = re.split(r",(?![^<]*>)", match["takes"] or "")
            types = (re.sub(r"\w+::|\s*=.*", "", part.strip()) for part in takes)
            name = match["constant"] or match["type"] or match["function"]
            yield source.line_of(match.start()), name, tuple(re.sub(r"\s+\w+$", "", part) for part in types)


def shared_names(tree: Tree) -> Iterator[Finding]:
    """Builds for tests compile several files of a module, or of a program, as one."""
    first: dict[tuple[str, str, tuple[str, ...]], str] = {}
    for source in tree.sources:
        together = COMPILED_TOGETHER.match(source.path)
        if not together or COMPILED_ALONE.match(source.path):
            continue
        for line, name, types in unnamed_names(source):
            other = first.setdefault((together[1], name, types), source.path)
            if other != source.path:
                yield Finding(source.path, line, "shared-name", f"{name} is defined in {other} too")


def module_pages(tree: Tree) -> Iterator[Finding]:
    for module in tree.modules:
        if f"modules/{module}/README.md" not in tree.by_path:
            yield Finding(f"modules/{module}/README.md", 1, "module-page", "the module has no README.md")


TREE_RULES = [layers, no_cycles, dead_headers, shared_names, module_pages]


# ---- Running them ----


def check(tree: Tree) -> tuple[list[Finding], int]:
    """All findings that no line allows, and how many were allowed."""
    findings = [f for source in tree.sources for rule in RULES for f in rule(source)]
    findings += [f for rule in TREE_RULES for f in rule(tree)]
    kept = [f for f in findings if f.file not in tree.by_path or not tree.by_path[f.file].allows(f)]
    return sorted(kept, key=lambda f: (f.file, f.line)), len(findings) - len(kept)


def summary(tree: Tree, allowed: int) -> str:
    sources = [s for s in tree.sources if s.is_cxx]
    files = sorted(len(s.lines) for s in sources) or [0]
    functions = sorted(f.length for s in sources for f in s.functions) or [0]
    return (
        f"tidy: {len(sources)} C++ files, lines median {statistics.median(files):.0f} p90 {percentile(files, 90)} "
        f"max {files[-1]}; {len(functions)} functions, lines p90 {percentile(functions, 90)} max {functions[-1]}; "
        f"{len(tree.modules)} modules, {len(cycles(tree))} cycles; {allowed} allowed exceptions"
    )


def percentile(values: list[int], percent: int) -> int:
    return values[min(len(values) - 1, len(values) * percent // 100)]


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    tree = Tree(root)
    findings, allowed = check(tree)
    for finding in findings:
        print(finding)
    print(summary(tree, allowed))
    if findings:
        print(f"tidy: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
