#!/usr/bin/env python3
"""Goal: with the agent enabled an index that grew gets trials and the better configuration without being asked, not
more than it may in an hour, and a server that was killed knows what was tried and promoted; a promotion that finds
less than its trial claimed is rolled back, once, with the agent or without. Method: the released binary, vectors of
hashes among which a small graph misses much, rows by HTTP and by the command line, kill -9."""

import json
import tempfile
import threading
import time
import unittest
from pathlib import Path

from lake_process import Server, run_lake, wait_until
from refresh_test import CountingOllama, Ollama

DOCUMENTS = 3_000
MOST_TRIALS = 3
AGENT = ("agent.enabled=true", f"agent.max_trials_per_hour={MOST_TRIALS}", "agent.cooldown_secs=0",
         "agent.wake_secs=86400", "agent.min_new_rows=500", "agent.min_recall=0.1")
POOR = {"ef_construction": 10, "ef_search": 10}


def notes(first: int, count: int) -> bytes:
    rows = "".join(f"N-{number},note {number} of many\n" for number in range(first, first + count))
    return ("id,note\n" + rows).encode()


class AgentTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-agent-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        CountingOllama.texts, CountingOllama.pause, CountingOllama.breaks_after = [], 0.0, 1 << 60
        self.ollama = Ollama(("127.0.0.1", 0), CountingOllama)
        self.addCleanup(self.ollama.server_close)
        threading.Thread(target=self.ollama.serve_forever, daemon=True).start()
        self.addCleanup(self.ollama.shutdown)

    def start(self, *settings: str) -> None:
        self.server = Server(self.directory / "data", settings=(
            f"models.ollama.url=http://127.0.0.1:{self.ollama.server_port}", "models.embedding=ollama/counting",
            *settings))
        self.addCleanup(self.server.kill)

    def make_index(self, config: dict) -> None:
        self.assertEqual(self.server.ingest("notes", notes(0, DOCUMENTS)).status, 200)
        self.refresh({"text_column": "note", "id_column": "id", "hnsw_config": config})

    def refresh(self, body: dict) -> None:
        answer = self.server.post("/vectors/refresh/notes", body)
        self.assertEqual(answer.status, 200, answer.body)

    def status(self) -> dict:
        return self.server.get("/vectors/agent/status").document

    def promoted(self) -> dict:
        return self.server.get("/vectors/hnsw/promoted/notes").document

    def trials(self) -> list[dict]:
        return self.server.get("/vectors/hnsw/trials/notes").document["items"]

    def runs(self, *states: str) -> list[dict]:
        """Of autotune, the newest first."""
        return [job for job in self.server.get("/jobs").document["items"]
                if job["kind"] == "autotune" and job["state"] in states]

    def decided(self, count: int) -> dict:
        """The newest of so many decisions."""
        return wait_until(f"{count} decisions", lambda: len(decisions := self.status()["decisions"]) >= count and
                          decisions[0])

    def lake(self, *words: str) -> str:
        done = run_lake("--url", self.server.url, *words)
        self.assertEqual(done.returncode, 0, (words, done.stderr))
        return done.stdout.decode()

    def test_an_index_that_grows_is_tuned(self):
        self.start(*AGENT)
        self.make_index(POOR)
        self.assertEqual((self.status()["enabled"], self.trials()), (True, []))
        # Rows by HTTP: what is in use is measured.
        self.assertEqual(self.server.ingest("notes", notes(10_000, 600)).status, 200)
        first = self.decided(1)
        self.assertEqual((first["action"], first["config"]), ("kept", POOR | {"seed": None}), first)
        # Rows by the command line: the next configuration.
        more = self.directory / "more.csv"
        more.write_bytes(notes(20_000, 600))
        self.lake("ingest", str(more), "--name", "notes")
        self.decided(2)
        self.assertIn("notes waits for a trial", self.lake("-o", "table", "tune", "enqueue", "notes"))
        self.decided(3)
        trials = self.trials()
        self.assertEqual([(trial["created_by"], trial["note"], trial["eval_set"]) for trial in trials],
                         [("agent", "agent", "notes")] * MOST_TRIALS)
        best = max(trials, key=lambda trial: trial["metrics"]["recall_at_k"])
        promoted = self.promoted()
        self.assertEqual((promoted["current"]["trial_id"], promoted["current"]["promoted_by"]), (best["id"], "agent"))
        self.assertRegex(promoted["current"]["note"], r"^autotune winner: recall=\d\.\d{3} p50=\d+us$")
        # The hour's budget is used up.
        self.lake("tune", "enqueue", "notes")
        wait_until("it is paused", lambda: self.status()["paused"])
        shown = self.lake("-o", "table", "tune", "agent")
        self.assertIn(f"paused: {MOST_TRIALS} trials in an hour", shown)
        self.assertIn("promoted", shown)
        self.server.kill()
        self.start(*AGENT)
        wait_until("it is paused again", lambda: self.status()["paused"])
        time.sleep(2)
        status = self.status()
        self.assertEqual(status["trials_last_hour"], MOST_TRIALS)
        self.assertEqual([queued["index_name"] for queued in status["queue"]], ["notes"])
        self.assertEqual(len(self.trials()), MOST_TRIALS)
        self.assertEqual(self.promoted()["current"], promoted["current"])

    def test_killed_while_it_tries(self):
        self.start(*AGENT)
        self.make_index(POOR)
        self.lake("tune", "enqueue", "notes")
        for _ in range(3):
            wait_until("something runs", lambda: self.status()["running"] or self.trials())
            self.server.kill()
            self.start(*AGENT)
        wait_until("it is tried", self.trials)
        wait_until("nothing runs", lambda: not self.status()["running"])
        time.sleep(2)
        self.assertEqual(len({trial["id"] for trial in self.trials()}), len(self.trials()))
        self.assertLessEqual(len(self.trials()), MOST_TRIALS)

    def test_a_model_searches_as_long_as_the_hour_has_trials(self):
        """A run is killed three times and goes on; what it made is neither made twice nor more than it may be."""
        settings = AGENT + ("agent.strategy=model", "agent.max_trials_per_hour=16")
        self.start(*settings)
        self.make_index({"ef_construction": 400, "ef_search": 200, "rerank": 200})
        self.lake("tune", "enqueue", "notes")
        for kills in range(3):
            wait_until("a run got on or ended", lambda: len(self.trials()) > kills or self.runs("succeeded"))
            self.server.kill()
            self.start(*settings)
        wait_until("all is decided", lambda: self.runs("succeeded") and not (status := self.status())["running"] and
                   (status["paused"] or not status["queue"]))
        trials, runs = self.trials(), self.runs("succeeded")
        self.assertEqual({(trial["created_by"], trial["note"], trial["eval_set"]) for trial in trials},
                         {("agent", "agent", "notes")})
        self.assertEqual(len({trial["id"] for trial in trials}), len(trials))
        self.assertLessEqual(len(trials), 16)
        # One, but for a server that was killed when its run had just ended.
        self.assertEqual(({run["actor"] for run in runs}, sum(run["result"]["trials_run"] for run in runs)),
                         ({"agent"}, len(trials)))
        promoted, winners = self.promoted()["current"], [run["result"]["winner"] for run in runs]
        self.assertEqual(promoted and (promoted["promoted_by"], promoted["trial_id"]),
                         next((("agent", winner["trial_id"]) for winner in winners if winner), None))

    def test_too_few_trials_for_a_model_are_refused(self):
        with self.assertRaises(AssertionError) as refused:
            self.start(*AGENT, "agent.strategy=model")
        self.assertIn("agent.max_trials_per_hour must be 6 or more", str(refused.exception))

    def test_a_wrong_promotion_is_rolled_back(self):
        self.start()
        self.make_index({})
        made = self.server.post("/vectors/hnsw/evals/judges/autogen", {"index_name": "notes", "count": 300})
        self.assertEqual(made.status, 200, made.body)
        right = self.promoted()
        claimed = {"id": "trial-1767323045000-0badf00d", "index_name": "notes", "eval_set": "judges",
                   "config": POOR | {"seed": 7}, "created_at": "2026-01-02T03:04:05Z", "note": None,
                   "metrics": {"build_time_secs": 1.0, "search_latency_p50_us": 1.0, "search_latency_p95_us": 2.0,
                               "search_latency_p99_us": 3.0, "recall_at_k": 1.0, "memory_bytes": 1, "vectors": 1,
                               "eval_queries": 1000, "brute_force_latency_us": 9.0}}
        journal = self.directory / "data" / "_hnsw_trials"
        journal.mkdir(exist_ok=True)
        (journal / "notes.jsonl").write_text(json.dumps(claimed) + "\n")
        promote = f"/vectors/hnsw/promote/notes/{claimed['id']}"
        self.assertEqual(self.server.post(promote, {"note": "looks perfect"}).status, 200)
        self.refresh({})
        wait_until("it is rolled back", lambda: not self.promoted()["current"])
        promoted = self.promoted()
        [gone] = promoted["rolled_back"]
        self.assertRegex(gone["note"], r"^rolled back: recall 0\.\d+ to 0\.\d+ by \d+ queries, 0\.99\d was promised; "
                                       r"looks perfect$")
        self.assertEqual((gone["trial_id"], promoted["canary"]["trial_id"], promoted["canary"]["eval_set"]),
                         (claimed["id"], claimed["id"], "judges"))
        self.assertEqual((promoted["history"], promoted["live"]), (right["history"], True))
        self.assertIn('"canary_measured"', self.server.log_text())
        # So it stays, also after a crash; who promotes it again has the last word.
        self.server.kill()
        self.start()
        self.assertEqual(self.promoted(), promoted)
        self.assertEqual(self.server.post(promote, {}).status, 200)
        wait_until("it is measured again", lambda: self.promoted()["canary"]["measured_at"] !=
                   promoted["canary"]["measured_at"])
        self.assertEqual(self.promoted()["current"]["trial_id"], claimed["id"])
        self.assertEqual(self.promoted()["rolled_back"], [gone])
        kinds = [job["kind"] for job in self.server.get("/jobs").document["items"] if job["state"] == "succeeded"]
        self.assertEqual(kinds.count("canary"), 2)


if __name__ == "__main__":
    unittest.main()
