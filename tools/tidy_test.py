#!/usr/bin/env python3
"""Goal: every rule of tidy.py fires on a breach and stays silent on clean code; functions are measured right.
Method: small trees written to a scratch directory."""

import tempfile
import unittest
from pathlib import Path

import tidy

LAYERS = "set(LAKE_LAYER_common 0)\nset(LAKE_LAYER_storage 1)\nset(LAKE_LAYER_catalog 2)\nset(LAKE_LAYER_jobs 2)\n"
HEADER = "modules/storage/include/lake/storage/store.h"
SOURCE = "modules/storage/src/store.cc"

# In two parts each, since tidy.py reads this file too.
TASK = "TO" + "DO"
HOME = "/" + "home"
WORK = "/" + "work/"
NPM = "registry.npmjs" + ".org"
PYPI = "pypi" + ".org"

CLEAN = {
    "cmake/lake_module.cmake": LAYERS,
    "modules/common/README.md": "# common\n",
    "modules/common/CMakeLists.txt": "lake_module(NAME common)\n",
    "modules/common/include/lake/common/id.h": "#pragma once\n#include <string>\nstruct Id {};\n",
    "modules/storage/README.md": "# storage\n",
    "modules/storage/CMakeLists.txt": "lake_module(NAME storage DEPENDS common LIBRARIES x::y)\n",
    HEADER: '#pragma once\n#include "lake/common/id.h"\nclass ObjectStore {\n public:\n  bool Has(Id id) const;\n};\n',
    SOURCE: '#include "lake/storage/store.h"\nbool ObjectStore::Has(Id) const { return true; }\n',
    "modules/storage/src/other.cc": '#include "lake/storage/store.h"\n',
}


def findings(files: dict[str, str]) -> list[tidy.Finding]:
    with tempfile.TemporaryDirectory() as scratch:
        for path, text in (CLEAN | files).items():
            file = Path(scratch) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tidy.check(tidy.Tree(Path(scratch)))[0]


def lengths(code: str) -> list[tuple[int, int]]:
    return [(f.line, f.length) for f in tidy.Source("modules/x/src/a.cc", code).functions]


class Rules(unittest.TestCase):
    def fires(self, rule: str, path: str, text: str, line: int | None = None):
        found = findings({path: text})
        self.assertEqual([f.rule for f in found], [rule], [str(f) for f in found])
        self.assertEqual(found[0].file, path)
        if line is not None:
            self.assertEqual(found[0].line, line)

    def silent(self, path: str, text: str):
        self.assertEqual([str(f) for f in findings({path: text})], [])

    def header(self, declaration: str) -> str:
        return f"{CLEAN[HEADER]}{declaration}\n"

    def test_clean_tree(self):
        self.silent("README.md", "# Lake\n")

    def test_sizes(self):
        self.fires("file-size", SOURCE, "\n" * 601)
        self.fires("function-size", SOURCE, "\nvoid F() {\n" + "  g();\n" * 69 + "}\n", line=2)
        self.silent(SOURCE, "void F() {\n" + "  g();\n" * 68 + "}\n")
        self.fires("function-size", "tools/a.py", "def f():\n" + "    g()\n" * 70)
        self.fires("function-size", "tools/a.sh", "f() {\n" + "  g\n" * 70 + "}\n")

    def test_banned_names(self):
        self.fires("banned-name", SOURCE, "class IndexManager {};\n")
        self.fires("banned-name", SOURCE, "struct [[nodiscard]] Fine {};\nenum class UtilKind { kA };\n", line=2)
        self.fires("banned-name", "modules/storage/src/string_utils.cc", "int x;\n")
        self.silent(SOURCE, "struct Database {};\nstruct Baseline {};\nenum class Kind { kBase };  // class Manager\n")

    def test_bool_parameters(self):
        for declaration in (
            "void Put(Id id, bool force);",
            "void Put(bool);",
            "void Put(Id, bool, int);",
            "void Put(const bool force = false);",
            "void Put(\n    int a,\n    bool force);",
            "std::function<void(bool done)> callback;",
        ):
            self.fires("bool-parameter", HEADER, self.header(declaration))
        for declaration in (
            "bool Has() const;",
            "struct Options {\n  bool force = false;\n};",
            "bool operator()(Id) const;",
            "explicit operator bool() const;",
            "void F() { if (bool ok = Has()) g(); }",
            "std::variant<bool, int> value;",
            "int F() { return static_cast<bool>(x); }",
            'const char* text = "(bool force)";',
            "void F(Id id);  // (bool force)",
            "// tidy: allow bool-parameter: a JSON value is a bool\nvoid Write(bool value);",
        ):
            self.silent(HEADER, self.header(declaration))
        self.silent(SOURCE, "void Local(bool force) {}\n")

    def test_includes(self):
        for header in (
            "duckdb.hpp",
            "duckdb/main/connection.hpp",
            "boost/asio.hpp",
            "simdjson.h",
            "toml++/toml.h",
            "curl/curl.h",
        ):
            self.fires("forbidden-include", SOURCE, f"#include <{header}>\n", line=1)
        self.fires("public-third-party", HEADER, "#include <zstd.h>\n" + CLEAN[HEADER], line=1)
        self.silent(HEADER, "#include <fmt/format.h>\n#include <sys/stat.h>\n" + CLEAN[HEADER])
        self.silent("apps/lake/client.cc", "#include <curl/curl.h>\n")

    def test_pragma_once(self):
        self.fires("pragma-once", HEADER, CLEAN[HEADER].replace("#pragma once\n", ""))

    def test_test_purpose(self):
        self.fires("test-purpose", "modules/storage/test/store_test.cc", "TEST(A, B) {}\n")

    def test_words(self):
        self.fires("task-word", SOURCE, f"// {TASK} later\n", line=1)
        self.silent(SOURCE, f"// {TASK}(duckdb 1.6): the new reader makes this unnecessary\n")
        self.fires("machine-path", SOURCE, f'auto p = "{HOME}/joe/x";\n')
        self.fires("machine-path", "docs/a.md", f"see {WORK}main\n")
        self.fires("machine-path", SOURCE, 'auto p = "/tmp/x";\n')
        self.silent("modules/storage/test/store_test.cc", '// Goal.\nauto p = "/tmp/x";\n')
        self.silent(SOURCE, f'route("/storage{WORK}x");\n')
        self.fires("registry-host", "docs/a.md", f"from https://{NPM}/x\n")
        self.fires("registry-host", "tools/a.sh", f"curl https://{PYPI}/simple\n")
        self.fires("trailing-space", SOURCE, "int x; \n", line=1)
        self.fires("trailing-space", SOURCE, "int x;")

    def test_cxx_words(self):
        self.fires("singleton", SOURCE, "auto& x = Registry::GetInstance();\n")
        self.fires("raw-lock", SOURCE, "std::mutex m;\n")
        self.fires("unrun-test", "modules/storage/test/store_test.cc", "// Goal.\nTEST(A, DISABLED_B) {}\n")
        self.fires("unrun-test", "modules/storage/test/store_test.cc", "// Goal.\nstd::this_thread::sleep_for(1s);\n")

    def test_layers(self):
        other = {
            "modules/catalog/README.md": "x\n",
            "modules/catalog/include/lake/catalog/c.h": "#pragma once\n",
            "modules/catalog/CMakeLists.txt": "lake_module(NAME catalog DEPENDS storage)\n",
            "modules/catalog/src/c.cc": '#include "lake/common/id.h"\n#include "lake/storage/store.h"\n',
            "apps/lake/main.cc": '#include "lake/catalog/c.h"\n',
        }
        self.assertEqual(findings(other), [])
        found = findings(other | {SOURCE: '#include "lake/catalog/c.h"\n'})
        self.assertIn("layer", [f.rule for f in found])
        undeclared = other | {"modules/catalog/CMakeLists.txt": "lake_module(NAME catalog DEPENDS common)\n"}
        self.assertEqual([f.rule for f in findings(undeclared)], ["layer"])
        private = other | {
            "modules/catalog/CMakeLists.txt": "lake_module(NAME catalog USES storage)\n",
            "modules/catalog/include/lake/catalog/c.h": '#pragma once\n#include "lake/storage/store.h"\n',
        }
        self.assertEqual(
            [(f.rule, f.file) for f in findings(private)], [("layer", "modules/catalog/include/lake/catalog/c.h")]
        )

    def test_cycles(self):
        found = findings(
            {SOURCE: '#include "lake/common/id.h"\n', "modules/common/src/id.cc": '#include "lake/storage/store.h"\n'}
        )
        self.assertIn("cycle", [f.rule for f in found])

    def test_dead_headers(self):
        found = findings(
            {
                "modules/storage/src/other.cc": "int x;\n",
                "modules/storage/test/store_test.cc": '// Goal.\n#include "lake/storage/store.h"\n',
            }
        )
        self.assertEqual([(f.rule, f.file) for f in found], [("dead-header", HEADER)])

    def test_names_that_two_files_of_a_module_define(self):
        other = "modules/storage/src/other.cc"
        path = "modules/storage/src/a.cc"

        def both(here: str, there: str) -> list[tuple[str, str, int]]:
            text = '#include "lake/storage/store.h"\nnamespace {\n\n%s\n\n}  // namespace\n'
            return [(f.rule, f.file, f.line) for f in findings({path: text % here, other: text % there})]

        said = [("shared-name", other, 4)]
        self.assertEqual(both("constexpr int kMany = 1;", "constexpr size_t kMany = 2;"), said)
        self.assertEqual(both("struct Part {};", "class Part {\n};"), said)
        self.assertEqual(both("int F(int a) {\n  return a;\n}", "int F(int b) { return b; }"), said)
        self.assertEqual(both("int F(int a) { return a; }", "int F(char a) { return a; }"), [])
        self.assertEqual(both("int F() {\n  constexpr int kOne = 1;\n}", "constexpr int kOne = 1;"), [])
        self.assertEqual(both("struct Part;", "struct Part {};"), [])

    def test_module_pages(self):
        found = findings({"modules/jobs/src/a.cc": "int x;\n"})
        self.assertEqual([(f.rule, f.file) for f in found], [("module-page", "modules/jobs/README.md")])

    def test_an_exception_needs_a_reason(self):
        self.silent(SOURCE, "// tidy: allow raw-lock: the library's callback hands us one\nstd::mutex m;\n")
        self.fires("raw-lock", SOURCE, "// tidy: allow raw-lock:\nstd::mutex m;\n", line=2)
        self.fires("raw-lock", SOURCE, "// tidy: allow singleton: wrong rule\nstd::mutex m;\n", line=2)


class FunctionLengths(unittest.TestCase):
    def test_scopes(self):
        code = "namespace a {\nclass B : public C<int> {\n public:\n  void F() {\n    if (x) {\n    }\n  }\n};\n}\n"
        self.assertEqual(lengths(code), [(4, 4)])

    def test_signatures_over_lines_count(self):
        self.assertEqual(lengths("\ntemplate <class T>\nauto F(int a,\n       int b) -> T {\n}\n"), [(2, 4)])

    def test_member_initialisers_with_braces(self):
        self.assertEqual(
            lengths("A::A(int x)\n    : a_{x},\n      b_(x),\n      c_{1, 2} {\n  g();\n}\nvoid F() {\n}\n"),
            [(1, 6), (7, 2)],
        )

    def test_operators_and_defaults(self):
        self.assertEqual(
            lengths("bool operator==(A a, A b) {\n}\nA& A::operator=(A&& a) noexcept {\n}\nA() = default;\n"),
            [(1, 2), (3, 2)],
        )

    def test_tables_lambdas_and_enums_are_no_functions(self):
        code = "constexpr T kT[] = {\n  {1, f(2)},\n};\nenum class E {\n  kA\n};\nconst auto kF = [](int a) {\n};\n"
        self.assertEqual(lengths(code), [])

    def test_braces_in_literals_and_comments(self):
        code = (
            'void F() {\n  s = "{";  // {\n  c = \'{\';\n  r = R"x({ )" {)x";\n  n = 1\'000\'000;\n}\nvoid G() {\n}\n'
        )
        self.assertEqual(lengths(code), [(1, 6), (7, 2)])

    def test_macros(self):
        self.assertEqual(lengths("#define X(a) \\\n  f(a) {\n\nTEST(A, B) {\n  g();\n}\n"), [(4, 3)])


if __name__ == "__main__":
    unittest.main()
