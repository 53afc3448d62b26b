#!/usr/bin/env python3
"""Goal: what was acknowledged survives kill -9, what was not is whole or absent, and accepted jobs end well.
Method: a client with a ledger sends files; the server is killed at random moments of an upload, of writing, of the
commit, of a job, and while idle, and started again on the same directory. LAKE_SEED repeats a run, LAKE_KILLS sets how
many. Which phase a kill hit is read from the disk afterwards: the one that was aimed at may be over already."""

import collections
import os
import random
import socket
import tempfile
import threading
import time
import unittest
from pathlib import Path

from ledger import DATASET, Ledger, SentFile
from lake_process import CONNECTION_LOST, Answer, Server, wait_until

KILLS = int(os.environ.get("LAKE_KILLS", "20"))
AIMS = ("upload", "write", "commit", "job", "idle")
MOST_ROWS = 4000


class Sending(threading.Thread):
    """One file on its way; `answer` stays None when the connection broke first."""

    def __init__(self, server: Server, file: SentFile, **headers: str):
        super().__init__(daemon=True)
        self.server, self.file, self.headers = server, file, headers
        self.answer: Answer | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self.server.ingest(DATASET, self.file.csv(), **self.headers)
        except CONNECTION_LOST:
            pass


class KillTest(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("LAKE_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
        print(f"LAKE_SEED={seed}", flush=True)
        self.chance = random.Random(seed)
        self.ledger = Ledger(self.chance)
        self.hits = collections.Counter()
        directory = tempfile.TemporaryDirectory(prefix="lake-kill-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"

    def test_kill_at_random_moments(self):
        settings = ("storage.checkpoint_every=7",)  # So that checkpoints are cut off too.
        for kill in range(KILLS):
            with Server(self.data, settings=settings) as server:
                self.verify(server, kill)
                self.acknowledge_some(server)
                hit = getattr(self, "kill_during_" + AIMS[kill % len(AIMS)])(server)
                self.hits[hit] += 1
                print(f"kill {kill + 1}: aimed at {AIMS[kill % len(AIMS)]}, hit {hit}", flush=True)
        with Server(self.data, settings=settings) as server:
            self.verify(server, KILLS)
            self.assertEqual(server.stop(), 0)
        print(f"{KILLS} kills {dict(self.hits)}, {len(self.ledger.acknowledged)} files present, "
              f"{len(self.ledger.refused)} absent", flush=True)
        for phase in ("upload", "idle"):
            self.assertTrue(self.hits[phase] or KILLS < len(AIMS), f"no kill hit the phase {phase}")
        self.assertGreater(self.hits["write"] + self.hits["commit"] + self.hits["job"], 0, "no kill hit any work")

    def verify(self, server: Server, kill: int) -> None:
        for job, file in self.ledger.jobs.items():
            ended = wait_until(f"job {job} ends", lambda path=f"/jobs/{job}": self.ended_job(server, path))
            self.assertEqual(ended["state"], "succeeded", f"after kill {kill}: {ended}\n{server.log_text()}")
            self.ledger.acknowledged[file.number] = file
        self.ledger.jobs.clear()
        self.assertEqual(self.ledger.check(server), [], f"after kill {kill}\n{server.log_text()}")

    def ended_job(self, server: Server, path: str) -> dict | None:
        answer = server.get(path)
        self.assertEqual(answer.status, 200, answer.body)
        return None if answer.document["state"] in ("queued", "running") else answer.document

    def acknowledge_some(self, server: Server) -> None:
        for _ in range(self.chance.randint(1, 3)):
            file = self.ledger.new_file(MOST_ROWS)
            answer = server.ingest(DATASET, file.csv())
            self.assertEqual(answer.status, 200, answer.body)
            self.ledger.acknowledged[file.number] = file

    def note(self, sending: Sending) -> None:
        """Into the ledger with a file whose sending is over."""
        sending.join()
        file, answer = sending.file, sending.answer
        if answer is None:
            self.ledger.unknown[file.number] = file
        elif answer.status == 200:
            self.ledger.acknowledged[file.number] = file
        elif answer.status == 202:
            self.ledger.jobs[answer.document["id"]] = file
        else:
            self.fail(f"a good file was refused: {answer.status} {answer.body}")

    def kill_during_upload(self, server: Server) -> str:
        """Part of the body is sent, the rest never."""
        file = self.ledger.new_file(MOST_ROWS)
        body = file.csv()
        head = (f"POST /ingest/file?name={DATASET} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/csv\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head + body[:self.chance.randrange(len(body))])
            time.sleep(self.chance.uniform(0, 0.02))
            server.kill()
        self.ledger.refused.add(file.number)
        return "upload"

    def kill_during_write(self, server: Server) -> str:
        return self.kill_while_sending(server, lambda: time.sleep(self.chance.uniform(0, 0.08)))

    def kill_during_commit(self, server: Server) -> str:
        """The data file has just appeared."""
        before = self.data_files()
        sendings = []
        hit = self.kill_while_sending(
            server, lambda: wait_until("a data file or an answer", lambda: self.data_files() > before or
                                       not sendings[0].is_alive()), sendings)
        return hit

    def kill_while_sending(self, server: Server, moment, sendings: list | None = None) -> str:
        sendings = [] if sendings is None else sendings
        data_files, commits = self.data_files(), self.commits()
        for _ in range(self.chance.randint(1, 3)):  # Several share a commit.
            sendings.append(Sending(server, self.ledger.new_file(MOST_ROWS)))
        moment()
        server.kill()
        for sending in sendings:
            self.note(sending)
        if all(sending.answer for sending in sendings):
            return "idle"
        return "commit" if self.data_files() > data_files or self.commits() > commits else "write"

    def kill_during_job(self, server: Server) -> str:
        sending = Sending(server, self.ledger.new_file(10 * MOST_ROWS), Prefer="respond-async")
        sending.join()
        time.sleep(self.chance.uniform(0, 0.15))
        server.kill()
        self.note(sending)
        self.assertEqual(sending.answer.status, 202)
        return "job"

    def kill_during_idle(self, server: Server) -> str:
        server.kill()
        return "idle"

    def data_files(self) -> int:
        return sum(1 for _ in self.data.glob("data/*/*"))

    def commits(self) -> int:
        return sum(1 for _ in self.data.glob("_catalog/log/*.json"))


if __name__ == "__main__":
    unittest.main()
