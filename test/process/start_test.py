#!/usr/bin/env python3
"""Goal: a server starts only on a directory that is its own and that it understands, says otherwise why, and ends when it
is told to. Method: a second server, a commit of a later format, a damaged log, SIGTERM in the middle of a request."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lake_process import BINARY, START_SECONDS, Server, files_below
from slow_request import SlowRequest

EXIT_FAILED, EXIT_CONFLICT = 1, 5


def crc32c(data: bytes) -> int:
    """Castagnoli, bit by bit: the files are small."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def seal(document: dict) -> bytes:
    """As docs/formats/commit-log.md says: the checksum of all before it is the last member."""
    body = json.dumps({k: v for k, v in document.items() if k != "crc32c"}, separators=(",", ":")).encode()[:-1]
    return body + f',"crc32c":"{crc32c(body):08x}"}}'.encode()


class StartTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-start-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"

    def refused_start(self) -> tuple[int, str]:
        done = subprocess.run([BINARY, "serve", "--port", "0", "--data", str(self.data)], capture_output=True,
                              timeout=START_SECONDS, check=False)
        self.assertEqual(done.stdout, b"", "a server that did not start says that it serves")
        return done.returncode, done.stderr.decode()

    def make_one_commit(self) -> Path:
        with Server(self.data) as server:
            self.assertEqual(server.ingest("orders", b"id,item\n1,a\n2,b\n").status, 200)
            self.assertEqual(server.stop(), 0)
        return self.data / "_catalog" / "log" / f"{1:020}.json"

    def test_a_second_server_on_the_same_directory_is_refused(self):
        with Server(self.data) as server:
            self.assertEqual(server.ingest("orders", b"id\n1\n").status, 200)
            code, error = self.refused_start()
            self.assertEqual(code, EXIT_CONFLICT, error)
            self.assertIn("directory_locked", error)
            self.assertIn(f"pid {server.process.pid}", error)
            self.assertEqual(server.sql("SELECT id FROM orders"), [[1]])
            server.kill()
        with Server(self.data) as server:  # The lock dies with its owner.
            self.assertEqual(server.sql("SELECT id FROM orders"), [[1]])

    def test_a_commit_of_a_newer_format_is_refused(self):
        first = self.make_one_commit()
        commit = json.loads(first.read_bytes())
        self.assertEqual(seal(commit), first.read_bytes(), "this test seals as the format page says")
        commit |= {"version": 2, "commit_id": "00000000-0000-7000-8000-000000000001"}
        commit["format"]["major"] += 1
        (first.parent / f"{2:020}.json").write_bytes(seal(commit))
        before = files_below(self.data)
        code, error = self.refused_start()
        self.assertEqual(code, EXIT_CONFLICT, error)
        self.assertIn("newer_format", error)
        self.assertEqual(files_below(self.data) - before, set(), "a refused start wrote something")

    def test_a_damaged_last_commit_is_not_cut_off(self):
        first = self.make_one_commit()
        damaged = bytearray(first.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        second = first.parent / f"{2:020}.json"
        second.write_bytes(damaged)
        code, error = self.refused_start()
        self.assertEqual(code, EXIT_FAILED, error)
        self.assertIn("log_damaged", error)
        self.assertIn(second.name, error)
        self.assertTrue(second.exists())

    def test_sigterm_lets_running_requests_finish(self):
        with Server(self.data) as server:
            request = SlowRequest(server, "drained", rows=1000)
            request.send_half()
            server.process.terminate()
            request.wait_for_log("stopping")
            self.assertEqual(request.finish(), 200)
            self.assertEqual(server.process.wait(timeout=START_SECONDS), 0)
            self.assertIn('"event":"stopped"', server.log_text())
        with Server(self.data) as server:
            self.assertEqual(server.sql("SELECT count(*), sum(id) FROM drained"), [[1000, "499500"]])


if __name__ == "__main__":
    unittest.main()
