#!/usr/bin/env python3
"""Goal: ./lake installs, fetches, builds and hands over as its help says, and fails with a clear sentence.
Method: the real script in a scratch checkout, with stand-ins for apt, dpkg, npm, cmake and ninja first on the PATH that
write down how they were called; a registry file is a small archive made here."""

import hashlib
import io
import os
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

STAND_INS = {
    # Every package is installed except $MISSING.
    "dpkg-query": 'shift 3; for p in "$@"; do [ "$p" = "$MISSING" ] || echo "installed $p"; done',
    "apt-get": "exit 0",
    "sudo": 'while [ "${1#-}" != "$1" ]; do shift; done; exec "$@"',
    "npm": '[ -e "$PUBLISHED" ] || { echo "no network" >&2; exit 1; }; cp "$PUBLISHED" thing-1.tgz',
    "cmake": "mkdir -p build/release; : >build/release/build.ninja",
    "ninja": """[ -z "$BROKEN" ] || { echo "error: broken"; exit 1; }
echo "compiling"
mkdir -p apps/lake
printf '#!/bin/sh\\necho "pid $$ cwd $PWD args $*"\\nexit 7\\n' >apps/lake/lake
mkdir -p bench
printf '#!/bin/sh\\necho "peers ${LAKE_BENCH_PEERS-none}"\\n' >bench/lake_bench
chmod +x apps/lake/lake bench/lake_bench""",
    # "-m pip install … --target DIRECTORY …", "-m pip --version" and "-c PROGRAM", which asks for Python's version.
    "python3": """case "$*" in
-c*) echo 3.11 ;;
*install*) [ -e "$PUBLISHED" ] || { echo "no network" >&2; exit 1; }
  while [ "$1" != --target ]; do shift; done; mkdir -p "$2"; : >"$2/peer.py" ;;
esac""",
}


class Checkout(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.top = Path(scratch.name).resolve()
        self.root = self.top / "checkout with space"
        self.calls = self.top / "calls"
        (self.top / "bin").mkdir()
        for name, body in STAND_INS.items():
            script = self.top / "bin" / name
            script.write_text(f'#!/bin/sh\necho "{name} $*" >>"$CALLS"\n{body}\n')
            script.chmod(0o755)
        for place in ("tools/lake", "tools/recipes", "modules/common/src", "modules/common/test", "apps", "bench", "cmake"):
            (self.root / place).mkdir(parents=True)
        for name in ("CMakeLists.txt", "CMakePresets.json", "modules/common/src/a.cc", "modules/common/test/a_test.cc"):
            (self.root / name).write_text("")
        (self.root / "lake").write_bytes((ROOT / "lake").read_bytes())
        (self.root / "lake").chmod(0o755)
        for piece in (ROOT / "tools" / "lake").glob("*.sh"):
            (self.root / "tools" / "lake" / piece.name).write_bytes(piece.read_bytes())
        (self.root / "tools" / "packages.txt").write_text(
            "[run]\nrunner\n[build]\n# why\ncompiler\nlinker\n[check]\nprover\n"
        )
        (self.root / "tools" / "peers.txt").write_text("peer==1 --hash=sha256:00\n")
        self.publish(b"contents")
        self.env = {
            "PATH": f"{self.top}/bin:/usr/bin:/bin",
            "HOME": str(self.top / "home"),
            "CALLS": str(self.calls),
            "PUBLISHED": str(self.top / "published.tgz"),
            "MISSING": "",
            "BROKEN": "",
        }

    def publish(self, content: bytes, last_line: str = "take = package/thing.so -> thing/lib/thing.so"):
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            member = tarfile.TarInfo("package/thing.so")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        (self.top / "published.tgz").write_bytes(archive.getvalue())
        digest = hashlib.sha256(archive.getvalue()).hexdigest()
        (self.root / "tools" / "registry.lock").write_text(
            f"# pinned\n[thing]\nwhy = a part\nkind = npm\nversion = 1\nfile = thing-1.tgz\nsha256 = {digest}\n"
            f"{last_line}\n"
        )

    def start(self, *arguments: str, cwd: Path | None = None, script: Path | None = None) -> subprocess.Popen:
        return subprocess.Popen(
            [str(script or self.root / "lake"), *arguments],
            cwd=cwd or self.top,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def lake(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        process = self.start(*arguments, **options)
        out, err = process.communicate()
        done = subprocess.CompletedProcess(arguments, process.returncode, out, err)
        done.pid = process.pid
        return done

    def called(self, program: str) -> list[str]:
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if line.split()[0] == program]


class Usage(Checkout):
    def test_help_is_an_answer(self):
        for word in ("help", "--help", "-h"):
            done = self.lake(word)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("./lake WORD", done.stdout)
        self.assertFalse(self.calls.exists(), "help installs and builds nothing")

    def test_misuse_is_status_2_and_does_nothing(self):
        for arguments in (
            [],
            ["build", "--bogus"],
            ["build", "--preset", "odd"],
            ["build", "--preset"],
            ["test", "--bogus"],
            ["test", "a", "b"],
            ["setup", "x"],
            ["fmt", "x"],
        ):
            done = self.lake(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
        self.assertFalse(self.calls.exists())


class Setup(Checkout):
    def test_fetches_verifies_and_unpacks_then_is_silent(self):
        done = self.lake("setup")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("fetching thing 1 (npm), a part", done.stderr)
        self.assertEqual((self.root / "build/vendor/thing/lib/thing.so").read_bytes(), b"contents")
        again = self.lake("setup")
        self.assertEqual((again.returncode, again.stdout, again.stderr), (0, "", ""))
        self.assertEqual(len(self.called("npm")), 1)
        self.assertEqual(self.called("apt-get"), [])

    def test_a_fresh_checkout_needs_no_network(self):
        self.lake("setup")
        subprocess.run(["rm", "-rf", str(self.root / "build")], check=True)
        (self.top / "published.tgz").unlink()
        done = self.lake("setup")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_new_pin_replaces_what_was_unpacked(self):
        self.lake("setup")
        self.publish(b"newer")
        self.assertEqual(self.lake("setup").returncode, 0)
        self.assertEqual((self.root / "build/vendor/thing/lib/thing.so").read_bytes(), b"newer")

    def test_another_file_than_the_pinned_one_is_refused(self):
        (self.top / "published.tgz").write_bytes(b"something else")
        done = self.lake("setup")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is not the pinned one", done.stderr)
        self.assertEqual(os.listdir(self.top / "home/.cache/lakehouse/registry"), [])
        self.assertFalse((self.root / "build/vendor/thing").exists())

    def test_a_damaged_cache_is_fetched_again(self):
        cache = self.top / "home/.cache/lakehouse/registry"
        cache.mkdir(parents=True)
        (cache / "thing-1.tgz").write_bytes(b"half a fi")
        self.assertEqual(self.lake("setup").returncode, 0)

    def test_offline_with_an_empty_cache_says_what_to_do(self):
        (self.top / "published.tgz").unlink()
        done = self.lake("setup")
        self.assertEqual(done.returncode, 1)
        for part in ("no network", "cannot fetch thing 1", "thing-1.tgz", "home/.cache/lakehouse/registry"):
            self.assertIn(part, done.stderr)

    def test_two_at_once_fetch_once(self):
        both = [self.start("setup"), self.start("setup")]
        for process in both:
            process.communicate()
        self.assertEqual([process.returncode for process in both], [0, 0])
        self.assertEqual(len(self.called("npm")), 1)

    def test_installs_only_what_is_missing_and_says_why(self):
        self.env["MISSING"] = "linker"
        done = self.lake("setup")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("installing 1 Debian packages, needed to build: linker", done.stderr)
        calls = self.called("apt-get")
        self.assertEqual(len(calls), 2, "one update, one install")
        self.assertTrue(calls[0].endswith(" update"), calls)
        self.assertTrue(calls[1].endswith(" install --no-install-recommends linker"), calls)

    def test_check_packages_are_not_needed_to_build(self):
        self.env["MISSING"] = "prover"
        self.lake("setup")
        self.assertEqual(self.called("apt-get"), [])


class Recipes(Checkout):
    """What is made of a registry file is made once, for all checkouts and for as long as what it depends on is the same."""

    def setUp(self):
        super().setUp()
        self.publish(b"contents", "make = thing.sh -> parts")
        self.recipe = self.root / "tools/recipes/thing.sh"
        self.recipe.write_text(
            "#!/bin/sh\nset -e\n"
            'if [ "$1" = key ]; then echo "$MACHINE"; exit; fi\n'
            'echo "recipe $MACHINE" >>"$CALLS"\n'
            '[ -z "$BROKEN" ] || { echo "no such compiler"; exit 3; }\n'
            'tar -xzf "$2"; mkdir "$3"; cp package/thing.so "$3/made"; echo "$MACHINE" >>"$3/made"\n'
        )
        self.recipe.chmod(0o755)
        self.env["MACHINE"] = "one"
        self.made = self.root / "build/vendor/parts/made"
        self.cache = self.top / "home/.cache/lakehouse/made"

    def test_it_is_made_once_for_every_checkout(self):
        done = self.lake("setup")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("preparing thing 1, a part; once for this machine", done.stderr)
        self.assertEqual(self.made.read_text(), "contentsone\n")
        subprocess.run(["rm", "-rf", str(self.root / "build")], check=True)
        (self.top / "published.tgz").unlink()
        again = self.lake("setup")
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        self.assertEqual(self.made.read_text(), "contentsone\n")
        self.assertEqual(len(self.called("recipe")), 1)

    def test_another_machine_or_recipe_makes_it_anew(self):
        self.lake("setup")
        self.env["MACHINE"] = "two"
        self.lake("setup")
        self.assertEqual(self.made.read_text(), "contentstwo\n")
        self.recipe.write_text(self.recipe.read_text() + "# changed\n")
        self.lake("setup")
        self.assertEqual(self.called("recipe"), ["recipe one", "recipe two", "recipe two"])
        self.env["MACHINE"] = "one"
        self.recipe.write_text(self.recipe.read_text().removesuffix("# changed\n"))
        self.lake("setup")
        self.assertEqual((self.made.read_text(), len(self.called("recipe"))), ("contentsone\n", 3))

    def test_a_recipe_that_fails_says_why_and_leaves_nothing(self):
        self.env["BROKEN"] = "yes"
        done = self.lake("setup")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such compiler", done.stderr)
        self.assertEqual(os.listdir(self.cache), [])
        self.env["BROKEN"] = ""
        self.assertEqual(self.lake("setup").returncode, 0)


class Binary(Checkout):
    def test_a_word_of_the_binary_builds_then_becomes_it(self):
        (self.top / "link").symlink_to(self.root / "lake")
        elsewhere = self.top / "bin"
        done = self.lake("sql", "SELECT 'a b'", cwd=elsewhere, script=self.top / "link")
        self.assertEqual(done.returncode, 7, "the binary's status is the answer")
        self.assertEqual(done.stdout, f"pid {done.pid} cwd {elsewhere} args sql SELECT 'a b'\n")
        self.assertIn("compiling", done.stderr)

    def test_it_builds_again_only_when_a_source_changed(self):
        self.lake("sql")
        warm = self.lake("sql")
        self.assertEqual((warm.stderr, len(self.called("ninja"))), ("", 1))
        (self.root / "modules/common/test/a_test.cc").write_text("changed")
        self.lake("sql")
        self.assertEqual(len(self.called("ninja")), 1, "a test is no part of the binary")
        (self.root / "modules/common/src/new.cc").write_text("")
        self.lake("sql")
        self.assertEqual(len(self.called("ninja")), 2)
        (self.root / "modules/common/src/new.cc").unlink()
        self.lake("sql")
        self.assertEqual(len(self.called("ninja")), 3)

    def test_an_old_modification_time_hides_no_change(self):
        self.lake("sql")
        source = self.root / "modules/common/src/a.cc"
        source.write_text("changed")
        os.utime(source, (0, 0))
        self.lake("sql")
        self.assertEqual(len(self.called("ninja")), 2)

    def test_a_checkout_that_moved_to_another_processor_is_built_again(self):
        self.lake("sql")
        stamp = self.root / "build/release/.built-lake"
        stamp.write_text("another processor\n")
        self.lake("sql")
        self.assertEqual(len(self.called("ninja")), 2)
        self.assertNotEqual(stamp.read_text(), "another processor\n")

    def test_build_serves_every_target_of_the_release(self):
        self.assertEqual(self.lake("build").returncode, 0)
        self.lake("sql")
        self.assertEqual(len(self.called("ninja")), 1)

    def test_a_broken_build_stops_and_is_tried_again(self):
        self.env["BROKEN"] = "yes"
        done = self.lake("sql")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("error: broken", done.stderr)
        self.env["BROKEN"] = ""
        self.assertEqual(self.lake("sql").returncode, 7)


class Bench(Checkout):
    def installs(self) -> list[str]:
        return [call for call in self.called("python3") if "pip install" in call]

    def test_a_benchmark_of_vectors_fetches_its_peers_once(self):
        done = self.lake("bench", "P1")
        place = Path(done.stdout.removeprefix("peers ").strip())
        self.assertEqual(place.parent, self.top / "home/.cache/lakehouse/peers")
        self.assertEqual(os.listdir(place), ["peer.py"])
        self.assertEqual(os.listdir(place.parent), [place.name], "nothing is left over")
        self.assertEqual(self.lake("bench", "P2").stdout, done.stdout)
        self.assertEqual(len(self.installs()), 1)
        self.assertIn("--require-hashes", self.installs()[0])

    def test_a_new_pin_is_another_place(self):
        before = self.lake("bench", "P1").stdout
        (self.root / "tools" / "peers.txt").write_text("peer==2 --hash=sha256:00\n")
        self.assertNotEqual(self.lake("bench", "P1").stdout, before)
        self.assertEqual(len(self.installs()), 2)

    def test_other_benchmarks_and_builds_fetch_none(self):
        self.assertEqual(self.lake("bench", "P6").stdout, "peers none\n")
        self.lake("build")
        self.assertEqual(self.called("python3"), [])

    def test_without_a_network_it_measures_without_them_and_says_so(self):
        self.lake("setup")
        (self.top / "published.tgz").unlink()
        done = self.lake("bench", "P1")
        self.assertEqual((done.returncode, done.stdout), (0, "peers none\n"))
        self.assertIn("measuring without them", done.stderr)
        self.assertEqual(os.listdir(self.top / "home/.cache/lakehouse/peers"), [])


if __name__ == "__main__":
    unittest.main()
