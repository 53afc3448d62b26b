#!/usr/bin/env python3
"""Goal: whenever the server is killed while an index moves to another bucket, it answers the same at once after the
next start, the move is done to its end or was never begun, and nothing of it is left in two buckets; searches meanwhile
find the same. Method: strace kills the server at calls of each kind that a move makes; a directory for each bucket."""

import collections
import json
import re
import signal
import tempfile
import threading
import unittest
from pathlib import Path

from lake_process import CONNECTION_LOST, Server, run_lake, wait_until
from promotion_test import CALLS, Killer, trial
from refresh_test import CountingOllama, Ollama

DOCUMENTS = 1_500
TRIAL = trial("0000000a", {"ef_construction": 80, "ef_search": 90, "seed": None})
KILLS_OF_A_KIND = 4
OTHER = {"primary": "archive", "archive": "primary"}


class MoveTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-move-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.config = self.directory / "lakehouse.toml"
        self.config.write_text("".join(
            f'[[storage.buckets]]\nname = "{name}"\nroot = "{self.directory / name}"\n' for name in OTHER))
        CountingOllama.texts, CountingOllama.pause, CountingOllama.breaks_after = [], 0.0, 1 << 60
        self.ollama = Ollama(("127.0.0.1", 0), CountingOllama)
        self.addCleanup(self.ollama.server_close)
        threading.Thread(target=self.ollama.serve_forever, daemon=True).start()
        self.addCleanup(self.ollama.shutdown)
        with self.server() as server:
            self.make_index(server)
            self.found = self.search(server)

    def server(self) -> Server:
        return Server(self.directory / "data", words=("--config", str(self.config)),
                      settings=(f"models.ollama.url=http://127.0.0.1:{self.ollama.server_port}",
                                "models.embedding=ollama/counting"))

    def make_index(self, server: Server) -> None:
        rows = "".join(f"N-{number},note {number} of many\n" for number in range(DOCUMENTS))
        self.assertEqual(server.ingest("notes", ("id,note\n" + rows).encode()).status, 200)
        answer = server.post("/vectors/refresh/notes", {"text_column": "note", "id_column": "id"})
        self.assertEqual(answer.status, 200, answer.body)
        journal = self.directory / "primary" / "_hnsw_trials"
        journal.mkdir()
        (journal / "notes.jsonl").write_text(json.dumps(TRIAL) + "\n")
        answer = server.post(f"/vectors/hnsw/promote/notes/{TRIAL['id']}", {})
        self.assertEqual(answer.status, 200, answer.body)

    def search(self, server: Server) -> list[str]:
        answer = server.post("/vectors/search", {"index_name": "notes", "query": "note 7 of many", "k": 5})
        self.assertEqual(answer.status, 200, answer.body)
        return [hit["doc_id"] for hit in answer.document["hits"]]

    def bucket(self, server: Server) -> str:
        return server.get("/vectors/indexes/notes").document["bucket"]

    def files(self, bucket: str) -> set[str]:
        """Of generations and promotions."""
        root = self.directory / bucket
        return {str(path.relative_to(root)) for part in ("vectors", "_hnsw_promotions")
                for path in (root / part).rglob("*") if path.is_file()}

    def move(self, server: Server, bucket: str) -> bool:
        """Whether it was acknowledged."""
        try:
            answer = server.request("PATCH", "/vectors/indexes/notes", f'{{"bucket": "{bucket}"}}'.encode(),
                                    Content_Type="application/json")
        except CONNECTION_LOST:
            return False
        self.assertEqual((answer.status, answer.document["bucket"]), (200, bucket), answer.body)
        return True

    def settle(self, server: Server) -> None:
        """Until no move is on its way."""
        wait_until("moves have ended", lambda: all(
            job["state"] not in ("queued", "running") for job in server.get("/jobs?limit=100").document["items"]))

    def test_killed_at_every_step(self):
        kills, outcomes = 0, collections.Counter()
        for call, count in self.steps():
            killed, outcome = self.kill(call, count)
            kills += killed
            outcomes[outcome] += 1
        print(f"{kills} kills, outcomes {dict(outcomes)}", flush=True)
        self.assertGreaterEqual(kills, 10)
        self.assertIn("unacknowledged and done", outcomes)

    def steps(self) -> list[tuple[str, int]]:
        """Some of each kind of call that a move makes, from the first to the last."""
        with self.server() as server:
            killer = Killer(server, self.directory / "strace")
            self.assertTrue(self.move(server, OTHER[self.bucket(server)]))
            trace = killer.finish()
        made = collections.Counter(re.findall(rf"^(\d+) +({'|'.join(CALLS)})\(", trace, re.MULTILINE))
        steps = []
        for call in CALLS:
            most = max((n for (_, of), n in made.items() if of == call), default=0)
            steps += [(call, n) for n in sorted({1 + i * (most - 1) // (KILLS_OF_A_KIND - 1)
                                                 for i in range(KILLS_OF_A_KIND)}) if most]
        return steps

    def kill(self, call: str, count: int) -> tuple[bool, str]:
        with self.server() as server:
            before = self.bucket(server)
            killer = Killer(server, self.directory / "strace", call, count)
            acknowledged = self.move(server, OTHER[before])
            if not acknowledged:
                server.process.wait(timeout=60)
            killed = server.process.poll() == -signal.SIGKILL
            killer.finish()
            server.kill()
        with self.subTest(f"killed at {call} number {count}"):
            with self.server() as server:
                self.assertEqual(self.search(server), self.found)
                self.settle(server)
                after = self.bucket(server)
                self.assertIn(after, [OTHER[before]] if acknowledged else [before, OTHER[before]], server.log_text())
                self.assertEqual(self.search(server), self.found)
                promoted = server.get("/vectors/hnsw/promoted/notes").document["current"]["trial_id"]
                self.assertEqual(promoted, TRIAL["id"])
            # What waits for its grace goes with the next start at the latest.
            with self.server() as server:
                self.assertEqual(self.search(server), self.found)
                self.assertEqual(self.files(OTHER[after]), set())
                self.assertIn("_hnsw_promotions/notes.json", self.files(after))
            return killed, ("" if acknowledged else "un") + "acknowledged and " + (
                "as before" if after == before else "done")

    def test_searches_find_the_same_meanwhile(self):
        with self.server() as server:
            over, wrong, seen = threading.Event(), [], []

            def search() -> None:
                while not over.is_set():
                    found = self.search(server)
                    (seen if found == self.found else wrong).append(found)

            searches = [threading.Thread(target=search) for _ in range(2)]
            for one in searches:
                one.start()
            for _ in range(10):
                self.assertTrue(self.move(server, OTHER[self.bucket(server)]))
            over.set()
            for one in searches:
                one.join()
            print(f"{len(seen)} searches during 10 moves", flush=True)
            self.assertEqual(wrong, [])
            self.assertGreater(len(seen), 10)

    def test_command_line(self):
        with self.server() as server:
            def lake(*words: str):
                return run_lake("--url", server.url, *words)
            moved = lake("-o", "table", "index", "move", "notes", "archive")
            self.assertEqual(moved.returncode, 0, moved.stderr)
            self.assertIn("notes went from bucket primary to archive: ", moved.stdout.decode())
            again = lake("-o", "table", "index", "move", "notes", "archive")
            self.assertEqual((again.returncode, again.stdout), (0, b"notes is in bucket archive already\n"))
            self.assertEqual(lake("index", "move", "notes", "none").returncode, 6)
            self.assertEqual(lake("index", "move", "none", "archive").returncode, 3)
            job = lake("-o", "json", "index", "move", "notes", "primary", "--no-wait")
            self.assertEqual(job.returncode, 0, job.stderr)
            wait_until("it is there", lambda: self.bucket(server) == "primary")


if __name__ == "__main__":
    unittest.main()
