#!/usr/bin/env python3
"""Goal: `lake ask` prints an answer while it is written and then its sources, and Ctrl-C ends it also in the model.
Method: the released binary, and a server that writes like an OpenAI-compatible one, a piece at a time."""

import http.server
import json
import os
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from lake_process import BINARY, Server, run_lake, wait_until

OK, NOT_FOUND, CONFLICT, INTERRUPTED = 0, 3, 5, 130
NOTES = ('id,note\n1,"The \x1b[31mred\x1b[0m bridge was painted in 1931."\n'
         '2,"Ada mends engines of lorries. She likes chess."\n').encode()


class Writer(http.server.ThreadingHTTPServer):
    """Writes "It was 1931 [1][8]" at once and " or so." when it is told to go on."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.go_on = threading.Event()
        self.client_gone = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self.piece({"content": "It was 1931 [1][8]"}, None)
            while not self.server.go_on.wait(0.05):
                self.wfile.write(b": waiting\n\n")
            self.piece({"content": " or so."}, None)
            self.piece({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.server.client_gone.set()

    def piece(self, delta: dict, finish: str | None):
        event = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")

    def log_message(self, *_):
        pass


class AskTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="lake-ask-")
        cls.addClassCleanup(directory.cleanup)
        cls.writer = Writer()
        cls.addClassCleanup(cls.writer.server_close)
        cls.addClassCleanup(cls.writer.shutdown)
        cls.server = Server(Path(directory.name) / "data", settings=(
            f"models.openai.url={cls.writer.url}", "models.openai.generation_models=writer"))
        cls.addClassCleanup(cls.server.kill)
        assert cls.server.ingest("notes", NOTES).status == 200
        done = run_lake("--url", cls.server.url, "index", "create", "notes", "--source", "notes", "--text", "note",
                        "--id", "id")
        assert done.returncode == 0, done.stderr

    def setUp(self):
        self.writer.go_on.clear()
        self.writer.client_gone.clear()

    def lake(self, *words: str, code: int = OK) -> str:
        done = run_lake("--url", self.server.url, *words)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        return (done.stdout if code == OK else done.stderr).decode()

    def start(self) -> subprocess.Popen:
        asked = subprocess.Popen([BINARY, "--url", self.server.url, "ask", "notes", "When was the bridge painted?",
                                  "--model", "openai/writer", "-o", "table"], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(asked.kill)
        return asked

    def read(self, asked: subprocess.Popen, length: int) -> bytes:
        text = b""
        while len(text) < length:
            piece = os.read(asked.stdout.fileno(), length - len(text))
            self.assertTrue(piece, text)
            text += piece
        return text

    def test_quotes_sentences_and_lists_where_they_are(self):
        self.assertEqual(self.lake("ask", "notes", "Who repairs truck motors?", "-o", "table"),
                         "Ada mends engines of lorries. [1]\n\n[1] notes/2: Ada mends engines of lorries.\n")
        answer = json.loads(self.lake("ask", "notes", "Who repairs truck motors?", "-k", "1", "-o", "json"))
        self.assertEqual((answer["style"], answer["citations"][0]["end"]), ("extractive", 29))
        self.assertEqual(self.lake("ask", "notes", "Who repairs truck motors?", "--filter", "id = 1", "-o", "table"),
                         "no support found\n")

    def test_what_texts_say_is_no_command_to_the_terminal(self):
        line = "The ·[31mred·[0m bridge was painted in 1931."
        self.assertEqual(self.lake("ask", "notes", "When was the red bridge painted?", "-k", "1", "-o", "table"),
                         f"{line} [1]\n\n[1] notes/1: {line}\n")

    def test_is_printed_while_it_is_written(self):
        asked = self.start()
        self.assertEqual(self.read(asked, 15), b"It was 1931 [1]")
        self.assertIsNone(asked.poll())
        self.writer.go_on.set()
        rest, _ = asked.communicate(timeout=60)
        self.assertEqual(asked.returncode, OK)
        self.assertEqual(rest.decode().split("\n")[:3], [" or so.", "", "[1] notes/1: The ·[31mred·[0m bridge "
                                                         "was painted in 1931."])

    def test_an_interrupt_ends_it_in_the_model_too(self):
        asked = self.start()
        self.read(asked, 15)
        asked.send_signal(signal.SIGINT)
        asked.communicate(timeout=60)
        self.assertEqual(asked.returncode, INTERRUPTED)
        wait_until("the model's server sees that nobody listens", self.writer.client_gone.is_set, 30)

    def test_refusals(self):
        self.lake("ask", "none", "Who?", code=NOT_FOUND)
        self.lake("ask", "notes", "Who?", "--model", "none", "-o", "table", code=NOT_FOUND)
        self.lake("ask", "notes", "Who?", "--rerank", code=CONFLICT)
        self.assertIn("/question", self.lake("ask", "notes", " ", "-o", "table", code=1))


if __name__ == "__main__":
    unittest.main()
