#!/usr/bin/env python3
"""Goal: a profile that is activated has its bucket, its models and its indexes ready, as people and scripts see it; after
a restart none is active and nothing is lost; and a server that is killed while it activates leaves nothing half-made.
Method: the released binary, a model server that remembers what it holds, an index of 3,000 notes; kill -9 at random
moments of activations that build graphs. LAKE_SEED repeats a run, LAKE_PROFILE_KILLS sets how many kills (default 6)."""

import json
import os
import random
import tempfile
import threading
import time
import unittest
from pathlib import Path

from lake_process import Server, run_lake, wait_until
from refresh_test import CountingOllama, Ollama

KILLS = int(os.environ.get("LAKE_PROFILE_KILLS", "6"))
NOTES = 3_000
WORDS = "nurse driver ledger forklift payroll surgery welding audit compiler kitchen harbour turbine lesson".split()
WRITERS = ("day-writer", "night-writer")


class HoldingOllama(CountingOllama):
    """The same, and as much of Ollama as the coming and going of models needs."""

    loaded: set[str] = set()
    said: list[str] = []

    def do_GET(self):
        if self.path == "/api/ps":
            self.answer({"models": [{"name": f"{name}:latest", "size": 1} for name in sorted(self.loaded)]})
            return
        names = ("counting", *WRITERS)
        self.answer({"models": [{"name": f"{name}:latest", "digest": str(i) * 64, "size": 1,
                                 "details": {"family": "bert" if i == 0 else "llama"}} for i, name in enumerate(names)]})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["model"].removesuffix(":latest")
        if self.path == "/api/show":
            kind = ("completion", "llama") if name in WRITERS else ("embedding", "bert")
            self.answer({"capabilities": [kind[0]], "model_info": {"general.architecture": kind[1],
                                                                   f"{kind[1]}.context_length": 512}})
            return
        leaves = asked.get("keep_alive") == 0
        if self.path == "/api/generate" or not asked["input"]:
            self.said.append(("unload " if leaves else "load ") + name)
        (self.loaded.discard if leaves else self.loaded.add)(name)
        texts = asked.get("input", [])
        self.texts.extend(texts)
        time.sleep(self.pause)
        self.answer({"embeddings": [self.vector(text) for text in texts], "prompt_eval_count": 1, "done": True})


class ProfileTest(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("LAKE_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
        print(f"LAKE_SEED={seed}", flush=True)
        self.chance = random.Random(seed)
        directory = tempfile.TemporaryDirectory(prefix="lake-profile-")
        self.addCleanup(directory.cleanup)
        self.data, self.buckets = Path(directory.name) / "data", Path(directory.name) / "profiles"
        CountingOllama.texts, CountingOllama.pause, HoldingOllama.loaded, HoldingOllama.said = [], 0.0, set(), []
        self.ollama = Ollama(("127.0.0.1", 0), HoldingOllama)
        self.addCleanup(self.ollama.server_close)
        threading.Thread(target=self.ollama.serve_forever, daemon=True).start()
        self.addCleanup(self.ollama.shutdown)
        self.start()
        notes = "".join(f"{i},{' '.join(self.chance.choices(WORDS, k=8))}\n" for i in range(NOTES))
        self.assertEqual(self.server.ingest("notes", ("id,note\n" + notes).encode()).status, 200)
        self.build("notes", "primary")

    def start(self):
        self.server = Server(self.data, settings=(f"models.ollama.url=http://127.0.0.1:{self.ollama.server_port}",
                                                  "models.embedding=ollama/counting",
                                                  f"storage.profile_root={self.buckets}"))
        self.addCleanup(self.server.kill)

    def restart(self):
        self.server.kill()
        self.start()

    def ask(self, path: str, document, status: int = 200):
        answer = self.server.post(path, document)
        self.assertEqual(answer.status, status, answer.body)
        return answer.document

    def ended(self, job: str):
        return wait_until("the job ends", lambda: (state := self.server.get(f"/jobs/{job}").document)["state"] not in
                          ("queued", "running") and state)

    def build(self, name: str, bucket: str) -> None:
        job = self.ask("/vectors/index", {"index_name": name, "source": "notes", "text_column": "note", "id_column": "id",
                                          "bucket": bucket}, 202)["id"]
        self.assertEqual(self.ended(job)["state"], "succeeded")

    def profile(self, name: str, writer: str, **more) -> None:
        self.ask("/catalog/profiles", {"id": name, "ollama_name": writer, "bound_datasets": ["notes"]} | more, 201)

    def search(self, profile: str) -> dict:
        wanted = {"index_name": "notes", "query": "nurse surgery", "k": 5, "ef_search": 50}
        return self.ask(f"/vectors/profile/{profile}/search", wanted)

    def active(self):
        return self.server.get("/vectors/profile/active").document["active"]

    def test_over_a_restart(self):
        self.profile("day", WRITERS[0], bucket="day-files")
        self.profile("night", f"{WRITERS[1]}:latest", hnsw_config={"ef_construction": 40, "ef_search": 50, "seed": 7})
        self.assertFalse((self.buckets / "day-files").exists())
        self.assertEqual((self.search("day")["warm"], self.search("day")["exact"]), (False, True))
        HoldingOllama.said = []
        done = self.ask("/vectors/profile/day/activate", {})
        self.assertEqual((done["failures"], done["bucket_created"]), ([], True))
        self.assertEqual(HoldingOllama.said, [f"load {WRITERS[0]}", "load counting"])
        self.assertTrue((self.buckets / "day-files").is_dir())
        self.assertEqual((self.search("day")["warm"], self.search("day")["exact"]), (True, False))
        self.build("filed", "day-files")
        HoldingOllama.said = []
        done = self.ask("/vectors/profile/night/activate", {})
        self.assertEqual((done["previous"], done["unloaded"]), ("day", [f"ollama/{WRITERS[0]}"]))
        self.assertEqual(HoldingOllama.said, [f"unload {WRITERS[0]}", f"load {WRITERS[1]}", "load counting"])
        self.assertEqual([(one["index_name"], one["rebuilt"]) for one in done["warmed"]], [("filed", True), ("notes", True)])
        def warmed() -> list[str]:
            return [line for line in self.server.log_text().splitlines() if "warming_index" in line and '"night"' in line]
        # Lines are written a little after what they tell of.
        wait_until("both indexes are told of", lambda: len(warmed()) == 2, 10)
        lines = warmed()
        for line in lines:
            self.assertIn("building HNSW ef_construction=40 ef_search=50 seed=7", line)
        self.assertEqual((self.active()["profile_id"], self.active()["warm_indexes"]), ("night", ["filed", "notes"]))
        self.assertEqual((self.search("day")["warm"], self.search("night")["warm"]), (False, True))
        self.restart()
        self.assertIsNone(self.active())
        self.assertEqual((self.search("night")["warm"], self.search("night")["exact"]), (False, True))
        found = self.ask("/vectors/search", {"index_name": "filed", "query": "nurse", "k": 3})
        self.assertEqual(len(found["hits"]), 3)
        self.assertEqual(self.ask("/vectors/profile/night/activate", {})["warmed"][1]["rebuilt"], False)

    def lake(self, *words: str, code: int = 0) -> str:
        done = run_lake("--url", self.server.url, *words)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return (done.stdout if code == 0 else done.stderr).decode()

    def test_as_people_and_scripts_see_it(self):
        self.assertIn("made day", self.lake("profile", "create", "day", "--model", WRITERS[0], "--dataset", "notes",
                                            "--ef-construction", "40", "--bucket", "day-files", "-o", "table"))
        self.assertIn("views", self.lake("profile", "create", "x", "--model", "x", "--dataset", "nots", code=1))
        self.assertEqual(json.loads(self.lake("profile", "ls", "-o", "json"))[0]["bound_datasets"], ["notes"])
        self.assertIn("day-files", self.lake("profile", "show", "day", "-o", "table"))
        self.assertIn("no profile is active", self.lake("profile", "active", "-o", "table"))
        text = self.lake("profile", "activate", "day", "-o", "table")
        self.assertIn(f"ollama/{WRITERS[0]} is loaded", text)
        self.assertIn("day is active after", text)
        self.assertIn("notes", text)
        self.assertEqual(json.loads(self.lake("profile", "active", "-o", "json"))["active"]["profile_id"], "day")
        self.assertIn("doc_id", self.lake("profile", "search", "day", "notes", "nurse surgery", "-k", "3", "-o", "table"))
        self.assertEqual(json.loads(self.lake("profile", "search", "day", "notes", "nurse", "-o", "json"))["warm"], True)
        self.lake("profile", "drop", "day", code=5)
        self.assertIn("not active any more", self.lake("profile", "deactivate", "day", "-o", "table"))
        self.assertEqual(HoldingOllama.loaded, {"counting"})
        self.assertIn("dropped day", self.lake("profile", "drop", "day"))
        self.lake("profile", "activate", "day", code=3)

    def test_killed_while_it_activates(self):
        outcomes = []
        for kill in range(KILLS):
            self.profile(f"p{kill}", WRITERS[kill % 2], bucket=f"files-{kill}",
                         hnsw_config={"ef_construction": 100, "ef_search": 30, "seed": kill + 1})
            CountingOllama.pause = self.chance.choice((0.0, 0.05))
            job = self.server.request("POST", f"/vectors/profile/p{kill}/activate", b"{}", Content_Type="application/json",
                                      Prefer="respond-async").document["id"]
            time.sleep(self.chance.uniform(0, 1.5))
            CountingOllama.pause = 0.0
            self.restart()
            ended = self.ended(job)
            outcomes.append(ended["state"])
            if ended["state"] == "failed":
                self.assertEqual(ended["error"]["code"], "server_restarted")
            self.assertIsNone(self.active())
            index = self.server.get("/vectors/indexes/notes").document
            self.assertEqual(index["state"], "ready")
            named = {path.name for path in (self.data / "vectors").iterdir()}
            self.assertIn(index["generation"], named)
            self.assertLessEqual(len(named), 3, "the live generation and two that are kept")
            self.assertEqual(len(self.search(f"p{kill}")["hits"]), 5)
        print(f"{KILLS} kills: {outcomes}", flush=True)
        for last in range(KILLS):
            done = self.ask(f"/vectors/profile/p{last}/activate", {})
            self.assertEqual(done["failures"], [])
            self.assertEqual(self.search(f"p{last}")["warm"], True)
            self.assertTrue((self.buckets / f"files-{last}").is_dir())


if __name__ == "__main__":
    unittest.main()
