"""The released binary as these tests drive it: a server on a free loopback port and a temporary data directory, its
HTTP interface, and the words of its command line. LAKE_BINARY names the binary."""

import http.client
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

BINARY = os.environ.get("LAKE_BINARY", "")
START_SECONDS = 60  # A loaded machine starts a server in a few seconds; more means that it hangs.
ANSWER_SECONDS = 120

# What a client sees of a server that is killed while it answers.
CONNECTION_LOST = (OSError, http.client.HTTPException)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self):
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The slug of a problem document."""
        return self.document.get("code", "") if self.status >= 400 else ""


def wait_until(what: str, condition: Callable, seconds: float = ANSWER_SECONDS):
    """Polls until the condition gives something true, which is returned; fails at the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


class Server:
    """`lake serve` on a data directory. As a context manager it is killed at the end, whatever happened."""

    def __init__(self, data: Path, *, settings: tuple[str, ...] = (), words: tuple[str, ...] = (),
                 before_exec: Callable | None = None):
        self.data = data
        self.log = tempfile.TemporaryFile()
        flags = [word for setting in settings for word in ("--set", setting)]
        self.process = subprocess.Popen(
            [BINARY, "serve", "--port", "0", "--data", str(data), *flags, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, preexec_fn=before_exec)
        self.url = self._read_url()
        self.port = int(self.url.rsplit(":", 1)[1])

    def _read_url(self) -> str:
        output, deadline = b"", time.monotonic() + START_SECONDS
        descriptor = self.process.stdout.fileno()
        while b"\n" not in output:
            ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(descriptor, 4096) if ready else b""
            if not piece:
                self.kill()
                raise AssertionError(f"the server did not start: {output!r} {self.log_text()}")
            output += piece
        line = output.decode().split("\n")[0]
        start = "lakehouse is serving "
        assert line.startswith(start), line
        return line[len(start):].split(" ")[0]

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.kill()
        self.log.close()

    def kill(self) -> None:
        """kill -9, and nothing of it runs any more."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=START_SECONDS)

    def log_text(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def post(self, path: str, document) -> Answer:
        return self.request("POST", path, json.dumps(document).encode(), Content_Type="application/json")

    def ingest(self, dataset: str, csv: bytes, **headers: str) -> Answer:
        return self.request("POST", f"/ingest/file?name={dataset}", csv, Content_Type="text/csv", **headers)

    def sql(self, text: str) -> list:
        """The rows of a statement that must succeed."""
        answer = self.post("/query/sql", {"sql": text, "limit": 1_000_000})
        assert answer.status == 200, (text, answer.status, answer.body)
        assert "error" not in answer.document, answer.body
        return answer.document["rows"]

    def dataset_names(self) -> set[str]:
        names, token = set(), ""
        while True:
            page = self.get(f"/catalog/datasets?limit=100{token}").document
            names |= {item["name"] for item in page["items"]}
            if page["next_page_token"] is None:
                return names
            token = f"&page_token={page['next_page_token']}"


def run_lake(*words: str, stdin: bytes = b"", cwd: Path | None = None, env: dict[str, str] | None = None,
             seconds: float = ANSWER_SECONDS, before_exec: Callable | None = None) -> subprocess.CompletedProcess:
    """One command of the binary to its end; stdout and stderr as bytes."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("LAKEHOUSE")}
    return subprocess.run([BINARY, *words], input=stdin, capture_output=True, cwd=cwd, env=clean | (env or {}),
                          timeout=seconds, check=False, preexec_fn=before_exec)


def files_below(directory: Path) -> set[str]:
    """Paths of all files, relative; a file that goes away meanwhile is left out."""
    return {os.path.relpath(os.path.join(where, name), directory)
            for where, _, names in os.walk(directory) for name in names}


if not os.access(BINARY, os.X_OK):
    sys.exit(f"set LAKE_BINARY to the lake binary; '{BINARY}' is none")
