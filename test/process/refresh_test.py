#!/usr/bin/env python3
"""Goal: a refresh embeds exactly the chunks of the rows that changed, as the provider counts them, also when the server
is killed in between; the rest is what it was. Method: 20,000 rows of which 1,000 change, a model server that remembers
what it was asked, and an index of the changed rows from scratch to compare with. LAKE_SEED repeats a run."""

import hashlib
import http.server
import json
import os
import random
import sqlite3
import struct
import tempfile
import threading
import time
import unittest
from pathlib import Path

from lake_process import Server, wait_until

CHANGED, DIMENSIONS = 1_000, 16
WORDS = ("nurse driver ledger forklift payroll surgery welding audit compiler kitchen harbour turbine lesson orchard "
         "ward invoice gearbox scaffold vaccine database").split()


class CountingOllama(http.server.BaseHTTPRequestHandler):
    """As much of Ollama as an embedding needs. A text's vector is made of its hash."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    texts: list[str] = []
    pause = 0.0  # Seconds that an embedding takes.
    breaks_after = 1 << 60  # Texts that it embeds before it answers errors.

    def do_GET(self):
        self.answer({"models": [{"name": "counting:latest", "digest": "c" * 64, "size": 1, "details": {"family": "bert"}}]})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/show":
            self.answer({"capabilities": ["embedding"],
                         "model_info": {"general.architecture": "bert", "bert.context_length": 512}})
            return
        if len(self.texts) >= self.breaks_after:
            self.answer({"error": "the model is broken"}, 400)
            return
        self.texts.extend(asked["input"])
        time.sleep(self.pause)
        self.answer({"embeddings": [self.vector(text) for text in asked["input"]], "prompt_eval_count": 1})

    @staticmethod
    def vector(text: str) -> list[float]:
        numbers = struct.unpack(f"{DIMENSIONS}h", hashlib.sha256(text.encode()).digest()[:2 * DIMENSIONS])
        length = sum(n * n for n in numbers) ** 0.5
        return [n / length for n in numbers]

    def answer(self, document, status: int = 200) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


class Ollama(http.server.ThreadingHTTPServer):
    def handle_error(self, *_) -> None:
        """A killed server breaks off."""


class RefreshTest(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("LAKE_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
        print(f"LAKE_SEED={seed}", flush=True)
        self.chance = random.Random(seed)
        directory = tempfile.TemporaryDirectory(prefix="lake-refresh-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"
        CountingOllama.texts, CountingOllama.pause, CountingOllama.breaks_after = [], 0.0, 1 << 60
        self.ollama = Ollama(("127.0.0.1", 0), CountingOllama)
        self.addCleanup(self.ollama.server_close)
        threading.Thread(target=self.ollama.serve_forever, daemon=True).start()
        self.addCleanup(self.ollama.shutdown)

    def make_notes(self, rows: int) -> None:
        self.notes = {f"N-{number}": self.note() for number in range(rows)}

    def note(self) -> str:
        return " ".join(self.chance.choice(WORDS) for _ in range(self.chance.randrange(6, 16)))

    def csv(self) -> bytes:
        return ("id,note\n" + "".join(f"{name},{note}\n" for name, note in self.notes.items())).encode()

    def server(self) -> Server:
        return Server(self.data, settings=(f"models.ollama.url=http://127.0.0.1:{self.ollama.server_port}",
                                           "models.embedding=ollama/counting"))

    def finished(self, server: Server, job: str):
        """Its result, once it has one."""
        state = server.get(f"/jobs/{job}").document
        if state["state"] in ("queued", "running"):
            return None
        self.assertEqual(state["state"], "succeeded", state)
        return state["result"]

    def create(self, server: Server, name: str) -> dict:
        answer = server.post("/vectors/index", {"index_name": name, "source": "notes", "text_column": "note",
                                                "id_column": "id", "chunk": {"size": 10, "overlap": 0}})
        self.assertEqual(answer.status, 202, answer.body)
        return wait_until("the build ends", lambda: self.finished(server, answer.document["id"]), 300)

    def change(self) -> set[str]:
        """Names of the rows that have another text now."""
        names = set(self.chance.sample(sorted(self.notes), CHANGED))
        for name in names:
            before = self.notes[name]
            while self.notes[name] == before:
                self.notes[name] = self.note()
        return names

    def chunks(self, server: Server, name: str) -> list[tuple]:
        generation = server.get(f"/vectors/indexes/{name}").document["generation"]
        path = self.data / "vectors" / generation / "chunks.sqlite"
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
            return database.execute("SELECT doc_id, number, text FROM chunk ORDER BY row").fetchall()

    def test_only_what_changed_is_embedded(self):
        rows = 20_000
        self.make_notes(rows)
        with self.server() as server:
            self.assertEqual(server.ingest("notes", self.csv()).status, 200)
            self.create(server, "notes")
            changed = self.change()
            self.assertEqual(server.request("POST", "/ingest/file?name=notes&mode=replace", self.csv(),
                                            Content_Type="text/csv").status, 200)
            CountingOllama.texts.clear()
            answer = server.post("/vectors/refresh/notes", {})
            self.assertEqual(answer.status, 200, answer.body)
            [index] = answer.document["indexes"]
            got = self.chunks(server, "notes")
            wanted = sorted(text for name, _, text in got if name in changed)
            self.assertEqual(sorted(CountingOllama.texts), wanted)
            self.assertEqual((index["unchanged"], index["embedded"], index["embedded_chunks"], index["removed"]),
                             (rows - CHANGED, CHANGED, len(wanted), 0))
            print(f"{CHANGED} of {rows} rows changed: {len(wanted)} of {len(got)} chunks embedded, recall {index['recall']}",
                  flush=True)
            self.create(server, "anew")
            self.assertEqual(got, self.chunks(server, "anew"))

    def test_killed_in_between(self):
        self.make_notes(4_000)
        with self.server() as server:
            self.assertEqual(server.ingest("notes", self.csv()).status, 200)
            self.create(server, "notes")
        self.change()
        job, kills, CountingOllama.pause = None, 0, 0.1
        while True:
            with self.server() as server:
                if job is None:
                    self.assertEqual(server.request("POST", "/ingest/file?name=notes&mode=replace", self.csv(),
                                                    Content_Type="text/csv").status, 200)
                    job = server.request("POST", "/vectors/refresh/notes", b"{}", Content_Type="application/json",
                                         Prefer="respond-async").document["id"]
                if kills == 3:
                    result = wait_until("the refresh ends", lambda: self.finished(server, job), 300)
                    break
                time.sleep(self.chance.uniform(0.05, 1.5))
                if server.get(f"/jobs/{job}").document["state"] == "succeeded":
                    result = self.finished(server, job)
                    break
                kills += 1
        print(f"{kills} kills", flush=True)
        CountingOllama.pause = 0.0
        with self.server() as server:
            self.assertEqual(result["indexes"][0]["embedded"], CHANGED)
            got = self.chunks(server, "notes")
            generation = server.get("/vectors/indexes/notes").document["generation"]
            self.assertEqual(os.listdir(self.data / "vectors"), [generation])
            self.create(server, "anew")
            self.assertEqual(got, self.chunks(server, "anew"))

    def test_emptied_and_killed(self):
        self.make_notes(50)
        with self.server() as server:
            self.assertEqual(server.ingest("notes", self.csv()).status, 200)
            self.create(server, "notes")
            answer = server.post("/catalog/datasets/by-name/notes/tombstone",
                                 {"row_key_column": "id", "row_key_values": list(self.notes), "reason": "asked"})
            self.assertEqual(answer.status, 200, answer.body)
            job = server.request("POST", "/vectors/refresh/notes", b"{}", Content_Type="application/json",
                                 Prefer="respond-async").document["id"]
            time.sleep(self.chance.uniform(0, 0.1))
            server.kill()
        with self.server() as server:
            [index] = wait_until("the refresh ends", lambda: self.finished(server, job), 60)["indexes"]
            self.assertEqual((index["chunks"], index["removed"]), (0, 50))
            server.kill()
        with self.server() as server:
            shown = server.get("/vectors/indexes/notes").document
            self.assertEqual((shown["state"], shown["rows"], shown["chunks"], shown["stale"]), ("ready", 0, 0, False))
            found = server.post("/vectors/search", {"index_name": "notes", "query": "nurse"}).document
            self.assertEqual((found["hits"], found["short"]), ([], True))
            self.assertEqual(server.ingest("notes", b"id,note\nnew,nurse on a ward\n").status, 200)
            [index] = server.post("/vectors/refresh/notes", {}).document["indexes"]
            self.assertEqual((index["chunks"], index["embedded"]), (1, 1))

    def test_dropped_and_killed(self):
        """A first build, then a refresh: neither comes back, and their jobs end as cancelled."""
        self.make_notes(3_000)
        CountingOllama.pause = 0.3
        create = {"index_name": "notes", "source": "notes", "text_column": "note", "id_column": "id"}
        with self.server() as server:
            self.assertEqual(server.ingest("notes", self.csv()).status, 200)
            first = server.post("/vectors/index", create).document["id"]
            self.drop_and_kill(server)
        self.assert_gone(first)
        CountingOllama.pause = 0.0
        with self.server() as server:
            self.create(server, "notes")
            self.change()
            self.assertEqual(server.request("POST", "/ingest/file?name=notes&mode=replace", self.csv(),
                                            Content_Type="text/csv").status, 200)
            CountingOllama.pause = 0.3
            refresh = server.request("POST", "/vectors/refresh/notes", b"{}", Content_Type="application/json",
                                     Prefer="respond-async").document["id"]
            self.drop_and_kill(server)
        self.assert_gone(refresh)

    def test_failed_first_build_goes_on(self):
        """Over a restart: what is in parts of about 1,024 chunks is not embedded again."""
        self.make_notes(5_000)
        CountingOllama.breaks_after = 2_500
        create = {"index_name": "notes", "source": "notes", "text_column": "note", "id_column": "id",
                  "chunk": {"size": 10, "overlap": 0}}
        with self.server() as server:
            self.assertEqual(server.ingest("notes", self.csv()).status, 200)
            job = server.post("/vectors/index", create).document["id"]
            def failed():
                return server.get(f"/jobs/{job}").document["state"] == "failed"
            wait_until("the build fails", failed, 120)
            self.assertEqual(server.get("/vectors/indexes/notes").document["state"], "failed")
            kept = len(CountingOllama.texts)
            server.kill()
        CountingOllama.breaks_after = 1 << 60
        with self.server() as server:
            self.create(server, "notes")
            got = self.chunks(server, "notes")
            recall = server.get("/vectors/indexes/notes").document.get("recall", {"queries": 0})
            print(f"{kept} texts before the failure, {len(CountingOllama.texts) - kept} after it, {len(got)} chunks, "
                  f"{recall['queries']} questions", flush=True)
            # And one text by which the new server learns how many numbers a vector has.
            self.assertLessEqual(len(CountingOllama.texts) - kept, len(got) - 2_048 + recall["queries"] + 1)
            generation = server.get("/vectors/indexes/notes").document["generation"]
            wait_until("the failed one is gone", lambda: os.listdir(self.data / "vectors") == [generation], 60)

    def drop_and_kill(self, server: Server) -> None:
        CountingOllama.texts.clear()
        wait_until("something is embedded", lambda: CountingOllama.texts)
        self.assertEqual(server.request("DELETE", "/vectors/indexes/notes").status, 204)
        server.kill()

    def assert_gone(self, job: str) -> None:
        with self.server() as server:
            def ended():
                state = server.get(f"/jobs/{job}").document
                return state if state["state"] not in ("queued", "running") else None
            state = wait_until("the job ends", ended, 60)
            self.assertEqual((state["state"], state["error"]["code"]), ("cancelled", "index_dropped"), state)
            self.assertEqual(server.get("/vectors/indexes/notes").status, 404)
            self.assertEqual([str(path) for path in (self.data / "vectors").rglob("*") if path.is_file()], [])


if __name__ == "__main__":
    unittest.main()
