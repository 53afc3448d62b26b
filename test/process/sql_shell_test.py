#!/usr/bin/env python3
"""Goal: `lake sql` on a terminal edits, completes, remembers, runs and cancels statements as a person expects.
Method: the released binary on a pseudo-terminal, against a server of its own; what it shows is compared."""

import os
import shlex
import signal
import sys
import tempfile
import termios
import unittest
from pathlib import Path

from lake_process import BINARY, Server, wait_until
from terminal import Terminal

UP, LEFT, CTRL_C, CTRL_D, TAB = "\x1b[A", "\x1b[D", "\x03", "\x04", "\t"
PROMPT, MORE = r"^lake> ", r"^   -> "
LONG_QUERY = "SELECT count(*) FROM numbers a, numbers b, numbers c, numbers d WHERE (a.n + b.n * c.n) % 7 = d.n;"


class SqlShell(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="lake-shell-")
        cls.addClassCleanup(directory.cleanup)
        cls.server = Server(Path(directory.name) / "data")
        cls.addClassCleanup(cls.server.kill)
        numbers = b"n\n" + b"".join(b"%d\n" % i for i in range(2000))
        for name, text in {"people": b"id,name,birth city\n1,Ada,Rome\n2,Bo,Oslo\n", "places": b"city\nRome\n",
                           "numbers": numbers}.items():
            assert cls.server.ingest(name, text).status == 200

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-home-")
        self.addCleanup(directory.cleanup)
        self.home = Path(directory.name)

    def shell(self, *words: str, **env: str) -> Terminal:
        known = {"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(self.home), "PAGER": ""}
        shell = Terminal([BINARY, "--url", self.server.url, "sql", *words], env=known | env)
        self.addCleanup(shell.__exit__)
        shell.expect(PROMPT)
        return shell

    def leave(self, shell: Terminal) -> None:
        shell.expect_last("lake> ")
        shell.type(CTRL_D)
        self.assertEqual(shell.end(), 0, shell.text)


class StatementsTest(SqlShell):
    def test_lines_until_the_semicolon(self):
        shell = self.shell()
        shell.type("SELECT id,\n")
        shell.expect(MORE)
        shell.type("'a;\n")
        shell.expect(r"^   '> ")
        shell.type("b' AS t -- not here;\n FROM people ORDER BY id;\n")
        shell.expect(r"^ id │ t\n────┼─+\n  1 │ a;·b\n  2 │ a;·b\n2 rows in \d+ ms\nlake> ")
        shell.type("SELECT 7 AS n; SELECT 8 AS m;\n")
        shell.expect(r"^ n\n─+\n 7\n1 row in \d+ ms\n m\n─+\n 8\n1 row in \d+ ms\nlake> ")
        self.leave(shell)

    def test_an_error_is_marked_and_the_shell_goes_on(self):
        shell = self.shell()
        shell.type("SELECT *\nFROM poeple;\n")
        shell.expect(r"^lake: dataset 'poeple' does not exist; did you mean 'people'\?\n"
                     r"  line 2: FROM poeple;\n               \^\nlake> ")
        shell.type("SELECT 1 AS n;\n")
        shell.expect(r"^1 row")
        self.leave(shell)

    def test_commands(self):
        shell = self.shell()
        shell.type("\\?\n")
        shell.expect(r"\\timing ")
        shell.type("\\d\n")
        shell.expect(r"^ numbers │ 2000 │ 2.*Z\n people  │    2 │ .*\n places  │    1 │ .*\nlake> ")
        shell.type("\\d people\n")
        shell.expect(r"^ column     │ type\n─+┼─+\n id         │ BIGINT\n name       │ VARCHAR\n birth city │ VARCHAR\n")
        shell.type("\\d nobody\n")
        shell.expect(r"^lake: dataset 'nobody' does not exist")
        shell.type("\\timing\nSELECT 1 AS n;\n")
        shell.expect(r"^1 row\n")
        shell.type("\\o csv\nSELECT 'a,b' AS t;\n")
        shell.expect(r"^t\n+\"a,b\"\n")
        shell.type("\\o xml\n\\nonsense\n")
        shell.expect(r"^lake: \\o takes table")
        shell.expect(r"^lake: there is no command '\\nonsense'")
        shell.type("\\q\n")
        self.assertEqual(shell.end(), 0)

    def test_options_hold_in_the_shell(self):
        shell = self.shell("--limit", "3", "-p", "500")
        shell.type("SELECT n FROM numbers WHERE n > $1 ORDER BY n;\n")
        shell.expect(r"^ 501\n 502\n 503\n3 rows \(there are more")
        self.leave(shell)


class CompletionTest(SqlShell):
    def test_what_is_offered(self):
        shell = self.shell()
        shell.type(f"SEL{TAB}")
        shell.expect("SELECT ")
        shell.type(f"count(*) fr{TAB}")
        shell.expect("from ")
        shell.type(f"p{TAB}")
        shell.expect(r"^people  places\n")
        shell.type(f"e{TAB}")
        shell.expect("people ")
        shell.type(f"x where x.na{TAB}")
        shell.expect(r"x\.name ")
        shell.type(f"= 'Bo' and bi{TAB}")
        shell.expect('"birth city" ')
        shell.type("= 'Oslo';\n")
        shell.expect(r"^ count_star\(\)\n─+\n +1\n")
        self.leave(shell)

    def test_searches_are_offered_with_the_tables(self):
        shell = self.shell()
        shell.type(f"SELECT 1 FROM vec{TAB}('none', 'x');\n")
        shell.expect(r"index not found: none")
        self.leave(shell)

    def test_columns_before_their_table(self):
        shell = self.shell()
        shell.type("SELECT nam FROM people;" + LEFT * len(" FROM people;") + TAB + "\n")
        shell.expect(r"^ name\n─+\n Ada\n Bo\n")
        self.leave(shell)

    def test_no_name_inside_text(self):
        shell = self.shell()
        shell.type(f"SELECT 'peo{TAB}' AS t;\n")
        shell.expect(r"^ peo\n")
        self.leave(shell)

    def test_new_names_after_refresh(self):
        shell = self.shell()
        shell.type(f"\\d num{TAB}\n")
        shell.expect(r"^ n +│ BIGINT")
        self.assertEqual(self.server.ingest("latecomers", b"a\n1\n").status, 200)
        shell.type("\\refresh\n")
        shell.expect(r"^\d+ datasets\n")
        shell.type(f"\\d late{TAB}\n")
        shell.expect(r"^ a +│ BIGINT")
        self.leave(shell)


class HistoryTest(SqlShell):
    def history(self) -> Path:
        return self.home / ".local/state/lakehouse/sql_history"

    def test_a_later_session_has_it(self):
        made = self.server.post("/access/keys", {"name": self.id().rsplit(".", 1)[1], "role": "admin"})
        self.assertEqual(made.status, 201, made.body)
        secret = made.document["key"]
        shell = self.shell("--key", secret)
        shell.type("SELECT 40\n + 2 AS answer;\nSELECT 1 AS one;\n")
        shell.expect(r"^ one\n")
        self.leave(shell)
        self.assertEqual(self.history().stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.history().parent.stat().st_mode & 0o777, 0o700)
        self.assertNotIn(secret, self.history().read_text() + shell.text)
        shell = self.shell()
        shell.type(UP + UP + "\n")
        shell.expect(r"^ answer\n─+\n +42\n")
        shell.type(UP + "\n")
        shell.expect(r"^ answer\n─+\n +42\n")
        self.leave(shell)
        self.assertEqual(self.history().read_text().count("answer"), 2, "once a session, not once a run")

    def test_sessions_side_by_side_keep_both(self):
        first, second = self.shell(), self.shell()
        for shell, name in ((first, "uno"), (second, "due")):
            shell.type(f"SELECT 1 AS {name};\n")
            shell.expect(f"^ {name}\n")
        self.leave(second)
        self.leave(first)
        text = self.history().read_text()
        self.assertTrue("uno" in text and "due" in text, text)

    def test_where_it_is_and_who_may_read_it(self):
        state = self.home / "state"
        (state / "lakehouse").mkdir(parents=True)
        history = state / "lakehouse/sql_history"
        history.touch()
        history.chmod(0o644)
        shell = self.shell(XDG_STATE_HOME=str(state))
        shell.type("SELECT 5 AS five;\n")
        shell.expect(r"^ five\n")
        self.leave(shell)
        self.assertIn("five", history.read_text())
        self.assertEqual(history.stat().st_mode & 0o777, 0o600)
        self.assertFalse(self.history().exists())


class CancelTest(SqlShell):
    def test_ctrl_c_stops_the_statement_only(self):
        shell = self.shell()
        shell.type(LONG_QUERY + "\n")
        wait_until("it runs", lambda: self.server.get("/query").document["items"])
        shell.type(CTRL_C)
        shell.expect(r"cancelled\nlake> ")
        wait_until("the server has given it up", lambda: not self.server.get("/query").document["items"], 30)
        shell.type("SELECT 6 AS six;\n")
        shell.expect(r"^ six\n")
        self.leave(shell)

    def test_ctrl_c_clears_what_is_typed(self):
        shell = self.shell()
        shell.type("SELECT 1,\n")
        shell.expect(MORE)
        shell.type(f"2{CTRL_C}")
        shell.expect(PROMPT)
        shell.type("SELECT 9 AS nine;\n")
        shell.expect(r"^ nine\n─+\n +9\n1 row")
        self.leave(shell)

    def test_sigterm_leaves_the_terminal_in_order(self):
        shell = self.shell()
        before = termios.tcgetattr(shell.master)[3]
        self.assertFalse(before & termios.ICANON, "the editor reads every key")
        shell.process.send_signal(signal.SIGTERM)
        wait_until("it ends", lambda: shell.process.poll() is not None, 30)
        self.assertEqual(shell.process.returncode, 130)
        after = termios.tcgetattr(shell.master)[3]
        self.assertTrue(after & termios.ICANON and after & termios.ECHO and after & termios.ISIG)

    def test_without_a_server(self):
        with Terminal([BINARY, "--url", "http://127.0.0.1:1", "sql"], env={"TERM": "xterm", "HOME": "/"}) as shell:
            shell.expect(r"^lake: no server answers")
            self.assertEqual(shell.end(), 6)


class PagerTest(SqlShell):
    MANY = "SELECT n FROM numbers ORDER BY n LIMIT 900;\n"

    def test_only_what_is_larger_than_the_screen(self):
        shell = self.shell(PAGER="sed s/^/paged:/")
        shell.type("SELECT 1 AS n;\n" + self.MANY)
        shell.expect(r"^ n\n─+\n 1\n1 row")
        shell.expect(r"^paged:   n\n")
        shell.expect(r"^paged:900 rows in ")
        shell.type(f"SELECT '{'x' * 50}' AS a, '{'x' * 50}' AS b;\n")
        shell.expect(r"^paged: a ")
        self.leave(shell)

    def test_a_pager_that_quits_or_is_not_there(self):
        shell = self.shell(PAGER="head -1")
        shell.type(self.MANY + "SELECT 4 AS four;\n")
        self.assertNotIn("900 rows", shell.text[:shell.expect(r"^ four\n").end()])
        self.leave(shell)
        shell = self.shell(PAGER=shlex.quote(str(self.home / "no-such-pager")))
        shell.type(self.MANY)
        shell.expect(r"^900 rows")
        self.leave(shell)

    def test_ctrl_c_reaches_the_pager(self):
        script = self.home / "pager.py"
        script.write_text("import signal, sys\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\nsys.stdin.read()\n"
                          "print('reading', flush=True)\nsignal.pause()\n")
        shell = self.shell(PAGER=f"exec {shlex.quote(sys.executable)} {shlex.quote(str(script))}")
        shell.type(self.MANY)
        shell.expect("reading")
        shell.type(CTRL_C)
        shell.expect(PROMPT)
        shell.type("SELECT 3 AS three;\n")
        shell.expect(r"^ three\n")
        self.leave(shell)

    def test_ctrl_c_is_never_the_next_statements(self):
        shell = self.shell(PAGER="echo reading; exec sleep 60")
        for _ in range(30):
            shell.type(self.MANY)
            shell.expect("^reading")
            shell.type("SELECT 3 AS three;\n")
            os.killpg(shell.process.pid, signal.SIGINT)  # A typed Ctrl-C would take the typed line away.
            shell.expect(r"^ three\n")
        self.leave(shell)


if __name__ == "__main__":
    unittest.main()
