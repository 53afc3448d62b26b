#!/usr/bin/env python3
"""Goal: whenever the server is killed while something is promoted or rolled back, what is promoted is what it was before
or what was asked for, and the API, SQL, the exported file and the graph that answers say the same; a search meanwhile
has the hits of one graph only. Method: strace kills the server at the n-th call of each kind that a promotion or a
rollback makes, once for each n; trials come from a journal as an older system left it; and searches over two graphs
that give different answers while they are switched."""

import collections
import json
import re
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from lake_process import CONNECTION_LOST, Server, run_lake, wait_until
from refresh_test import CountingOllama, Ollama

# What a durable object takes, and what a client is told with.
CALLS = ("linkat", "renameat", "renameat2", "rename", "unlinkat", "fsync", "sendto", "sendmsg")
DOCUMENTS = 3_000
OTHER_GRAPH = {"ef_construction": 10, "ef_search": 10, "seed": 7}
SAME_GRAPH = {"ef_construction": 80, "ef_search": 90, "seed": None}


def trial(name: str, config: dict) -> dict:
    return {"id": f"trial-1767323045000-{name}", "index_name": "notes", "eval_set": "e", "config": config,
            "metrics": {"build_time_secs": 1.0, "search_latency_p50_us": 1.0, "search_latency_p95_us": 2.0,
                        "search_latency_p99_us": 3.0, "recall_at_k": 1.0, "memory_bytes": 1, "vectors": 1,
                        "eval_queries": 1, "brute_force_latency_us": 9.0},
            "created_at": "2026-01-02T03:04:05Z", "note": None}


TRIALS = [trial("0000000a", SAME_GRAPH), trial("0000000b", OTHER_GRAPH)]
SAME, OTHER = (one["id"] for one in TRIALS)


class Killer:
    """strace on a running server: it counts calls, or kills at the n-th one of a kind."""

    def __init__(self, server: Server, output: Path, call: str | None = None, count: int = 0):
        self.output = output
        words = ["strace", "-f", "-q", "-y", "-o", str(output), "-p", str(server.process.pid)]
        words += ["-e", "trace=" + (call or ",".join(CALLS))]
        if call:
            words += ["-e", f"inject={call}:signal=KILL:when={count}"]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        threads = Path(f"/proc/{server.process.pid}/task")
        # It may be killed at a call that has nothing to do with the request.
        wait_until("strace is attached to every thread", lambda: server.process.poll() is not None or all(
            not re.search(r"^TracerPid:\t0$", (thread / "status").read_text(), re.MULTILINE)
            for thread in threads.iterdir()))

    def finish(self) -> str:
        self.process.terminate()
        self.process.wait(timeout=60)
        return self.output.read_text(errors="replace")


class PromotionTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-promotion-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.data = self.directory / "data"
        CountingOllama.texts, CountingOllama.pause, CountingOllama.breaks_after = [], 0.0, 1 << 60
        self.ollama = Ollama(("127.0.0.1", 0), CountingOllama)
        self.addCleanup(self.ollama.server_close)
        threading.Thread(target=self.ollama.serve_forever, daemon=True).start()
        self.addCleanup(self.ollama.shutdown)

    def server(self) -> Server:
        # The trials are made up: the canary would take back what claims too much.
        return Server(self.data, settings=("tuning.canary=false",
                                           f"models.ollama.url=http://127.0.0.1:{self.ollama.server_port}",
                                           "models.embedding=ollama/counting"))

    def make_index(self, server: Server) -> None:
        rows = "".join(f"N-{number},note {number} of many\n" for number in range(DOCUMENTS))
        self.assertEqual(server.ingest("notes", ("id,note\n" + rows).encode()).status, 200)
        answer = server.post("/vectors/refresh/notes", {"text_column": "note", "id_column": "id"})
        self.assertEqual(answer.status, 200, answer.body)
        journal = self.data / "_hnsw_trials"
        journal.mkdir()
        (journal / "notes.jsonl").write_text("".join(json.dumps(one) + "\n" for one in TRIALS))

    def make_both_graphs(self, server: Server) -> None:
        """The first one is live, the other kept."""
        self.promote(server, OTHER)
        texts = len(CountingOllama.texts)
        answer = server.post("/vectors/refresh/notes", {})
        self.assertEqual((answer.status, answer.document["indexes"][0]["embedded"]), (200, 0), answer.body)
        self.assertEqual(len(CountingOllama.texts), texts, "a promotion embeds nothing")
        self.assertEqual(self.config(server), OTHER_GRAPH)
        self.rollback(server)

    def promote(self, server: Server, name: str):
        answer = server.post(f"/vectors/hnsw/promote/notes/{name}", {"note": "because"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.document

    def rollback(self, server: Server):
        answer = server.request("POST", "/vectors/hnsw/rollback/notes")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.document

    def config(self, server: Server) -> dict:
        return server.get("/vectors/indexes/notes").document["config"]

    def state(self, server: Server) -> tuple[list[str], str | None]:
        """Former trials and the current one, which every witness must agree on."""
        told = server.get("/vectors/hnsw/promoted/notes").document
        file = json.loads((self.data / "_hnsw_promotions" / "notes.json").read_text())
        self.assertEqual({name: told[name] for name in ("current", "history")}, file)
        former = [one["trial_id"] for one in told["history"]]
        current = told["current"]["trial_id"] if told["current"] else None
        rows = server.sql("SELECT trial_id, current FROM system.promotions WHERE index_name = 'notes' ORDER BY position")
        self.assertEqual(rows, [[one, False] for one in former] + ([[current, True]] if current else []))
        index = server.get("/vectors/indexes/notes").document
        wanted = OTHER_GRAPH if current == OTHER else {"ef_construction": 80, "ef_search": 30, "seed": None}
        self.assertEqual(told["live"], index["config"] == wanted)
        self.assertEqual(index["outdated"], not told["live"])
        return former, current

    def perform(self, server: Server, operation: str) -> bool:
        """Whether it was acknowledged."""
        path = "rollback/notes" if operation == "rollback" else f"promote/notes/{operation}"
        try:
            answer = server.request("POST", f"/vectors/hnsw/{path}")
        except CONNECTION_LOST:
            return False
        self.assertEqual(answer.status, 200, answer.body)
        return True

    def test_killed_at_every_step(self):
        with self.server() as server:
            self.make_index(server)
            self.make_both_graphs(server)
            self.promote(server, SAME)
        kills, outcomes = 0, collections.Counter()
        for operation in (SAME, OTHER, "rollback"):
            for call, count in self.steps(operation):
                killed, outcome = self.kill(operation, call, count)
                kills += killed
                outcomes[outcome] += 1
        print(f"{kills} kills, outcomes {dict(outcomes)}", flush=True)
        self.assertGreaterEqual(kills, 12, "two objects take more calls than that")
        for outcome in ("unacknowledged and as before", "unacknowledged and done"):
            self.assertIn(outcome, outcomes)

    def steps(self, operation: str) -> list[tuple[str, int]]:
        """Each call that the operation makes, as strace will count it: by thread. Undone afterwards."""
        with self.server() as server:
            before = self.state(server)
            killer = Killer(server, self.directory / "strace")
            self.assertTrue(self.perform(server, operation))
            trace = killer.finish()
            self.undo(server, operation)
            self.assertEqual(self.state(server), before)
        made = collections.Counter(re.findall(rf"^(\d+) +({'|'.join(CALLS)})\(", trace, re.MULTILINE))
        return [(call, n) for call in CALLS
                for n in range(1, max((c for (_, of), c in made.items() if of == call), default=0) + 1)]

    def undo(self, server: Server, operation: str) -> None:
        if operation == "rollback":
            self.promote(server, SAME)
        else:
            self.rollback(server)

    def kill(self, operation: str, call: str, count: int) -> tuple[bool, str]:
        with self.server() as server:
            before = self.state(server)
            killer = Killer(server, self.directory / "strace", call, count)
            acknowledged = self.perform(server, operation)
            if not acknowledged:
                server.process.wait(timeout=60)
            killed = server.process.poll() == -signal.SIGKILL
            killer.finish()
            server.kill()
        former, current = before
        after = (former[:-1], former[-1] if former else None) if operation == "rollback" else (
            former + ([current] if current else []), operation)
        with self.subTest(f"{operation}: killed at {call} number {count}"), self.server() as server:
            state = self.state(server)
            self.assertIn(state, [after] if acknowledged else [before, after], server.log_text())
            self.assertEqual(server.post("/vectors/search", {"index_name": "notes", "query": "note 7"}).status, 200)
            if state == after:
                self.undo(server, operation)
            self.assertEqual(self.state(server), before)
            return killed, ("" if acknowledged else "un") + "acknowledged and " + ("done" if state == after else "as before")

    def test_a_search_is_of_one_graph(self):
        with self.server() as server:
            self.make_index(server)
            self.make_both_graphs(server)
            vectors = [CountingOllama.vector(f"question {number}") for number in range(50)]
            first = self.answers(server, vectors)
            self.promote(server, OTHER)
            other = self.answers(server, vectors)
            telling = [(vector, (one, two)) for vector, one, two in zip(vectors, first, other) if one != two]
            self.assertGreater(len(telling), 10, "the graphs give different answers")
            seen, wrong, over = [0, 0], [], threading.Event()

            def search() -> None:
                while not over.is_set():
                    for vector, either in telling:
                        [got] = self.answers(server, [vector])
                        if got in either:
                            seen[either.index(got)] += 1
                        else:
                            wrong.append(got)

            searches = [threading.Thread(target=search) for _ in range(2)]
            for one in searches:
                one.start()
            for _ in range(50):
                self.assertTrue(self.rollback(server)["live"])
                self.assertTrue(self.promote(server, OTHER)["live"])
            over.set()
            for one in searches:
                one.join()
            print(f"{sum(seen)} searches during 100 switches: {seen[0]} of one graph, {seen[1]} of the other", flush=True)
            self.assertEqual(wrong, [])
            self.assertGreater(min(seen), 0)

    def answers(self, server: Server, vectors: list) -> list[list[str]]:
        """Of a walk: a scan would find the same in both."""
        found = []
        for vector in vectors:
            answer = server.post("/vectors/search", {"index_name": "notes", "vector": vector, "k": 10, "ef_search": 10})
            self.assertEqual(answer.status, 200, answer.body)
            found.append([hit["doc_id"] for hit in answer.document["hits"]])
        return found

    def test_command_line(self):
        with self.server() as server:
            self.make_index(server)

            def lake(*words: str) -> str:
                done = run_lake("--url", server.url, *words)
                self.assertEqual(done.returncode, 0, (words, done.stderr))
                return done.stdout.decode()
            self.assertIn("live after: lake index refresh notes",
                          lake("-o", "table", "index", "promote", "notes", OTHER, "--note", "quicker"))
            lake("index", "refresh", "notes")
            self.assertIn("; live\n", lake("-o", "table", "index", "promote", "notes", OTHER))
            self.assertEqual(lake("-o", "table", "index", "promoted", "notes").count(OTHER), 2)
            [shown] = [json.loads(line) for line in lake("-o", "ndjson", "index", "promoted").splitlines()]
            self.assertEqual((shown["index_name"], shown["history"][0]["note"]), ("notes", "quicker"))
            self.assertRegex(lake("-o", "table", "index", "show", "notes"), r"promoted +\{\"ef_construction\":10")
            self.assertIn("nothing is promoted", lake("-o", "table", "index", "rollback", "notes")
                          + lake("-o", "table", "index", "rollback", "notes"))
            refused = run_lake("--url", server.url, "index", "rollback", "notes")
            self.assertEqual(refused.returncode, 5, refused)
            self.assertIn(b"nothing is promoted", refused.stderr)
            self.assertIn("building HNSW ef_construction=10 ef_search=10 seed=7", server.log_text())


if __name__ == "__main__":
    unittest.main()
