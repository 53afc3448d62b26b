#!/usr/bin/env python3
"""Goal: a full disk costs the ingest that meets it and nothing else. Method: the data directory on a small file system
that a ballast file fills, where the test may mount one; and, everywhere, a limit on file sizes that is lowered while the
server runs. The ingest fails with storage_full, leaves nothing behind, reads go on, and with space again it works."""

import os
import resource
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from lake_process import Server, files_below

TMPFS_BYTES = 48 << 20
SPARE_BYTES = 256 << 10  # Room for a catalog commit, not for the file.
ROWS = 60_000


def random_csv() -> bytes:
    """Does not compress: as large in Parquet as it looks."""
    return b"id,noise\n" + b"".join(b"%d,%s\n" % (i, os.urandom(24).hex().encode()) for i in range(ROWS))


class DiskFullTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="lake-full-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.file = random_csv()

    @staticmethod
    def files(server: Server) -> set[str]:
        """Without the records of what is asked meanwhile."""
        return {path for path in files_below(server.data) if not path.startswith("_audit/")}

    def check_full_disk(self, server: Server, fill, free) -> None:
        self.assertEqual(server.ingest("before", b"id\n1\n2\n").status, 200)
        files = self.files(server)
        fill()
        for headers in ({"Prefer": "wait"}, {}):
            answer = server.ingest("big", self.file, **headers)
            self.assertEqual((answer.status, answer.code), (507, "storage_full"), answer.body)
        self.assertEqual(server.sql("SELECT sum(id) FROM before"), [["3"]])
        self.assertEqual(server.dataset_names(), {"before"})
        self.assertEqual(server.get("/livez").status, 200)
        self.assertEqual(self.files(server), files, "something was left behind")
        free()
        self.assertEqual(server.ingest("big", self.file, Prefer="wait").status, 200)
        self.assertEqual(server.sql("SELECT count(*), count(DISTINCT noise) FROM big"), [[ROWS, ROWS]])
        server.kill()
        with Server(server.data) as again:
            self.assertEqual(again.sql("SELECT count(*), count(DISTINCT noise) FROM big"), [[ROWS, ROWS]])

    def test_a_limit_on_file_sizes(self):
        # Ignored, the signal leaves the error to the system call.
        with Server(self.directory / "data",
                    before_exec=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)) as server:
            limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
            self.check_full_disk(
                server,
                fill=lambda: resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (SPARE_BYTES, limits[1])),
                free=lambda: resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits))

    def test_a_full_file_system(self):
        mount = self.directory / "disk"
        mount.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "lake-test", mount],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            print("no right to mount a file system; the limit on file sizes stands for it", flush=True)
            return
        self.addCleanup(subprocess.run, ["umount", "--lazy", mount], check=True)
        ballast = mount / "ballast"
        with Server(mount / "data") as server:
            self.check_full_disk(server, fill=lambda: fill_up(ballast, mount), free=ballast.unlink)


def fill_up(ballast: Path, mount: Path) -> None:
    space = os.statvfs(mount)
    with open(ballast, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_frsize - SPARE_BYTES)


if __name__ == "__main__":
    unittest.main()
