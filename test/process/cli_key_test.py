#!/usr/bin/env python3
"""Goal: every word of the command line sends the key it was given, a key never shows, and a refusal is exit code 4.
Method: the released binary against a small server that notes the header X-API-Key and answers as the test says."""

import http.server
import json
import tempfile
import threading
import unittest
from pathlib import Path

from lake_process import run_lake

OK, FAILED, NOT_FOUND, DENIED = 0, 1, 3, 4
KEY = "lk_test.0123456789abcdef"
JOB = "00000000-0000-7000-8000-000000000000"


class NotingServer(http.server.ThreadingHTTPServer):
    """Answers everything with `status` and `document`; `keys` are the headers it saw, None where there was none."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), NotingHandler)
        self.status, self.document, self.keys = 200, {}, []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class NotingHandler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.keys.append(self.headers.get("X-API-Key"))
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


if __name__ == "__main__":
    unittest.main()
