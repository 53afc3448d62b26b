#!/usr/bin/env python3
"""Goal: the command line does what it says, prints what programs can read, and ends with the promised exit codes.
Method: the released binary against a server of its own."""

import csv
import io
import json
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from lake_process import BINARY, Server, run_lake, wait_until

OK, FAILED, USAGE, NOT_FOUND, CONFLICT, UNAVAILABLE, PARTIAL, INTERRUPTED = 0, 1, 2, 3, 5, 6, 7, 130
LONG_QUERY = "SELECT count(*) FROM numbers a, numbers b, numbers c, numbers d WHERE (a.n + b.n * c.n) % 7 = d.n"


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="lake-cli-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)
        cls.server = Server(cls.directory / "data")
        cls.addClassCleanup(cls.server.kill)
        numbers = b"n\n" + b"".join(b"%d\n" % i for i in range(2000))
        for name, text in {"people": b"id,name\n1,Ada\n2,\"Bo, b\"\n", "numbers": numbers}.items():
            assert cls.server.ingest(name, text).status == 200

    def lake(self, *words: str, code: int = OK, stdin: bytes = b"", url: str | None = None) -> str:
        done = run_lake("--url", url or self.server.url, *words, stdin=stdin, cwd=self.directory)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        if code not in (OK, PARTIAL):
            self.assertIn(b"lake: " if code != USAGE else b"--help", done.stderr)
            self.assertEqual(done.stdout, b"")
        return (done.stdout if code in (OK, PARTIAL) else done.stderr).decode(errors="replace")

    def file(self, name: str, text: str) -> str:
        path = self.directory / name
        path.write_text(text)
        return str(path)


class ExitCodeTest(CommandLine):
    def test_usage(self):
        for words in ((), ("nonsense",), ("sql", "--nonsense"), ("dataset",), ("sql", "-o", "xml", "-c", "SELECT 1"),
                      ("ingest",), ("dataset", "show")):
            self.lake(*words, code=USAGE)

    def test_failures_by_kind(self):
        self.lake("sql", "-c", "SELEC 1", code=FAILED)
        self.lake("dataset", "show", "nobody", code=NOT_FOUND)
        self.lake("job", "show", "00000000-0000-7000-8000-000000000000", code=NOT_FOUND)
        self.lake("ingest", "/does/not/exist.csv", code=NOT_FOUND)
        self.lake("sql", "-f", "/does/not/exist.sql", code=NOT_FOUND)
        self.lake("ingest", "--mode", "create", "--name", "people", self.file("p.csv", "id\n1\n"), code=CONFLICT)
        self.lake("dataset", "ls", url="http://127.0.0.1:1", code=UNAVAILABLE)

    def test_interrupted_query_ends_on_the_server_too(self):
        idle = cpu_ticks(self.server.process.pid)
        query = subprocess.Popen([BINARY, "--url", self.server.url, "sql", "-c", LONG_QUERY],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until("the server works on it", lambda: cpu_ticks(self.server.process.pid) > idle + 20)
        query.send_signal(signal.SIGINT)
        self.assertEqual(query.wait(timeout=30), INTERRUPTED)
        query.communicate()
        # The status is 499, or 200 when the head of the answer had left.
        wait_until("the server has given up the request", lambda: '"error":"client_gone"' in self.server.log_text(), 30)


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


class RunningQueriesTest(CommandLine):
    def test_a_query_is_listed_until_it_is_stopped(self):
        query = subprocess.Popen([BINARY, "--url", self.server.url, "sql", "-c", LONG_QUERY],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        listed = wait_until("it is listed", lambda: self.server.get("/query").document["items"])
        self.assertEqual([(item["caller"], len(item["id"])) for item in listed], [("local", 36)])
        self.assertEqual(self.server.request("DELETE", f"/query/{listed[0]['id']}").status, 204)
        self.assertNotEqual(query.wait(timeout=30), OK)
        self.assertIn(b"by_request", query.communicate()[1])
        self.assertEqual(self.server.get("/query").document, {"items": []})


class SqlTest(CommandLine):
    STATEMENT = "SELECT id, name FROM people ORDER BY id"

    def test_outputs(self):
        self.assertEqual([json.loads(line) for line in self.lake("sql", "-c", self.STATEMENT).splitlines()],
                         [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo, b"}])
        answer = json.loads(self.lake("-o", "json", "sql", "-c", self.STATEMENT))
        self.assertEqual((answer["rows"], answer["truncated"]), ([[1, "Ada"], [2, "Bo, b"]], False))
        rows = list(csv.reader(io.StringIO(self.lake("-o", "csv", "sql", "-c", self.STATEMENT))))
        self.assertEqual(rows, [["id", "name"], ["1", "Ada"], ["2", "Bo, b"]])
        table = self.lake("-o", "table", "sql", "-c", self.STATEMENT)
        self.assertRegex(table, r" id │ name *\n─+┼─+\n +1 │ Ada *\n +2 │ Bo, b\n2 rows in ")

    def test_arrow_is_a_whole_stream(self):
        done = run_lake("--url", self.server.url, "-o", "arrow", "sql", "-c", self.STATEMENT)
        self.assertEqual(done.returncode, OK)
        self.assertEqual(done.stdout[:4], b"\xff\xff\xff\xff", "an encapsulated message")
        self.assertEqual(done.stdout[-8:], b"\xff\xff\xff\xff\0\0\0\0", "the end of the stream")
        self.assertIn(b"Bo, b", done.stdout)

    def test_parquet_is_a_whole_file(self):
        done = run_lake("--url", self.server.url, "-o", "parquet", "sql", "-c", self.STATEMENT)
        self.assertEqual(done.returncode, OK)
        self.assertEqual((done.stdout[:4], done.stdout[-4:]), (b"PAR1", b"PAR1"))
        self.assertIn("HUGEINT", self.lake("-o", "parquet", "sql", "-c", "SELECT sum(id) AS s FROM people", code=FAILED))

    def test_explain_shows_the_plan_and_runs_nothing(self):
        plan = self.lake("-o", "table", "sql", "--explain", "-c", "SELECT name FROM people WHERE id > $1 ORDER BY 1",
                         "-p", "1")
        self.assertRegex(plan, r"^[A-Z_]+  ~\d+ rows")
        self.assertRegex(plan, r"\n *└─ READ_PARQUET  ~\d+ rows  .*Filters: id>1")
        self.assertEqual(json.loads(self.lake("sql", "--explain", "-c", "SELECT 1 AS n"))["columns"],
                         [{"name": "n", "type": "INTEGER"}])
        self.lake("sql", "--explain", "-c", LONG_QUERY)
        self.assertIn("table, json or ndjson", self.lake("-o", "csv", "sql", "--explain", "-c", "SELECT 1", code=FAILED))

    def test_sources_and_parameters(self):
        self.assertEqual(self.lake("sql", stdin=b"SELECT 41 + 1 AS n"), '{"n":42}\n')
        self.assertEqual(self.lake("sql", "-f", self.file("q.sql", "SELECT 7 AS n;\n")), '{"n":7}\n')
        self.assertEqual(self.lake("sql", "-f", "-", stdin=b"SELECT 8 AS n"), '{"n":8}\n')
        self.assertEqual(self.lake("sql", "-c", "SELECT 1 AS n", "-c", "SELECT 2 AS n"), '{"n":1}\n{"n":2}\n')
        self.assertEqual(self.lake("sql", "-c", "SELECT id FROM people WHERE name = $1 AND id < $2",
                                   "-p", "Ada", "-p", "5"), '{"id":1}\n')
        self.assertEqual(len(self.lake("sql", "--limit", "3", "-c", "SELECT n FROM numbers").splitlines()), 3)

    def test_statements_one_after_the_other(self):
        text = "-- two; of them\nSELECT 'a;''b' AS t;\n\nSELECT 2 AS n -- the last one\n"
        self.assertEqual(self.lake("sql", stdin=text.encode()), '{"t":"a;\'b"}\n{"n":2}\n')
        self.assertEqual(self.lake("sql", "-f", self.file("two.sql", text)), '{"t":"a;\'b"}\n{"n":2}\n')
        self.assertIn("there is no statement", self.lake("sql", stdin=b" -- nothing;\n;", code=FAILED))
        done = run_lake("--url", self.server.url, "sql", stdin=b"SELECT 1 AS n;\nSELECT\n  oops;\nSELECT 3 AS n")
        self.assertEqual((done.returncode, done.stdout), (FAILED, b'{"n":1}\n'))
        self.assertTrue(done.stderr.endswith(b"\n  line 3:   oops;\n            ^\n"), done.stderr)

    def test_an_error_says_where(self):
        told = self.lake("sql", "-c", "SELECT nonsense FROM people", code=FAILED)
        self.assertIn("  line 1: SELECT nonsense FROM people\n                 ^\n", told)
        self.assertIn("  /sql: at byte 7\n", told)
        # Wide characters take two columns, and a long line is cut around the place.
        told = self.lake("sql", "-c", f"SELECT '{'é' * 50}', '日本', {'1, ' * 50}oops, {'1, ' * 50}2", code=FAILED)
        shown, caret = told.splitlines()[-2:]
        self.assertRegex(shown, r"^  line 1: ….*oops, 1")
        self.assertEqual(caret.index("^"), shown.index("oops"))


class ShortAnswersTest(CommandLine):
    def test_a_table_has_what_the_server_sends(self):
        with Server(self.directory / "short", settings=("query.max_result_rows=10",)) as server:
            ask = ("--url", server.url, "-o", "table", "sql")
            done = run_lake(*ask, "-c", "FROM range(11)")
            self.assertEqual(done.returncode, OK, done)
            self.assertIn(b"\n10 rows (there are more", done.stdout)
            self.assertIn(b"\n10 rows in", run_lake(*ask, "-c", "FROM range(10)").stdout)
            self.assertIn(b"at most 10\n", run_lake(*ask, "--limit", "11", "-c", "FROM range(10)").stderr)


class BrokenAnswerTest(CommandLine):
    """A statement that fails when its first rows are out."""
    FAILS = "SELECT i, CAST(CASE WHEN i < 300000 THEN '1' ELSE 'x' END AS INT) AS c FROM range(400000) t(i)"

    def broken(self, *words: str, code: int = FAILED) -> tuple[bytes, str]:
        done = run_lake("--url", self.server.url, "sql", *words)
        self.assertEqual(done.returncode, code, (words, done.stderr))
        return done.stdout, done.stderr.decode()

    def test_ndjson_has_rows_only(self):
        for words in ((), ("-o", "ndjson")):
            out, told = self.broken(*words, "-c", self.FAILS, "-c", "SELECT 1")
            rows = [json.loads(line) for line in out.splitlines()]
            self.assertGreater(len(rows), 1000)
            self.assertEqual([row["i"] for row in rows], list(range(len(rows))))
            self.assertTrue(told.startswith("lake: ") and "'x'" in told, told)

    def test_json_is_a_document_that_says_so(self):
        out, told = self.broken("-o", "json", "--limit", "1000000", "-c", self.FAILS)
        answer = json.loads(out)
        self.assertGreater(answer["row_count"], 1000)
        self.assertEqual(told.splitlines()[0], f"lake: {answer['error']['detail']}")

    def test_a_table_is_not_shown(self):
        out, told = self.broken("-o", "table", "--limit", "1000000", "-c", self.FAILS)
        self.assertEqual(out, b"")
        self.assertIn("'x'", told)

    def test_the_other_forms_break_off(self):
        for form in ("csv", "arrow", "parquet"):
            self.assertIn("broke off", self.broken("-o", form, "-c", self.FAILS, code=UNAVAILABLE)[1])

    def test_the_exit_code_is_that_of_the_kind(self):
        with Server(self.directory / "other", settings=("query.timeout_secs=2",)) as server:
            for form in ("ndjson", "json", "table"):
                done = run_lake("--url", server.url, "sql", "-o", form, "-c",
                                "SELECT count(DISTINCT i % 20000000) AS n FROM range(100000000000) t(i)")
                self.assertEqual(done.returncode, FAILED, done)
                self.assertIn(b"lake: ", done.stderr)
                self.assertEqual(done.stdout if form != "json" else b"", b"")

    def test_a_row_may_look_like_an_error(self):
        row = "{'code': 'x', 'detail': 'y', 'status': 500}"
        out = self.lake("sql", "-c", f"SELECT {row} AS error FROM range(3)")
        self.assertEqual(out, '{"error":{"code":"x","detail":"y","status":500}}\n' * 3)
        nested = json.loads(self.lake("sql", "-o", "json", "-c", f"SELECT {{'error': {row}}} AS a, ',\"error\":{{}}}}' AS b"))
        self.assertEqual(nested["row_count"], 1)


class IngestTest(CommandLine):
    def test_several_files(self):
        files = [self.file(f"several_{i}.csv", f"id\n{i}\n") for i in (1, 2)]
        results = [json.loads(line) for line in self.lake("ingest", *files).splitlines()]
        self.assertEqual([(r["dataset"], r["rows"]) for r in results], [("several_1", 1), ("several_2", 1)])
        self.lake("ingest", "--name", "several", *files)
        self.assertEqual(self.server.sql("SELECT sum(id) FROM several"), [["3"]])
        self.assertIn("nothing new", self.lake("-o", "table", "ingest", "--name", "several", files[0]))

    def test_rejected_rows_are_a_partial_success(self):
        rows = "".join(f"{i},x\n" for i in range(30))
        self.lake("ingest", self.file("partly.csv", f"id,text\n{rows}"))
        told = self.lake("-o", "table", "ingest", "--name", "partly",
                         self.file("more.csv", f"id,text\nnonsense,x\n{rows}"), code=PARTIAL)
        self.assertIn("partly: 30 rows", told)
        self.assertIn("1 rows could not be read", told)
        self.assertEqual(self.server.sql("SELECT count(*) FROM partly"), [[60]])
        self.assertEqual(self.server.sql("SELECT count(*) FROM partly__rejects"), [[1]])


class DatasetTest(CommandLine):
    def test_life_of_a_dataset(self):
        self.lake("ingest", self.file("shortlived.csv", "id,name\n1,a\n"))
        self.assertIn("shortlived", self.lake("-o", "csv", "dataset", "ls"))
        shown = json.loads(self.lake("dataset", "show", "shortlived"))
        self.assertEqual([column["name"] for column in shown["columns"]], ["id", "name"])
        self.lake("dataset", "drop", "shortlived")
        self.lake("dataset", "show", "shortlived", code=NOT_FOUND)
        self.lake("dataset", "undrop", "shortlived")
        self.assertEqual(self.server.sql("SELECT name FROM shortlived"), [["a"]])
        versions = [json.loads(line) for line in self.lake("dataset", "versions", "shortlived").splitlines()]
        self.assertEqual(len(versions), 3, versions)


class TrialTest(CommandLine):
    def test_trials_are_run_and_compared(self):
        notes = "".join(f"{i},A driver of lorry {i}. He brings goods {i * 7} to market {i * 3}.\n" for i in range(8))
        self.lake("ingest", self.file("notes.csv", f"id,note\n{notes}"))
        self.lake("index", "create", "notes", "--source", "notes", "--text", "note", "--id", "id")
        self.lake("trial", "run", "notes", "--eval", "none", code=NOT_FOUND)
        made = self.lake("-o", "table", "eval", "autogen", "auto", "--index", "notes", "--count", "4", "-k", "2")
        self.assertEqual(made, "auto: 4 queries, k 2; of index notes\n")
        self.lake("eval", "autogen", "auto", "--index", "nowhere", code=NOT_FOUND)
        own = self.file("own.json", json.dumps({"name": "own", "queries": [{"id": "a", "text": "lorries"}]}))
        self.assertEqual(self.lake("-o", "table", "eval", "create", own), "own: 1 queries, k 10\n")
        self.lake("eval", "create", self.file("bad.json", '{"name": "own"}'), code=FAILED)
        self.lake("eval", "create", "/does/not/exist.json", code=NOT_FOUND)
        names = [json.loads(line)["name"] for line in self.lake("eval", "ls").splitlines()]
        self.assertEqual(names, ["auto", "own"])
        self.assertIn("lorries", self.lake("-o", "table", "eval", "show", "own"))
        self.assertEqual(len(json.loads(self.lake("-o", "json", "eval", "show", "auto"))["queries"]), 4)
        self.lake("trial", "best", "notes", code=NOT_FOUND)
        self.lake("trial", "run", "notes", "--eval", "auto", "--ef-search", "500", code=FAILED)
        trial = json.loads(self.lake("-o", "json", "trial", "run", "notes", "--eval", "auto", "--ef-construction", "20",
                                     "--ef-search", "40", "--seed", "7", "--note", "quick"))
        self.assertEqual(trial["config"], {"ef_construction": 20, "ef_search": 40, "seed": 7})
        self.assertEqual(trial["note"], "quick")
        shown = self.lake("-o", "table", "trial", "run", "notes", "--eval", "own")
        self.assertRegex(shown, r"ef_construction .* recall_at_k")
        rows = list(csv.DictReader(io.StringIO(self.lake("-o", "csv", "trial", "ls", "notes"))))
        self.assertEqual([(row["ef_construction"], row["recall_at_k"]) for row in rows],
                         [("80", "1.0000"), ("20", "1.0000")])
        best = json.loads(self.lake("-o", "json", "trial", "best", "notes", "--metric", "recall"))
        self.assertEqual(best["config"]["ef_construction"], 80)  # The newest of equals.
        self.lake("trial", "best", "notes", "--metric", "nonsense", code=USAGE)


class ConfigTest(CommandLine):
    def test_every_value_has_an_origin(self):
        config = self.file("lake.toml", "[server]\nport = 4711\n\n[query]\nthreads = 3\n")
        done = run_lake("-o", "csv", "config", "show", "--origin", "--config", config, "--port", "4712",
                        env={"LAKEHOUSE__INGEST__JOBS": "5"})
        origins = {row[0]: (row[1], row[2]) for row in csv.reader(io.StringIO(done.stdout.decode()))}
        self.assertEqual(origins["server.port"], ("4712", "flag --port"), done)
        self.assertEqual(origins["query.threads"][0], "3")
        self.assertIn("lake.toml", origins["query.threads"][1])
        self.assertEqual(origins["ingest.jobs"][0], "5")
        self.assertIn("LAKEHOUSE__INGEST__JOBS", origins["ingest.jobs"][1])
        self.assertEqual(origins["server.workers"][1], "default")

    def test_an_unknown_key_is_shown_where_it_is(self):
        config = self.file("wrong.toml", "[server]\nport = 1\n  worker = 3\n")
        told = self.lake("config", "check", "--config", config, code=FAILED)
        self.assertRegex(told, r"wrong\.toml:3:3\b")
        self.assertRegex(told, r"did you mean.*workers")
        self.lake("config", "check", "--config", self.file("right.toml", "[server]\nport = 1\n"))

    def test_doctor_version_help(self):
        self.assertIn(f"the server at {self.server.url} is ready", self.lake("doctor", "--data", str(self.server.data)))
        self.assertRegex(self.lake("version"), r"^lake \d+\.\d+\.\d+\nserver at .*: \d+\.\d+\.\d+\n$")
        for word in ("serve", "sql", "ingest", "dataset", "index", "eval", "trial", "search", "ask", "job", "config", "doctor", "version",
                     "demo"):
            self.assertTrue(re.search(rf"^ +{word} ", self.lake("--help"), re.MULTILINE), word)
            self.lake(word, "--help")


if __name__ == "__main__":
    unittest.main()
