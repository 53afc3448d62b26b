#!/usr/bin/env python3
"""Goal: `lake demo` tells its story to the end, and a second run uses what is there, also after a kill -9.
Method: a small company, three times on one data directory; the demo itself compares its five answers with what the
generator planted."""

import re
import tempfile
import unittest
from pathlib import Path

from lake_process import Server, files_below, run_lake

ROWS, RESUMES = 20_000, 100


class DemoTest(unittest.TestCase):
    def demo(self, data: Path) -> str:
        done = run_lake("demo", "--rows", str(ROWS), "--resumes", str(RESUMES), "--exit", "--port", "0", "--data", str(data), cwd=data.parent)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode()

    @staticmethod
    def generations(data: Path) -> set[str]:
        return {path for path in files_below(data) if path.startswith("vectors/")}

    def test_again_and_again(self):
        with tempfile.TemporaryDirectory(prefix="lake-demo-") as directory:
            data = Path(directory) / "data"
            first = self.demo(data)
            self.assertEqual(len(re.findall(r"equal to what was planted", first)), 5, first)
            self.assertNotIn("there already", first)
            self.assertRegex(first, r"│ \*+\n")
            self.assertIn("as an agent: role 'agent' may not read dataset 'candidates'", first)
            kept = {path for path in files_below(data) if path.startswith("data/")}
            self.assertEqual(len(kept), 8)
            self.assertIn(f"  {RESUMES} résumés, ", first)
            found = [int(n) for n in re.findall(r"(\d) of the 3 people who did this are among them", first)]
            self.assertEqual((len(found), min(found) >= 1), (3, True), first)
            self.assertRegex(first, r"question: Has anybody cooked at sea\?\n     .*submarine\. \[1\].*\n     \[1\] CAND-")
            generations = self.generations(data)
            second = self.demo(data)
            self.assertEqual(len(re.findall(r"rows  there already", second)), 7, second)
            self.assertEqual(len(re.findall(r"equal to what was planted", second)), 5)
            self.assertEqual({path for path in files_below(data) if path.startswith("data/")}, kept)
            self.assertEqual(self.generations(data), generations)  # Nothing was embedded again.
            with Server(data) as server:
                tables = sorted(server.dataset_names())
                total = sum(server.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables)
                self.assertEqual((len(tables), total), (8, ROWS + RESUMES))
                server.kill()
            third = self.demo(data)
            self.assertEqual(len(re.findall(r"equal to what was planted", third)), 5)


if __name__ == "__main__":
    unittest.main()
