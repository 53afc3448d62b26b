#!/usr/bin/env python3
"""Goal: `lake tune` shows trials as they come, the front and the winner, and scripts get one document; a wrong grid is a
wrong use; the server killed while it tunes goes on with what is not in the journal, and promotes once.
Method: the released binary, and an index of 3,000 notes."""

import json
import random
import tempfile
import time
import unittest
from pathlib import Path

from lake_process import Server, run_lake, wait_until

WORDS = ("nurse driver ledger forklift payroll surgery welding audit compiler kitchen harbour turbine lesson orchard "
         "ward invoice gearbox scaffold vaccine database").split()
NOTES = 3_000
TUNE = {"index_name": "notes", "harness": "auto", "min_recall": 0.1}


class TuneTest(unittest.TestCase):
    def setUp(self):
        chance = random.Random(5)
        directory = tempfile.TemporaryDirectory(prefix="lake-tune-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"
        self.start()
        notes = "".join(f'{i},"{" ".join(chance.choices(WORDS, k=4))}. {" ".join(chance.choices(WORDS, k=4))}."\n'
                        for i in range(NOTES))
        self.assertEqual(self.server.ingest("notes", ("id,note\n" + notes).encode()).status, 200)
        job = self.server.post("/vectors/index", {"index_name": "notes", "source": "notes", "text_column": "note",
                                                  "id_column": "id"}).document["id"]
        self.ended(job, 300)
        made = self.server.post("/vectors/hnsw/evals/auto/autogen", {"index_name": "notes", "count": 60})
        self.assertEqual(made.status, 200, made.body)

    def start(self):
        self.server = Server(self.data)
        self.addCleanup(self.server.kill)

    def ended(self, job: str, seconds: float = 120):
        state = wait_until("the job ends", lambda: (state := self.server.get(f"/jobs/{job}").document)["state"] not in
                           ("queued", "running") and state, seconds)
        self.assertEqual(state["state"], "succeeded", state)
        return state["result"]

    def tune(self, *words: str):
        return run_lake("--url", self.server.url, "tune", "notes", "--eval", "auto", *words)

    def trials(self) -> list[dict]:
        return self.server.get("/vectors/hnsw/trials/notes").document["items"]

    def test_as_people_and_scripts_see_it(self):
        shown = self.tune("--grid", "20:10:1,20:100:1", "40:30", "--min-recall", "0.1", "--output", "table")
        text = shown.stdout.decode()
        self.assertEqual(shown.returncode, 0, shown.stderr)
        lines = [line for line in text.splitlines() if line.startswith("  ef_construction")]
        self.assertEqual(len(lines), 3, text)
        self.assertIn("ef_search 100", lines[1])
        [winner] = [line.split()[1] for line in text.splitlines() if line.startswith("winner: ")]
        self.assertIn("is promoted", text)
        self.assertEqual(sum(line.count("W") for line in text.splitlines() if "|" in line), 1, text)
        self.assertEqual(self.server.get("/vectors/hnsw/promoted/notes").document["current"]["trial_id"], winner)
        whole = self.tune("--grid", "20:10", "--min-recall", "0", "--output", "json")
        self.assertEqual(json.loads(whole.stdout)["trials_run"], 1)

    def test_wrong_use(self):
        for grid, words in (("80", "80"), ("80:30:1:2", "80:30:1:2"), ("80:x", "80:x"), ("80:", "80:")):
            with self.subTest(grid=grid):
                refused = self.tune("--grid", grid)
                self.assertEqual((refused.returncode, refused.stdout), (2, b""), refused.stderr)
                self.assertIn(f"'{words}' is no configuration", refused.stderr.decode())
        self.assertEqual(run_lake("--url", self.server.url, "tune", "none", "--eval", "auto").returncode, 3)
        self.assertEqual(self.trials(), [])

    def test_killed_while_it_tunes(self):
        grid = [{"ef_construction": 20 + 10 * i, "ef_search": 30, "seed": 1} for i in range(12)]
        job = self.server.request("POST", "/vectors/hnsw/autotune", json.dumps(TUNE | {"grid": grid}).encode(),
                                  Content_Type="application/json", Prefer="respond-async").document["id"]
        second = self.server.post("/vectors/hnsw/autotune", TUNE)
        self.assertEqual((second.status, second.code), (409, "autotune_running"))
        kills = 0
        for _ in range(3):
            seen = len(self.trials())
            if seen == len(grid):
                break
            wait_until("another trial is done", lambda: len(self.trials()) > seen)
            before = {trial["id"] for trial in self.trials()}
            time.sleep(0.02)
            self.server.kill()
            kills += 1
            self.start()
            self.assertLessEqual(before, {trial["id"] for trial in self.trials()})
        result = self.ended(job)
        print(f"{kills} kills", flush=True)
        self.assertEqual((result["trials_run"], result["failed"]), (len(grid), []))
        ids = [trial["id"] for trial in self.trials()]
        self.assertEqual((len(ids), len(set(ids))), (len(grid), len(grid)))
        promoted = self.server.get("/vectors/hnsw/promoted/notes").document
        self.assertEqual((promoted["current"]["trial_id"], promoted["history"]), (result["winner"]["trial_id"], []))
        self.assertEqual(self.server.post("/vectors/hnsw/autotune", TUNE | {"grid": grid[:1]}).status, 200)


if __name__ == "__main__":
    unittest.main()
