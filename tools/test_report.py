#!/usr/bin/env python3
"""Adds up CTest's JUnit results and ends with the one line that counts: `N passed, N failed[, N skipped]`.

    tools/test_report.py RESULT.xml...

A CTest test is often a whole test program. Where its output ends with the program's own count (GoogleTest, Python's
unittest, or a line like ours) its cases are counted, else it counts as one. Exits 1 when anything failed or nothing ran.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)
GTEST_PASSED = re.compile(r"^\[  PASSED  \] (\d+) tests?\.", re.MULTILINE)
GTEST_FAILED = re.compile(r"^\[  FAILED  \] (\d+) tests?, listed below", re.MULTILINE)
GTEST_SKIPPED = re.compile(r"^\[  SKIPPED \] (\d+) tests?, listed below", re.MULTILINE)
UNITTEST = re.compile(r"^Ran (\d+) tests? in [\d.]+s\n+(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Count") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def number(pattern: re.Pattern, text: str) -> int:
    return sum(int(found) for found in pattern.findall(text))


def own_count(output: str) -> Count | None:
    """What a test program says about its cases, or None when it says nothing that is understood."""
    if found := list(PLAIN.finditer(output)):
        last = found[-1]
        return Count(int(last[1]), int(last[2]), int(last[3] or 0))
    if GTEST_PASSED.search(output) or GTEST_FAILED.search(output):
        return Count(number(GTEST_PASSED, output), number(GTEST_FAILED, output), number(GTEST_SKIPPED, output))
    if found := UNITTEST.search(output):
        parts = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", found[2] or "")}
        failed = parts.get("failures", 0) + parts.get("errors", 0)
        skipped = parts.get("skipped", 0)
        return Count(int(found[1]) - failed - skipped, failed, skipped)
    return None


def count_case(case: ElementTree.Element) -> Count:
    """One CTest test. Its status wins: a program that counts no failure and still fails (a sanitizer's report at exit,
    a crash, a time-out) has failed once, and so has one that could not be started."""
    status = case.get("status")
    count = own_count(case.findtext("system-out") or "")
    if status == "run":
        return count if count is not None else Count(passed=1)
    if status == "disabled":
        return Count(skipped=1)
    count = count or Count()
    count.failed = max(count.failed, 1)
    return count


def report(files: list[str]) -> tuple[Count, list[str]]:
    total, failed = Count(), []
    for file in files:
        suite = ElementTree.parse(file).getroot()
        for case in suite.iter("testcase"):
            count = count_case(case)
            total.add(count)
            if count.failed:
                failed.append(f"failed: {case.get('name')} ({file}): {count}")
    return total, failed


def main() -> int:
    total, failed = report(sys.argv[1:])
    for line in failed:
        print(line)
    ran = total.passed + total.failed
    if ran == 0:
        print("no test was run, which is a failure")
    print(total, flush=True)
    return 1 if total.failed or ran == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
