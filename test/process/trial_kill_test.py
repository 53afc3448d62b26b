#!/usr/bin/env python3
"""Goal: a trial that was answered is in the journal, whenever the server is killed, and a trial that was on its way
is measured once. Method: trials one after another while the server is killed at random moments and started again on
the same directory; afterwards the journal must hold every answered trial, each id once, and nothing damaged.
LAKE_SEED repeats a run, LAKE_TRIAL_KILLS sets how many kills (default 6)."""

import json
import os
import random
import tempfile
import threading
import time
import unittest
from pathlib import Path

from lake_process import CONNECTION_LOST, Server, wait_until

KILLS = int(os.environ.get("LAKE_TRIAL_KILLS", "6"))
DOCUMENTS = 1500
WORDS = "nurse driver ledger forklift payroll surgery welding audit compiler kitchen harbour turbine lesson".split()


def notes_csv(seed: int) -> bytes:
    chance = random.Random(seed)
    lines = ["id,note"]
    for number in range(DOCUMENTS):
        sentences = (" ".join(chance.choice(WORDS) for _ in range(6)).capitalize() + "." for _ in range(2))
        lines.append(f"{number}," + " ".join(sentences))
    return ("\n".join(lines) + "\n").encode()


class TrialKillTest(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("LAKE_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
        print(f"LAKE_SEED={seed}", flush=True)
        self.chance = random.Random(seed)
        directory = tempfile.TemporaryDirectory(prefix="lake-trial-kill-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"
        self.answered: list[dict] = []

    def prepare(self, server: Server) -> None:
        self.assertEqual(server.ingest("notes", notes_csv(7)).status, 200)
        made = server.post("/vectors/index", {"index_name": "notes", "source": "notes", "text_column": "note",
                                              "id_column": "id"})
        self.assertEqual(made.status, 202, made.body)
        job = f"/jobs/{made.document['id']}"
        wait_until("the index is built", lambda: server.get(job).document["state"] == "succeeded", 300)
        made = server.post("/vectors/hnsw/evals/check/autogen", {"index_name": "notes", "count": 50})
        self.assertEqual(made.status, 200, made.body)
        self.assertEqual(made.document["query_count"], 50)

    def ask_until_killed(self, server: Server) -> None:
        try:
            while True:
                config = {"ef_construction": self.chance.randrange(10, 200), "ef_search": 20}
                answer = server.post("/vectors/hnsw/trial", {"index_name": "notes", "harness": "check",
                                                             "config": config})
                if answer.status == 200:
                    self.answered.append(answer.document)
        except (*CONNECTION_LOST, json.JSONDecodeError):
            return

    def journal(self, server: Server) -> list[dict]:
        page = server.get("/vectors/hnsw/trials/notes?limit=1000").document
        self.assertEqual(page["skipped_lines"], 0)
        self.assertIsNone(page["next_page_token"])
        return page["items"]

    def test_answered_trials_survive(self):
        with Server(self.data) as server:
            self.prepare(server)
        for _ in range(KILLS):
            with Server(self.data) as server:
                client = threading.Thread(target=self.ask_until_killed, args=(server,))
                client.start()
                if not self.answered:
                    wait_until("a trial is answered", lambda: self.answered, 120)
                time.sleep(self.chance.uniform(0.05, 2))
                server.kill()
                client.join()
        with Server(self.data) as server:
            wait_until("jobs of earlier lives end", lambda: all(
                job["state"] not in ("queued", "running") for job in server.get("/jobs?limit=1000").document["items"]))
            trials = self.journal(server)
            self.assertGreater(len(self.answered), 0)
            by_id = {trial["id"]: trial for trial in trials}
            self.assertEqual(len(by_id), len(trials))
            for trial in self.answered:
                self.assertEqual(by_id[trial["id"]], trial)
            compacted = server.post("/vectors/hnsw/trials/notes/compact", {}).document
            self.assertEqual(compacted["trials"], len(trials))
            self.assertEqual(self.journal(server), trials)
        print(f"{KILLS} kills, {len(self.answered)} trials answered, {len(trials)} in the journal", flush=True)


if __name__ == "__main__":
    unittest.main()
