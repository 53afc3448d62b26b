#!/usr/bin/env python3
"""Goal: the page at / does in a browser what it offers: datasets, SQL, exact values, errors, cancel, CSV, the key.
Method: the released binary, and a headless Chromium that types and clicks. LAKE_SCREENSHOTS names a folder for
pictures."""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

from browser import PROGRAM, Browser
from lake_process import Server, wait_until

LONG_QUERY = "SELECT count(*) FROM numbers a, numbers b, numbers c, numbers d WHERE (a.n + b.n * c.n) % 7 = d.n"
CONTROL = 2


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="lake-page-")
        cls.addClassCleanup(directory.cleanup)
        cls.server = Server(Path(directory.name) / "data")
        cls.addClassCleanup(cls.server.kill)
        numbers = b"n\n" + b"".join(b"%d\n" % i for i in range(12000))
        for name, text in {"people": b"id,name,city\n1,Ada,Rome\n2,\"<b>Bo</b>\",\n3,,Oslo\n",
                           "numbers": numbers}.items():
            assert cls.server.ingest(name, text).status == 200
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.__exit__)
        cls.browser.allow_downloads()

    def setUp(self):
        self.browser.console.clear()
        self.browser.open(self.server.url + "/")
        self.browser.wait("document.querySelectorAll('#datasets details').length === 2")

    def tearDown(self):
        self.assertEqual([line for line in self.browser.console if "the server responded with a status" not in line], [])

    def texts(self, selector: str) -> list[str]:
        return self.browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)")

    def query(self, sql: str) -> str:
        """Runs it as a person does; the status line."""
        self.browser.run("document.getElementById('sql').focus()")
        self.browser.run("document.getElementById('sql').value = " + json.dumps(sql))
        self.browser.press("Enter", 13, CONTROL)
        self.browser.wait("!running")
        return self.texts("#status")[0]

    def picture(self, name: str) -> None:
        if folder := os.environ.get("LAKE_SCREENSHOTS"):
            self.browser.screenshot(Path(folder) / f"{name}.png")

    def test_datasets_and_their_columns(self):
        self.assertEqual(self.texts("#datasets summary"), ["numbers 12,000 rows", "people 3 rows"])
        self.browser.run("document.querySelectorAll('#datasets summary')[1].click()")
        self.browser.wait("document.querySelector('.columns button') !== null")
        self.assertEqual(self.texts(".columns li"), ["id BIGINT", "name VARCHAR", "city VARCHAR"])
        self.browser.run("document.querySelector('.columns button').click()")
        self.browser.wait("!running && document.querySelectorAll('#rows tr').length === 3")
        self.picture("datasets")

    def test_values_are_what_they_are(self):
        status = self.query("SELECT 9007199254740993 AS big, 0.10::DECIMAL(4,2) AS money, NULL AS nothing, '' AS empty, "
                            "'NULL' AS word, '<b>x</b>' AS markup, [1, 2] AS list, '" + "é" * 600 + "' AS long")
        self.assertRegex(status, r"^1 row in \d+ ms \(version \d+\)\.$")
        self.assertEqual(self.texts("#columns th"), ["bigBIGINT", "moneyDECIMAL(4,2)", "nothingINTEGER", "emptyVARCHAR",
                                                     "wordVARCHAR", "markupVARCHAR", "listINTEGER[]", "longVARCHAR"])
        self.assertEqual(self.texts("#rows td"), ["9007199254740993", "0.10", "NULL", "", "NULL", "<b>x</b>", "[1,2]",
                                                  "é" * 500 + " … 600 characters"])
        self.assertEqual(self.texts("#rows td.null"), ["NULL"])
        self.assertEqual(self.texts("#rows td.number"), ["9007199254740993", "0.10"])

    def test_the_first_rows_of_many_and_all_of_them_as_csv(self):
        self.assertIn("10,000 rows", self.query("SELECT n, n * 2 AS twice FROM numbers ORDER BY n"))
        self.assertIn("there are more", self.texts("#status")[0])
        self.assertEqual(self.browser.run("document.getElementById('table').getAttribute('aria-rowcount')"), "10001")
        self.assertLess(self.browser.run("document.querySelectorAll('#rows tr').length"), 1000, "as they are scrolled to")
        self.browser.wait("document.getElementById('result').scrollTo(0, 1e9), undrawn.length === 0")
        self.assertEqual(self.texts("#rows tr:last-child td"), ["9999", "19998"])
        self.assertLess(self.browser.run("document.querySelector('th').getBoundingClientRect().top - "
                                         "document.getElementById('result').getBoundingClientRect().top"), 3)
        self.picture("many")
        self.browser.run("document.getElementById('csv').click()")
        saved = self.browser.downloads / "result.csv"
        wait_until("it is saved", saved.exists, 60)
        self.assertEqual(len(saved.read_bytes().splitlines()), 12001)
        saved.unlink()

    def test_a_server_whose_answers_are_short(self):
        with tempfile.TemporaryDirectory(prefix="lake-page-") as directory, \
                Server(Path(directory) / "data", settings=("query.max_result_rows=10",)) as server:
            self.browser.open(server.url + "/")
            self.browser.wait("document.getElementById('version').textContent !== ''")
            self.assertRegex(self.query("FROM range(11)"), r"^10 rows in .*; there are more")

    def test_an_error_is_marked(self):
        self.query("SELECT 'é日' AS t,\n  nmae FROM people")
        self.assertIn("nmae", self.texts("#error-text")[0])
        self.assertEqual(self.texts("#error-place mark"), ["nmae"])
        self.assertTrue(self.browser.run("document.getElementById('result').hidden"))
        self.browser.emulate("dark")
        self.picture("error")
        self.browser.emulate("light")
        self.query("SELECT 1 AS one")
        self.assertTrue(self.browser.run("document.getElementById('error').hidden"))

    def test_cancel(self):
        self.browser.run("document.getElementById('sql').value = " + json.dumps(LONG_QUERY))
        self.browser.run("document.getElementById('run').click()")
        wait_until("it runs", lambda: self.server.get("/query").document["items"])
        self.assertFalse(self.browser.run("document.getElementById('cancel').disabled"))
        self.browser.press("Escape", 27)
        self.browser.wait("!running")
        self.assertRegex(self.texts("#status")[0], r"^Cancelled after ")
        wait_until("the server has given it up", lambda: not self.server.get("/query").document["items"], 30)

    def test_the_key_stays_in_the_tab(self):
        self.browser.run("sent = []; plain = fetch; fetch = (path, options) => { "
                         "sent.push(options.headers['X-API-Key'] || ''); return plain(path, options); }; 0")
        self.browser.run("document.getElementById('key').value = 'lk_key'; "
                         "document.querySelector('#key-form button').click()")
        self.query("SELECT 1 AS one")
        self.assertEqual(set(self.browser.run("sent")), {"lk_key"})
        self.assertEqual(self.browser.run("[localStorage.length, document.cookie, location.search]"), [0, "", ""])
        self.browser.open(self.server.url + "/")
        self.assertEqual(self.browser.run("document.getElementById('key').value"), "lk_key")
        self.browser.run("document.getElementById('key').value = ''; document.querySelector('#key-form button').click()")
        self.assertEqual(self.browser.run("sessionStorage.length"), 0)


if __name__ == "__main__":
    if PROGRAM is None:
        sys.exit("chromium is missing; tools/packages.txt names it under [long]")
    unittest.main()
