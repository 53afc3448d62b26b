#!/usr/bin/env python3
"""Goal: what a large CSV file hides far behind its sample changes no value and leaves nothing half written.
Method: files larger than the 8 MiB that are looked at before the writing starts, with one odd cell near their end."""

import tempfile
import unittest
from pathlib import Path

from lake_process import Answer, Server

ROWS = 150_000
FILLER = "x" * 80  # 14 MB in all.


def numbers(odd_cell: str) -> bytes:
    rows = [f"{i},{FILLER}\n" for i in range(ROWS)]
    rows[ROWS - 10] = f"{odd_cell},{FILLER}\n"
    return ("number,filler\n" + "".join(rows)).encode()


def times(odd_row: str) -> bytes:
    rows = [f"2024-01-02,2024-01-02 10:00:00,10:00:00,{FILLER}\n" for _ in range(ROWS)]
    rows[ROWS - 10] = f"{odd_row},{FILLER}\n"
    return ("day,moment,clock,filler\n" + "".join(rows)).encode()


class LargeFileTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-large-")
        self.addCleanup(directory.cleanup)
        self.data = Path(directory.name) / "data"
        self.server = Server(self.data)
        self.addCleanup(self.server.kill)

    def ingest(self, odd_cell: str) -> Answer:
        return self.server.ingest("numbers", numbers(odd_cell), Prefer="wait")

    def count_objects(self) -> int:
        return len(list(self.data.rglob("*.parquet"))) + len(list(self.data.rglob("_uploads/*")))

    def test_a_late_name_makes_text_of_a_new_column(self):
        answer = self.ingest("00123")
        self.assertEqual((answer.status, answer.document["rows"]), (200, ROWS), answer.body)
        self.assertEqual(self.server.sql("SELECT number FROM numbers WHERE number LIKE '00%'"), [["00123"]])
        self.assertEqual(self.server.sql("SELECT count(*), count(DISTINCT number) FROM numbers"), [[ROWS, ROWS]])
        self.assertEqual(self.count_objects(), 1, "the first writing is gone")

    def test_late_times_are_kept_as_they_are(self):
        odd = "2024-01-03 11:00:00,2024-01-02 10:00:00+02,2024-01-02 10:00:00"
        answer = self.server.ingest("times", times(odd), Prefer="wait")
        self.assertEqual((answer.status, answer.document["rows"]), (200, ROWS), answer.body)
        self.assertEqual(
            self.server.sql("SELECT day, moment, clock FROM times WHERE clock LIKE '2024%'"),
            [["2024-01-03T11:00:00", "2024-01-02T08:00:00Z", "2024-01-02 10:00:00"]])
        self.assertEqual(self.server.sql("SELECT count(*), count(DISTINCT day) FROM times"), [[ROWS, 2]])

    def test_a_late_cell_that_a_dataset_would_change_refuses_the_file(self):
        self.assertEqual(self.ingest("7").status, 200)
        before = self.server.get("/catalog/datasets/by-name/numbers").document
        answer = self.ingest("1.5")
        self.assertEqual((answer.status, answer.code), (409, "schema_mismatch"), answer.body)
        self.assertIn(f"line {ROWS - 8}", answer.document["detail"])
        self.assertEqual(self.server.get("/catalog/datasets/by-name/numbers").document, before)
        self.assertEqual(self.count_objects(), 1)

    def test_a_late_open_quote_refuses_the_file(self):
        answer = self.ingest('"')
        self.assertEqual((answer.status, answer.code), (400, "unterminated_quote"), answer.body)
        self.assertIn(f"line {ROWS - 8}", answer.document["detail"])
        self.assertEqual(self.server.dataset_names(), set())
        self.assertEqual(self.count_objects(), 0)


if __name__ == "__main__":
    unittest.main()
