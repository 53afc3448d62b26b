#!/usr/bin/env python3
"""Goal: an index that was killed while it was built is that of an uninterrupted build: every chunk once, with its
vector. Method: one build without a kill; then the server is killed at random moments of the same build and started
again on the same directory until it has been killed often enough, and the files of both are compared byte by byte,
the texts row by row. LAKE_SEED repeats a run, LAKE_INDEX_KILLS sets how many kills (default 6)."""

import os
import random
import sqlite3
import tempfile
import time
import unittest
from pathlib import Path

from lake_process import CONNECTION_LOST, Server, wait_until

KILLS = int(os.environ.get("LAKE_INDEX_KILLS", "6"))
# A part is about 1,024 chunks; these are five.
DOCUMENTS = 4200
WORDS = ("nurse driver ledger forklift payroll surgery welding audit compiler kitchen harbour turbine lesson orchard "
         "ward invoice gearbox scaffold vaccine database").split()


def notes_csv(seed: int) -> bytes:
    chance = random.Random(seed)
    lines = ["id,note"]
    for number in range(DOCUMENTS):
        lines.append(f"{number}," + " ".join(chance.choice(WORDS) for _ in range(chance.randrange(2, 6))))
    return ("\n".join(lines) + "\n").encode()


class Contents:
    """What an index holds, read from the files of its live generation."""

    def __init__(self, data: Path, generation: str):
        folder = data / "vectors" / generation
        self.segment = (folder / "segment.ann").read_bytes()
        with sqlite3.connect(f"file:{folder}/chunks.sqlite?mode=ro&immutable=1", uri=True) as database:
            self.chunks = database.execute("SELECT row, doc_id, number, start, \"end\", text FROM chunk").fetchall()


class IndexKillTest(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("LAKE_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
        print(f"LAKE_SEED={seed}", flush=True)
        self.chance = random.Random(seed)
        directory = tempfile.TemporaryDirectory(prefix="lake-index-kill-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"

    def create(self, server: Server, name: str) -> str:
        answer = server.post("/vectors/index", {"index_name": name, "source": "notes", "text_column": "note",
                                                "id_column": "id"})
        self.assertEqual(answer.status, 202, answer.body)
        return answer.document["id"]

    def ended(self, server: Server, job: str):
        answer = server.get(f"/jobs/{job}")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.document if answer.document["state"] not in ("queued", "running") else None

    def contents(self, server: Server, name: str) -> Contents:
        index = server.get(f"/vectors/indexes/{name}").document
        self.assertEqual(index["state"], "ready")
        return Contents(self.data, index["generation"])

    def test_killed_builds_give_the_same_index(self):
        with Server(self.data) as server:
            self.assertEqual(server.ingest("notes", notes_csv(7)).status, 200)
            began = time.monotonic()
            job = self.create(server, "whole")
            state = wait_until("the build ends", lambda: self.ended(server, job), 300)
            self.assertEqual(state["state"], "succeeded", state)
            took = time.monotonic() - began
            whole = self.contents(server, "whole")
        self.assertEqual(len(whole.chunks), DOCUMENTS)

        kills, round_number = 0, 0
        while kills < KILLS:
            round_number += 1
            kills += self.kill_one_build(f"killed-{round_number}", took, KILLS - kills)
            with Server(self.data) as server:
                got = self.contents(server, f"killed-{round_number}")
                self.assertEqual(got.chunks, whole.chunks)
                self.assertEqual(got.segment, whole.segment)
                self.assertEqual(server.request("DELETE", f"/vectors/indexes/killed-{round_number}").status, 204)
                self.assertEqual(sorted(os.listdir(self.data / "vectors")),
                                 [server.get("/vectors/indexes/whole").document["generation"]])
        print(f"{kills} kills over {round_number} builds, {len(whole.chunks)} chunks equal", flush=True)

    def kill_one_build(self, name: str, took: float, most: int) -> int:
        """Builds one index over as many lives of the server as it takes; how often it was killed."""
        job, kills = None, 0
        while True:
            with Server(self.data) as server:
                if job is None:
                    job = self.create(server, name)
                # Short lives get nowhere, so about every second one makes a part.
                deadline = time.monotonic() + self.chance.uniform(0.05, took / 2.5)
                try:
                    while kills == most or time.monotonic() < deadline:
                        if state := self.ended(server, job):
                            self.assertEqual(state["state"], "succeeded", state)
                            return kills
                        time.sleep(0.02)
                except CONNECTION_LOST as lost:
                    raise AssertionError(f"the server died by itself: {lost}\n{server.log_text()}") from lost
                server.kill()
                kills += 1


if __name__ == "__main__":
    unittest.main()
