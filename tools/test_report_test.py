#!/usr/bin/env python3
"""Goal: the closing line of ./lake test counts what ran and never hides a failure.
Method: JUnit files as CTest writes them, one per way in which a test can end."""

import tempfile
import unittest
from pathlib import Path
from xml.sax.saxutils import escape

import test_report


def case(status: str, output: str = "") -> str:
    return f'<testcase name="t" status="{status}"><system-out>{escape(output)}</system-out></testcase>'


class Report(unittest.TestCase):
    def total(self, *cases: str) -> str:
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "result.xml"
            file.write_text("<testsuite>" + "".join(cases) + "</testsuite>")
            return str(test_report.report([str(file)])[0])

    def test_a_silent_program_is_one_test(self):
        self.assertEqual(self.total(case("run"), case("fail")), "1 passed, 1 failed")

    def test_googletest_cases_are_counted(self):
        self.assertEqual(self.total(case("run", "[  PASSED  ] 31 tests.\n")), "31 passed, 0 failed")
        failed = "[  PASSED  ] 3 tests.\n[  FAILED  ] 2 tests, listed below:\n[  FAILED  ] A.B\n"
        self.assertEqual(self.total(case("fail", failed)), "3 passed, 2 failed")
        skipped = "[  PASSED  ] 3 tests.\n[  SKIPPED ] 1 test, listed below:\n"
        self.assertEqual(self.total(case("run", skipped)), "3 passed, 0 failed, 1 skipped")

    def test_unittest_cases_are_counted(self):
        self.assertEqual(self.total(case("run", "Ran 4 tests in 0.1s\n\nOK\n")), "4 passed, 0 failed")
        self.assertEqual(
            self.total(case("fail", "Ran 4 tests in 0.1s\n\nFAILED (failures=1, errors=1, skipped=1)\n")),
            "1 passed, 2 failed, 1 skipped",
        )

    def test_our_own_closing_line_is_counted(self):
        self.assertEqual(
            self.total(case("run", "golden x: 7 passed, 0 failed\n40 passed, 0 failed, 2 skipped\n")),
            "40 passed, 0 failed, 2 skipped",
        )

    def test_a_failure_after_the_last_case_is_a_failure(self):
        self.assertEqual(
            self.total(case("fail", "[  PASSED  ] 5 tests.\nERROR: LeakSanitizer\n")), "5 passed, 1 failed"
        )

    def test_what_could_not_run_is_a_failure(self):
        self.assertEqual(self.total(case("notrun")), "0 passed, 1 failed")

    def test_nothing_run_counts_nothing(self):
        self.assertEqual(self.total(case("disabled")), "0 passed, 0 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()
