#!/usr/bin/env python3
"""Goal: the page at / is the files in modules/gateway/ui, small, and its parts fit together.
Method: the released binary's answers compared with the files; names that script, style and markup share are compared.
What it does in a browser is page_browser_test.py's business."""

import re
import tempfile
import unittest
from pathlib import Path

from lake_process import Server

UI = Path(__file__).resolve().parents[2] / "modules/gateway/ui"
MOST_BYTES = 25 << 10


class PageTest(unittest.TestCase):
    def test_the_binary_has_the_files(self):
        with tempfile.TemporaryDirectory(prefix="lake-page-") as directory, Server(Path(directory) / "data") as server:
            for path, name in (("/", "index.html"), ("/ui.css", "ui.css"), ("/ui.js", "ui.js")):
                answer = server.get(path)
                self.assertEqual((answer.status, answer.body), (200, (UI / name).read_bytes()), path)

    def test_it_is_small_and_of_one_piece(self):
        html, css, script = ((UI / name).read_text() for name in ("index.html", "ui.css", "ui.js"))
        self.assertLess(len((html + css + script).encode()), MOST_BYTES)
        ids = set(re.findall(r'id="([\w-]+)"', html))
        self.assertEqual(set(re.findall(r"\bat\('([\w-]+)'\)", script)) - ids, set())
        self.assertEqual(set(re.findall(r"#([a-z][\w-]*)(?=[^{};]*\{)", css)) - ids, set())
        self.assertEqual(set(re.findall(r'(?:src|href)="([^"]*)"', html)), {"data:,", "ui.css", "ui.js"})
        for forbidden in (r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|localStorage|cookie",):
            self.assertNotRegex(script, forbidden)
        self.assertNotRegex(html, r"\son\w+=|\sstyle=|javascript:|<style|<script>", "the policy would stop it")
        self.assertNotRegex(html + css + script, r"https?://|url\(|@import")


if __name__ == "__main__":
    unittest.main()
