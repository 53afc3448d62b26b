#!/usr/bin/env python3
"""Goal: an answer of any length takes the memory of a short one, in every format, also when its client reads slowly;
its first rows do not wait for its last; a cancelled query gives back its slot at once.
Method: the resident memory of the released server, read from /proc, beside long answers; times of a statement whose rows
come slowly and of one that would never end. Figures are printed."""

import http.client
import json
import tempfile
import time
import unittest
import zlib
from pathlib import Path

from lake_process import Server, wait_until

MIB = 1 << 20
SHORT, LONG = 100_000, 1_000_000
JSON, NDJSON = "application/json", "application/x-ndjson"
ARROW, PARQUET = "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"
ENDLESS = "SELECT count(DISTINCT i % 20000000) AS n FROM range(100000000000) t(i)"


def rows(count: int) -> str:
    return f"SELECT i, i * 7919 AS n, 'name ' || i AS name, md5(i::VARCHAR) AS digest FROM range({count}) t(i)"


class Answers(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-answers-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"

    def start(self, *settings: str) -> Server:
        server = Server(self.data, settings=settings)
        self.addCleanup(server.kill)
        return server

    def ask(self, server: Server, statement: str, accept: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.addCleanup(connection.close)
        body = json.dumps({"sql": statement, "limit": 1_000_000_000})
        connection.request("POST", "/query/sql", body, {"Content-Type": "application/json", "Accept": accept, **headers})
        self.connection = connection
        return connection.getresponse()


def memory(server: Server, line: str) -> int:
    """VmHWM (the most it ever was) or VmRSS, in bytes."""
    for text in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if text.startswith(line + ":"):
            return int(text.split()[1]) * 1024
    raise AssertionError(f"no {line}")


class MemoryTest(Answers):
    def peak_after(self, server: Server, count: int, accept: str, coding: str) -> int:
        response = self.ask(server, rows(count), accept, **{"Accept-Encoding": coding})
        self.assertEqual(response.status, 200)
        time.sleep(0.3)  # Whatever the server makes meanwhile has to wait somewhere.
        received = last = b""
        size = 0
        while received := response.read(MIB):
            size += len(received)
            last = (last + received)[-64:]
        if accept == PARQUET:
            self.assertTrue(last.endswith(b"PAR1"))
        if accept == JSON and coding == "identity":
            self.assertIn(b'"version":', last)
        self.assertGreater(size, count * (10 if coding == "identity" else 2))
        return memory(server, "VmHWM")

    def test_memory_goes_back_to_the_machine(self):
        server = self.start()
        server.sql("SELECT 1")
        base = memory(server, "VmRSS")
        for statement in ("SELECT count(*) FROM (SELECT DISTINCT i FROM range(10000000) t(i))",
                          "SELECT count(*) FROM range(10000000) a(i) JOIN range(10000000) b(i) ON a.i = b.i + 1"):
            with self.subTest(statement=statement):
                server.sql(statement)
                peak = memory(server, "VmHWM")
                self.assertGreater(peak, base + 256 * MIB)
                wait_until("its memory is given back", lambda: memory(server, "VmRSS") < base + 128 * MIB, 20)
                print(f"\nmemory {base / MIB:.0f} -> at most {peak / MIB:.0f} -> {memory(server, 'VmRSS') / MIB:.0f} MiB")

    def test_long_answers_take_the_memory_of_short_ones(self):
        for accept, coding in ((JSON, "identity"), (ARROW, "identity"), (PARQUET, "identity"), (JSON, "zstd")):
            with self.subTest(accept=accept, coding=coding):
                server = self.start()
                for _ in range(3):  # What is allocated once is there.
                    short = self.peak_after(server, SHORT, accept, coding)
                long = self.peak_after(server, LONG, accept, coding)
                print(f"\npeak memory, {accept}, {coding}: {SHORT:,} rows {short / MIB:.1f} MiB, "
                      f"{LONG:,} rows {long / MIB:.1f} MiB")
                self.assertLessEqual(long - short, 64 * MIB)
                server.kill()


class HoldBackTest(Answers):
    # 18 MB; the engine itself keeps about 1 MiB back.
    ROWS = 200_000
    SLOW = f"SELECT i, {'sha256(' * 12}i::VARCHAR{')' * 12} AS digest FROM range({ROWS}) t(i)"

    def test_first_rows_do_not_wait_for_the_last(self):
        server = self.start()
        for coding in ("identity", "gzip"):
            with self.subTest(coding=coding):
                started = time.monotonic()
                response = self.ask(server, self.SLOW, NDJSON, **{"Accept-Encoding": coding})
                self.assertEqual(response.status, 200)
                decode = zlib.decompressobj(31).decompress if coding == "gzip" else bytes
                text, first = b"", 0.0
                while piece := response.read1(65536):
                    text += decode(piece)
                    if not first and b"\n" in text:
                        first = time.monotonic() - started
                whole = time.monotonic() - started
                print(f"\nfirst row after {first:.2f} s, the last after {whole:.2f} s ({coding})")
                self.assertEqual(text.count(b"\n"), self.ROWS)
                self.assertGreater(whole, 0.5, "too quick to tell")
                self.assertLess(first, whole / 2)


class LimitTest(Answers):
    def test_a_statement_that_takes_too_long_is_stopped(self):
        server = self.start("query.timeout_secs=1", "query.max_running=1")
        started = time.monotonic()
        answer = server.post("/query/sql", {"sql": ENDLESS})
        self.assertLess(time.monotonic() - started, 10)
        error = answer.document.get("error", answer.document)  # Its head may have gone out before.
        self.assertEqual(error["code"], "deadline")
        wait_until("the slot is free", lambda: server.post("/query/sql", {"sql": "SELECT 1"}).status == 200, 30)

    def test_an_answer_has_at_most_so_many_rows(self):
        server = self.start("query.max_result_rows=1000")
        self.assertEqual(self.ask(server, rows(5), JSON).status, 400)  # It asks for a billion.
        answer = server.post("/query/sql", {"sql": rows(1001)})
        self.assertEqual((answer.document["row_count"], answer.document["truncated"]), (1000, True))

    def test_answers_are_kept_within_their_memory(self):
        server = self.start("query.cache_bytes=1048576")
        small = rows(5)
        caches = [self.ask(server, small, JSON).headers["X-Lakehouse-Cache"] for _ in range(2)]
        self.assertEqual(caches, ["miss", "hit"])
        large = [self.ask(server, rows(5000), JSON).headers["X-Lakehouse-Cache"] for _ in range(2)]
        self.assertEqual(large, ["miss", "miss"])
        off = Server(self.data.with_name("other"), settings=("query.cache_bytes=0",))
        self.addCleanup(off.kill)
        self.assertEqual([self.ask(off, small, JSON).headers["X-Lakehouse-Cache"] for _ in range(2)], [None, None])


class CancelTest(Answers):
    def running(self, server: Server) -> list:
        return server.get("/query").document["items"]

    def slot_free_after(self, server: Server, started: float) -> float:
        """Seconds until another statement gets the only slot, and nothing else is running."""
        wait_until("the slot is free", lambda: server.post("/query/sql", {"sql": "SELECT 1"}).status == 200, 30)
        wait_until("nothing runs", lambda: not self.running(server), 30)
        return time.monotonic() - started

    def begin(self, server: Server) -> http.client.HTTPResponse:
        """The endless statement, once it has taken memory."""
        self.base = base = memory(server, "VmRSS")
        response = self.ask(server, ENDLESS, JSON)  # Its head comes after a second without rows.
        wait_until("it takes memory", lambda: memory(server, "VmRSS") > base + 64 * MIB, 60)
        self.assertEqual(server.post("/query/sql", {"sql": "SELECT 1"}).code, "too_many_queries")
        return response

    def test_a_stopped_query_gives_its_slot_back(self):
        server = self.start("query.max_running=1", "query.max_waiting=0")
        server.sql("SELECT 1")
        for how in ("by id", "by hanging up"):
            with self.subTest(how=how):
                response = self.begin(server)
                took, started = memory(server, "VmRSS"), time.monotonic()
                if how == "by id":
                    query = response.headers["X-Lakehouse-Query-Id"]
                    self.assertEqual(server.request("DELETE", f"/query/{query}").status, 204)
                    self.assertIn(b'"code":"by_request"', response.read())
                else:
                    response.close()
                    self.connection.close()
                seconds = self.slot_free_after(server, started)
                time.sleep(max(0.0, 1 - (time.monotonic() - started)))
                after = memory(server, "VmRSS")
                print(f"\nstopped {how}: slot free after {seconds * 1000:.0f} ms, "
                      f"memory {self.base / MIB:.0f} -> {took / MIB:.0f} -> {after / MIB:.0f} MiB a second later")
                self.assertLess(after - self.base, (took - self.base) / 2)

    def test_a_client_that_does_not_read_is_dropped(self):
        server = self.start("query.max_running=1", "query.max_waiting=0", "server.stall_timeout_secs=2")
        for accept in (JSON, ARROW):
            with self.subTest(accept=accept):
                response = self.ask(server, rows(20_000_000), accept)
                started = time.monotonic()
                self.assertEqual(len(self.running(server)), 1)
                seconds = self.slot_free_after(server, started)
                print(f"\na client that does not read {accept} is dropped after {seconds:.1f} s")
                self.assertGreater(seconds, 1)
                self.assertLess(seconds, 10)
                with self.assertRaises((http.client.IncompleteRead, ConnectionResetError)):
                    response.read()


if __name__ == "__main__":
    unittest.main()
