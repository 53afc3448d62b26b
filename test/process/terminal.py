"""A program of these tests at a terminal of its own: what it shows is read, what a person would type is written."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

SHOWN_SECONDS = 40
# What moves the cursor or colours text; tests look at the text alone. "\r" and a column is a move within the line.
CONTROLS = re.compile(rb"\r\x1b\[\d+G|\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>()][AB0]?|\x07|\x00")


class Terminal:
    """`size` is rows and columns. As a context manager it hangs up at the end."""

    def __init__(self, words: list[str], *, env: dict[str, str], size: tuple[int, int] = (24, 100)):
        self.master, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.process = subprocess.Popen(words, stdin=inside, stdout=inside, stderr=inside, env=env,
                                        start_new_session=True, preexec_fn=take_terminal)
        os.close(inside)
        self.raw = b""
        self.seen = 0  # How much of the text `expect` has passed.

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self.master >= 0:
            os.close(self.master)
        self.master = -1

    @property
    def text(self) -> str:
        """All that was shown, with line ends as \\n."""
        return CONTROLS.sub(b"", self.raw).decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def expect(self, pattern: str) -> re.Match:
        """Waits until the text that no earlier call has passed has the pattern."""
        deadline = time.monotonic() + SHOWN_SECONDS
        while not (found := re.compile(pattern, re.MULTILINE).search(self.text, self.seen)):
            if time.monotonic() > deadline or not self.read(deadline):
                raise AssertionError(f"not shown: {pattern!r} in {self.text[self.seen:]!r}")
        self.seen = found.end()
        return found

    def expect_last(self, text: str) -> None:
        """Waits until what is shown ends so."""
        deadline = time.monotonic() + SHOWN_SECONDS
        while not self.text.endswith(text):
            if time.monotonic() > deadline or not self.read(deadline):
                raise AssertionError(f"not shown last: {text!r} in {self.text[self.seen:]!r}")

    def read(self, deadline: float) -> bool:
        """False at the end of what is shown."""
        ready, _, _ = select.select([self.master], [], [], max(0.0, deadline - time.monotonic()))
        try:
            piece = os.read(self.master, 65536) if ready else b""
        except OSError:  # Linux's way to say that the other side is closed.
            piece = b""
        self.raw += piece
        return bool(piece)

    def end(self) -> int:
        """The exit code, after reading all that was still shown."""
        while self.read(time.monotonic() + SHOWN_SECONDS):
            pass
        return self.process.wait(timeout=SHOWN_SECONDS)


def take_terminal() -> None:
    """In the child: its stdin becomes the terminal that Ctrl-C speaks to."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
