#!/usr/bin/env python3
"""Goal: when a system call that durability rests on fails, nothing is acknowledged that is not there after kill -9, and
nothing is half visible. Method: strace counts these calls while a server ingests a new file, appends, or deletes a row;
then each of the three runs again with the n-th call of a kind failing, once for each n, and must be told about it. A run
counts only when strace says that it injected the failure."""

import collections
import re
import subprocess
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

from lake_process import CONNECTION_LOST, Server, wait_until

CALLS = ("fsync", "fdatasync", "linkat", "renameat", "renameat2", "rename", "mkdirat", "pwrite64", "pwritev", "write", "ftruncate")
DURABLE_CALLS = CALLS[:CALLS.index("mkdirat") + 1]
OPERATIONS = ("new", "append", "tombstone")
MOST_OF_A_CALL = 8  # Each run takes a second or two; an operation makes five calls of a kind at most.


@dataclass(frozen=True)
class Fault:
    call: str
    count: int
    error: str

    def __str__(self) -> str:
        return f"{self.call} number {self.count} answers {self.error}"


class Tracer:
    """strace attached to a running server: counts are those of the requests, not of the start."""

    def __init__(self, server: Server, directory: Path, fault: Fault | None):
        self.output = directory / "strace"
        words = ["strace", "-f", "-q", "-y", "-o", str(self.output), "-p", str(server.process.pid)]
        if fault is None:
            words += ["-e", "trace=" + ",".join(CALLS)]
        else:
            words += ["-e", f"trace={fault.call}",
                      "-e", f"inject={fault.call}:error={fault.error}:when={fault.count}"]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        threads = Path(f"/proc/{server.process.pid}/task")
        wait_until("strace is attached to every thread", lambda: all(
            not re.search(r"^TracerPid:\t0$", (thread / "status").read_text(), re.MULTILINE)
            for thread in threads.iterdir()))

    def finish(self) -> str:
        self.process.terminate()  # It lets the server go: what is asked afterwards writes audit records of its own.
        self.process.wait(timeout=60)
        return self.output.read_text(errors="replace")


class FaultTest(unittest.TestCase):
    def test_failing_system_calls(self):
        runs, outcomes = 0, collections.Counter()
        for operation in OPERATIONS:
            answer, trace = self.run_with(None, operation)
            self.assertIn(answer[0], (200, 201), f"{operation} without a failure: {answer}")
            faults = self.faults(trace)
            self.assertGreaterEqual(len(faults), 3, f"{operation} makes fewer calls than one durable file needs: {trace}")
            for fault in faults:
                with self.subTest(f"{operation}: {fault}"):
                    answer, trace = self.run_with(fault, operation)
                    if "(INJECTED)" not in trace:  # Which thread writes a file's pages or a log line varies.
                        self.assertNotIn(fault.call, DURABLE_CALLS, f"the failure never happened: {trace}")
                        continue
                    runs += 1
                    # A log line's write may fail without harm; a call that makes data durable may not.
                    if fault.call in DURABLE_CALLS and not made_good(trace):
                        self.assertGreaterEqual(answer[0], 500, f"the failure was not noticed: {answer}")
                    outcomes[" ".join(map(str, answer)).strip()] += 1
        print(f"{runs} runs with a failure, answers {dict(outcomes)}", flush=True)
        self.assertGreaterEqual(runs, 15, "three operations make more calls than that")

    @staticmethod
    def faults(trace: str) -> list[Fault]:
        """One for each call as strace will count it: by thread."""
        made = collections.Counter(re.findall(rf"^(\d+) +({'|'.join(CALLS)})\(", trace, re.MULTILINE))
        return [Fault(call, n, "EIO" if n % 2 else "ENOSPC") for call in CALLS
                for n in range(1, min(MOST_OF_A_CALL, max((c for (_, of), c in made.items() if of == call), default=0)) + 1)]

    def run_with(self, fault: Fault | None, operation: str) -> tuple[tuple[int, str], str]:
        """The operation's answer and the trace; everything is checked before and after a kill."""
        with tempfile.TemporaryDirectory(prefix="lake-fault-") as name:
            data = Path(name) / "data"
            with Server(data) as server:
                self.assertEqual(server.ingest("kept", csv(0, 50)).status, 200)
                tracer = Tracer(server, Path(name), fault)
                answer = self.perform(server, operation)
                self.assertIsNone(server.process.poll(), f"the server died: {server.log_text()}")
                trace = tracer.finish()
                self.check(server, operation, answer, "before the kill")
                server.kill()
            with Server(data) as server:
                self.check(server, operation, answer, "after the restart")
                self.assertEqual(server.ingest("later", csv(0, 5)).status, 200, "it works again")
                self.assertEqual(server.sql("SELECT count(*) FROM later"), [[5]])
            return answer, trace

    @staticmethod
    def perform(server: Server, operation: str) -> tuple[int, str]:
        try:
            if operation == "tombstone":
                answer = server.post("/catalog/datasets/by-name/kept/tombstone",
                                     {"row_key_column": "id", "row_key_values": ["7"], "reason": "fault test"})
            else:
                answer = server.ingest("new", csv(0, 70)) if operation == "new" else server.ingest("kept", csv(50, 80))
        except CONNECTION_LOST:  # An answer's write may be what failed.
            return 0, "connection_lost"
        return answer.status, answer.code

    def check(self, server: Server, operation: str, answer: tuple[int, str], when: str) -> None:
        names = server.dataset_names()
        there = {"new": "new" in names}
        self.assertEqual(names - {"new"}, {"kept"}, when)
        if there["new"]:
            self.assertEqual(server.sql("SELECT count(*), sum(id) FROM new"), [[70, str(sum(range(70)))]], when)
        rows, total, sevens = map(int, server.sql("SELECT count(*), sum(id), sum((id = 7)::INTEGER) FROM kept")[0])
        there["tombstone"] = sevens == 0
        rows, total = rows + (sevens == 0), total + 7 * (sevens == 0)
        self.assertIn((rows, total), ((50, sum(range(50))), (130, sum(range(130)))), f"{when}: half of the append")
        there["append"] = rows == 130
        for other in OPERATIONS:
            self.assertTrue(other == operation or not there[other], f"{when}: {other} came from nowhere")
        status, code = answer
        if status in (200, 201):
            self.assertTrue(there[operation], f"{when}: acknowledged and not there")
        elif code not in ("outcome_unknown", "commit_outcome_unknown", "connection_lost"):
            self.assertGreaterEqual(status, 500, f"{status} {code}")
            self.assertFalse(there[operation], f"{when}: refused with {status} {code} and there")


def made_good(trace: str) -> bool:
    """A directory's failed sync is tried again before anything in it is shown (docs/formats/local-store.md)."""
    failed = re.search(r"fsync\(\d+<([^>]*)>\) += -1 .*\(INJECTED\)", trace)
    return bool(failed and re.search(rf"fsync\(\d+<{re.escape(failed[1])}>\) += 0$", trace[failed.end():], re.MULTILINE))


def csv(first: int, rows: int) -> bytes:
    return ("id,text\n" + "".join(f"{i},row {i}\n" for i in range(first, first + rows))).encode()


if __name__ == "__main__":
    unittest.main()
