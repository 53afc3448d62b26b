#!/usr/bin/env python3
"""Goal: `lake tune` shows trials as they come, the front and the winner, and scripts get one document; a wrong grid is a
wrong use; the server killed while it tunes goes on with what is not in the journal, and promotes once.
Method: the released binary, and an index of 3,000 notes."""

import collections
import itertools
import json
import random
import shutil
import tempfile
import time
import unittest
from html.parser import HTMLParser
from pathlib import Path

from lake_process import Server, run_lake, wait_until

WORDS = ("nurse driver ledger forklift payroll surgery welding audit compiler kitchen harbour turbine lesson orchard "
         "ward invoice gearbox scaffold vaccine database").split()
NOTES = 3_000
TUNE = {"index_name": "notes", "harness": "auto", "min_recall": 0.1}


def measured(number: int, construction: int, search: int, seed: int) -> dict:
    return {"id": f"trial-1767323045000-{number:08x}", "index_name": "notes", "eval_set": "e",
            "config": {"ef_construction": construction, "ef_search": search, "seed": seed},
            "metrics": {"build_time_secs": 1.0, "search_latency_p50_us": construction + seed / 100,
                        "search_latency_p95_us": 99.0, "search_latency_p99_us": 99.0,
                        "recall_at_k": (0.8 if search == 10 else 0.95) + seed / 10_000, "memory_bytes": 1,
                        "vectors": 1, "eval_queries": 1, "brute_force_latency_us": 9.0},
            "created_at": f"2026-01-02T03:04:{number:02d}Z", "note": None}


class Page(HTMLParser):
    """Elements of a page: how many of each, and the texts in them."""

    def __init__(self, text: str):
        super().__init__()
        self.count, self._texts, self._open = collections.Counter(), collections.defaultdict(list), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.count[tag] += 1
        self._open.append(tag)
        self._texts[tag].append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if self._open:
            self._texts[self._open[-1]][-1] += data

    def texts(self, tag: str) -> list[str]:
        return self._texts[tag]


def build_notes(data: Path) -> None:
    """A data directory with the notes, their index and the queries."""
    chance = random.Random(5)
    notes = "".join(f'{i},"{" ".join(chance.choices(WORDS, k=4))}. {" ".join(chance.choices(WORDS, k=4))}."\n'
                    for i in range(NOTES))
    with Server(data) as server:
        assert server.ingest("notes", ("id,note\n" + notes).encode()).status == 200
        ended(server, server.post("/vectors/index", {"index_name": "notes", "source": "notes", "text_column": "note",
                                                     "id_column": "id"}).document["id"], 300)
        made = server.post("/vectors/hnsw/evals/auto/autogen", {"index_name": "notes", "count": 60})
        assert made.status == 200, made.body


def ended(server: Server, job: str, seconds: float):
    state = wait_until("the job ends", lambda: (state := server.get(f"/jobs/{job}").document)["state"] not in
                       ("queued", "running") and state, seconds)
    assert state["state"] == "succeeded", state
    return state["result"]


class TuneTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="lake-tune-")
        cls.addClassCleanup(directory.cleanup)
        cls.built = Path(directory.name) / "data"
        build_notes(cls.built)

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-tune-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"
        shutil.copytree(self.built, self.data)
        self.start()

    def start(self):
        self.server = Server(self.data)
        self.addCleanup(self.server.kill)

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

    def test_report(self):
        empty = run_lake("--url", self.server.url, "tune", "report", "notes", "--out", "-")
        self.assertEqual(empty.returncode, 0, empty.stderr)
        self.assertIn(b"No trial was made yet.", empty.stdout)
        # What is found depends on ef_search alone, how quickly on ef_construction alone.
        trials = [measured(i, construction, search, seed) for i, (construction, search, seed) in enumerate(
            itertools.product((20, 80), (10, 100), (1, 2)))]
        journal = self.data / "_hnsw_trials"
        journal.mkdir()
        (journal / "notes.jsonl").write_text("".join(json.dumps(one) + "\n" for one in trials))
        promoted = self.server.post(f"/vectors/hnsw/promote/notes/{trials[3]['id']}?note=%3Cscript%3Ealert(1)%3C/script%3E", {})
        self.assertEqual(promoted.status, 200, promoted.body)
        file = self.data.parent / "report.html"
        written = run_lake("--url", self.server.url, "tune", "report", "notes", "--out", str(file))
        self.assertEqual((written.returncode, written.stdout.decode()), (0, f"{file}: 8 trials\n"), written.stderr)
        text = file.read_text(encoding="utf-8")
        page = Page(text)
        for one in trials:
            self.assertEqual(sum(one["id"] in title for title in page.texts("title")), 1, "a point for each trial")
            self.assertIn(one["id"], page.texts("td"))
        self.assertEqual(page.count["circle"], 8)
        self.assertEqual((text.count('<g class="best"'), text.count('<g class="best promoted"')), (1, 1),
                         "two of them find more than any that is as quick")
        cells = page.texts("td")
        shares = {name: [cell.strip() for cell in cells[cells.index(name) + 2:][:2]]
                  for name in ("ef_construction", "ef_search", "seed")}
        self.assertEqual(shares["ef_search"], ["100 %", "0 %"])
        self.assertEqual(shares["ef_construction"], ["0 %", "100 %"])
        self.assertEqual(shares["seed"], ["0 %", "0 %"])
        self.assertEqual(set(page.count) & {"script", "link", "img", "iframe"}, set(), "it needs nothing else")
        self.assertIn("<script>alert(1)</script>", " ".join(page.texts("p")))
        missing = run_lake("--url", self.server.url, "tune", "report", "none", "--out", str(file))
        self.assertEqual(missing.returncode, 3)
        nowhere = run_lake("--url", self.server.url, "tune", "report", "notes", "--out", str(self.data / "none" / "x"))
        self.assertEqual(nowhere.returncode, 1)
        self.assertEqual(run_lake("--url", self.server.url, "tune", "notes").returncode, 2)

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
        result = ended(self.server, job, 120)
        print(f"{kills} kills", flush=True)
        self.assertEqual((result["trials_run"], result["failed"]), (len(grid), []))
        ids = [trial["id"] for trial in self.trials()]
        self.assertEqual((len(ids), len(set(ids))), (len(grid), len(grid)))
        promoted = self.server.get("/vectors/hnsw/promoted/notes").document
        self.assertEqual((promoted["current"]["trial_id"], promoted["history"]), (result["winner"]["trial_id"], []))
        self.assertEqual(self.server.post("/vectors/hnsw/autotune", TUNE | {"grid": grid[:1]}).status, 200)


if __name__ == "__main__":
    unittest.main()
