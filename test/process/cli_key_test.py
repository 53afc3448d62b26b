#!/usr/bin/env python3
"""Goal: every word of the command line sends the key it was given, a key never shows, and a refusal is exit code 4; a new
key can be saved so that its holder comes in with it, as the README says. Method: the released binary against a small
server that notes the header X-API-Key and answers as the test says, and against the real one."""

import http.server
import json
import resource
import shlex
import signal
import stat
import tempfile
import threading
import unittest
from pathlib import Path

from lake_process import Server, run_lake

OK, FAILED, NOT_FOUND, DENIED, CONFLICT, UNAVAILABLE = 0, 1, 3, 4, 5, 6
README = Path(__file__).resolve().parents[2] / "README.md"
KEY = "lk_test.0123456789abcdef"
JOB = "00000000-0000-7000-8000-000000000000"


class NotingServer(http.server.ThreadingHTTPServer):
    """Answers everything with `status` and `document`; `keys` are the headers it saw, None where there was none."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), NotingHandler)
        self.status, self.document, self.keys, self.asked = 200, {}, [], []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class NotingHandler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.keys.append(self.headers.get("X-API-Key"))
        self.server.asked.append((self.command, self.path))
        body = json.dumps(self.server.document).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


class KeyTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-key-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.server = NotingServer()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def lake(self, *words: str, code: int = OK, env: dict[str, str] | None = None) -> str:
        done = run_lake("--url", self.server.url, *words, cwd=self.directory, env=env)
        shown = (done.stdout + done.stderr).decode()
        self.assertEqual(done.returncode, code, (words, shown))
        self.assertNotIn(KEY, shown, words)
        return shown

    def key_file(self, text: str = KEY + "\n", mode: int = 0o600) -> str:
        path = self.directory / "key"
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def test_every_word_sends_it(self):
        upload = self.directory / "a.csv"
        upload.write_text("id\n1\n")
        self.server.document = {"items": [], "columns": [], "rows": [], "version": "1.2.3"}
        for words in (("sql", "-c", "SELECT 1"), ("-o", "table", "sql", "-c", "SELECT 1"), ("ingest", str(upload)),
                      ("dataset", "ls"), ("dataset", "show", "a"), ("dataset", "versions", "a"),
                      ("dataset", "drop", "a"), ("dataset", "undrop", "a"), ("job", "ls"), ("job", "show", JOB),
                      ("job", "cancel", JOB), ("doctor", "--data", "data"), ("version",)):
            self.server.keys.clear()
            self.lake(*words, "--key", KEY)
            self.assertEqual(self.server.keys, [KEY], words)

    def test_where_it_comes_from(self):
        self.server.document = {"items": []}
        self.lake("job", "ls")
        self.lake("job", "ls", env={"LAKEHOUSE_API_KEY": KEY})
        self.lake("job", "ls", "--key-file", self.key_file(), env={"LAKEHOUSE_API_KEY": "of-the-environment"})
        self.lake("job", "ls", "--key-file", self.key_file("of-the-file"), "--key", KEY)
        self.lake("job", "ls", env={"LAKEHOUSE_API_KEY": ""})
        self.assertEqual(self.server.keys, [None, KEY, KEY, KEY, None])

    def test_a_bad_key_is_not_sent(self):
        self.assertIn("chmod 600", self.lake("job", "ls", "--key-file", self.key_file(mode=0o640), code=DENIED))
        self.lake("job", "ls", "--key-file", "nowhere", code=NOT_FOUND)
        self.lake("job", "ls", "--key-file", str(self.directory), code=FAILED)
        for text in ("", "\n", f"{KEY}\nX-Other: 1\n", f"{KEY} {KEY}", "ключ", "x" * 5000):
            self.assertIn("has no key", self.lake("job", "ls", "--key-file", self.key_file(text), code=FAILED))
        self.lake("job", "ls", "--key", f"{KEY}\r\nX-Other: 1", code=FAILED)
        self.lake("job", "ls", env={"LAKEHOUSE_API_KEY": f"{KEY}\n"}, code=FAILED)
        self.lake("nonsense", "--key", KEY, code=2)
        self.lake("job", "ls", "--key", KEY, "--key", KEY, code=2)
        self.assertEqual(self.server.keys, [])

    def test_refusals(self):
        for status, code, detail, told in (
                (401, "no_credentials", "this route needs an API key", "--key-file"),
                (401, "unknown_key", "the API key is not known", "--key-file"),
                (403, "forbidden", "role 'agent' may not use this route", "the key is valid"),
                (403, "not_allowed_in_sql", "function 'x' may not be used here", "may not be used here\n")):
            self.server.status = status
            self.server.document = {"code": code, "detail": detail, "status": status}
            for words in (("dataset", "ls"), ("sql", "-c", "SELECT 1"), ("-o", "table", "sql", "-c", "SELECT 1")):
                shown = self.lake(*words, "--key", KEY, code=DENIED)
                self.assertIn(f"lake: {detail}\n", shown)
                self.assertIn(told, shown)
        for status, told in ((401, "asks for a key"), (403, "does not allow")):
            self.server.status, self.server.document = status, {}
            self.assertIn(told, self.lake("dataset", "ls", "--key", KEY, code=DENIED))

    def test_a_new_key_is_saved(self):
        self.server.document = {"id": "k1", "name": "anna", "role": "agent", "key": KEY}
        create, path = ("key", "create", "anna", "--role", "agent", "--save", "anna.key"), self.directory / "anna.key"
        for output in ("table", "json"):
            path.unlink(missing_ok=True)
            self.assertIn("anna", self.lake(*create, "-o", output))
            self.assertEqual(path.read_text(), KEY + "\n")
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.lake("job", "ls", "--key-file", "anna.key")
        self.assertEqual(self.server.keys[-1], KEY)

    def test_a_key_that_cannot_be_saved_is_not_made(self):
        create = ("key", "create", "anna", "--role", "agent", "--save")
        path = self.directory / "anna.key"
        path.write_text("of somebody else")
        self.assertIn("is there already", self.lake(*create, "anna.key", code=CONFLICT))
        self.assertEqual(path.read_text(), "of somebody else")
        self.lake(*create, "nowhere/anna.key", code=UNAVAILABLE)
        self.assertEqual(self.server.asked, [])
        path.unlink()
        self.server.status, self.server.document = 409, {"code": "key_exists", "detail": "there is one"}
        self.assertIn("there is one", self.lake(*create, "anna.key", code=CONFLICT))
        self.assertFalse(path.exists())

    def test_a_key_that_got_lost_is_revoked(self):
        self.server.document = {"id": "k1", "key": KEY}
        done = run_lake("--url", self.server.url, "key", "create", "anna", "--role", "agent", "--save", "anna.key",
                        cwd=self.directory, before_exec=no_file_may_grow)
        shown = (done.stdout + done.stderr).decode()
        self.assertEqual(done.returncode, UNAVAILABLE, shown)
        self.assertIn("was revoked", shown)
        self.assertNotIn(KEY, shown)
        self.assertEqual(self.server.asked, [("POST", "/access/keys"), ("DELETE", "/access/keys/k1")])
        self.assertFalse((self.directory / "anna.key").exists())

    def test_the_readme_lets_anna_in(self):
        lines = [line[len("$ ./lake "):] for line in README.read_text().splitlines() if line.startswith("$ ./lake ")]
        recipe = [shlex.split(line) for line in lines if "anna" in line]
        self.assertEqual([words[0] for words in recipe], ["key", "sql", "audit"])
        with Server(self.directory / "data") as server:
            server.ingest("candidates", b"candidate_id,first_name,desired_salary\n1,Ben,50000\n")
            for words in recipe:
                done = run_lake("--url", server.url, *words, cwd=self.directory)
                self.assertEqual(done.returncode, OK, (words, done.stderr))
        self.assertIn(b"SELECT first_name", done.stdout)


def no_file_may_grow():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # A write fails instead.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    unittest.main()
