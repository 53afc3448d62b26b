#!/usr/bin/env python3
"""Goal: a server that others reach speaks TLS or is told to do without; its certificate is verified, always; a cut answer
looks cut. Method: the released binary with a certificate made here, Python's ssl, and the words of the command line."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from lake_process import ANSWER_SECONDS, BINARY, START_SECONDS, Server, run_lake, wait_until

OK, FAILED, UNAVAILABLE = 0, 1, 6
ROWS = 200_000


def make_certificate(directory: Path, name: str) -> tuple[Path, Path]:
    certificate, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out",
                    str(certificate)], check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key


def tls_settings(certificate: Path, key: Path) -> tuple[str, ...]:
    return f"server.tls_cert={certificate}", f"server.tls_key={key}"


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="lake-tls-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)
        cls.certificate, cls.key = make_certificate(cls.directory, "served")
        cls.other_certificate, cls.other_key = make_certificate(cls.directory, "other")


class BadConfigurationTest(TlsTest):
    def refused(self, *words: str) -> str:
        data = self.directory / "refused"
        done = subprocess.run([BINARY, "serve", "--port", "0", "--data", str(data), *words], capture_output=True,
                              timeout=START_SECONDS, check=False)
        self.assertNotEqual(done.returncode, OK, words)
        self.assertEqual(done.stdout, b"", "a server that did not start says that it serves")
        self.assertFalse(data.exists(), "a refused start made a data directory")
        return done.stderr.decode()

    def test_both_or_neither(self):
        for setting in tls_settings(self.certificate, self.key):
            self.assertIn("set both or neither", self.refused("--set", setting))

    def test_files_that_cannot_be_used(self):
        open_key = self.directory / "open.key"
        open_key.write_bytes(self.key.read_bytes())
        open_key.chmod(0o644)
        for certificate, key, reason in (
                (self.certificate, self.other_key, "is not the one of the certificate"),
                (self.certificate, open_key, "chmod 600"),
                (self.certificate, self.directory / "missing", "No such file"),
                (self.directory / "missing", self.key, "No such file"),
                (self.certificate, self.certificate, "chmod 600"),
                (self.key, self.key, "no readable PEM certificate")):
            words = [word for setting in tls_settings(certificate, key) for word in ("--set", setting)]
            self.assertIn(reason, self.refused(*words))

    def test_others_are_reached_by_tls_or_on_demand(self):
        reachable = ("--set", "server.address=0.0.0.0")
        self.assertIn("turn access.auth on first", self.refused(*reachable, "--insecure"))
        told = self.refused(*reachable, "--set", "access.auth=true")
        self.assertIn("server.tls_cert", told)
        self.assertIn("--insecure", told)
        settings = ("server.address=0.0.0.0", "access.auth=true")
        with Server(self.directory / "insecure", settings=settings, words=("--insecure",)) as server:
            self.assertTrue(server.url.startswith("http://0.0.0.0:"), server.url)
            self.assertEqual(server.get("/livez").status, 200)
        with Server(self.directory / "secure", settings=settings + tls_settings(self.certificate, self.key)) as server:
            self.assertTrue(server.url.startswith("https://0.0.0.0:"), server.url)


class ServedTest(TlsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(cls.directory / "data", settings=tls_settings(cls.certificate, cls.key))
        cls.addClassCleanup(cls.server.kill)
        cls.trusting = ssl.create_default_context(cafile=str(cls.certificate))
        numbers = b"n,text\n" + b"".join(b"%d,%064d\n" % (i, i * i) for i in range(ROWS))
        (cls.directory / "numbers.csv").write_bytes(numbers)
        done = cls.lake("--ca-file", str(cls.certificate), "ingest", str(cls.directory / "numbers.csv"))
        assert done.returncode == OK, done.stderr
        # A large file becomes a job.
        wait_until("the rows are there", lambda: b'{"n":%d}' % ROWS in cls.lake(
            "--ca-file", str(cls.certificate), "sql", "-c", "SELECT count(*) AS n FROM numbers").stdout)

    @classmethod
    def lake(cls, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        return run_lake("--url", cls.server.url, *words, env=env)

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.server.port, context=self.trusting, timeout=ANSWER_SECONDS)

    def test_requests_and_long_answers(self):
        self.assertTrue(self.server.url.startswith("https://"))
        connection = self.connect()
        for _ in range(3):
            connection.request("GET", "/livez")
            response = connection.getresponse()
            self.assertEqual((response.status, response.read()), (200, b'{"status":"ok"}'))
            self.assertIsNone(response.getheader("Strict-Transport-Security"))
        self.assertIn(connection.sock.version(), ("TLSv1.2", "TLSv1.3"))
        self.assertIsNone(connection.sock.compression())
        body = json.dumps({"sql": "SELECT n, text FROM numbers"}).encode()
        connection.request("POST", "/query/sql", body, {"Content-Type": "application/json", "Accept": "text/csv"})
        answer = connection.getresponse().read()
        self.assertEqual(len(answer.splitlines()), ROWS + 1)
        connection.close()

    def test_words_of_the_command_line(self):
        told = self.lake("dataset", "ls")
        self.assertEqual(told.returncode, UNAVAILABLE, told)
        self.assertIn(b"cannot be verified", told.stderr)
        self.assertIn(b"--ca-file", told.stderr)
        self.assertEqual(self.lake("--ca-file", str(self.other_certificate), "dataset", "ls").returncode, UNAVAILABLE)
        missing = self.lake("--ca-file", str(self.directory / "missing"), "dataset", "ls")
        self.assertEqual(missing.returncode, FAILED, missing)
        self.assertIn(b"cannot read certificates to trust from", missing.stderr)
        for done in (self.lake("dataset", "ls", "--ca-file", str(self.certificate)),
                     self.lake("dataset", "ls", env={"LAKEHOUSE_CA_FILE": str(self.certificate)})):
            self.assertEqual(done.returncode, OK, done)
            self.assertIn(b"numbers", done.stdout)
        # The certificate is for the address, not for every name of it.
        name = run_lake("--url", f"https://localhost:{self.server.port}", "--ca-file", str(self.certificate), "dataset", "ls")
        self.assertEqual(name.returncode, UNAVAILABLE, name)
        rows = self.lake("--ca-file", str(self.certificate), "-o", "csv", "sql", "-c", "SELECT n FROM numbers")
        self.assertEqual((rows.returncode, len(rows.stdout.splitlines())), (OK, ROWS + 1))

    def test_who_does_not_speak_tls(self):
        told = self.server.get("/livez")
        self.assertEqual((told.status, told.code), (400, "https_expected"))
        word = run_lake("--url", self.server.url.replace("https", "http"), "dataset", "ls")
        self.assertEqual(word.returncode, FAILED, word)
        self.assertIn(b"speaks HTTPS", word.stderr)
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=ANSWER_SECONDS) as noise:
            noise.sendall(b"\0\1\2\3\4\5\6\7\n")
            while noise.recv(4096):
                pass
        wait_until("it is logged", lambda: '"event":"tls_handshake_failed"' in self.server.log_text())
        with Server(self.directory / "plain") as plain:
            done = run_lake("--url", plain.url.replace("http", "https"), "dataset", "ls")
            self.assertEqual(done.returncode, UNAVAILABLE, done)
            self.assertIn(b"no TLS connection", done.stderr)

    def test_old_versions_are_refused(self):
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(self.certificate)
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises(OSError), socket.create_connection(("127.0.0.1", self.server.port)) as plain:
            old.wrap_socket(plain, server_hostname="127.0.0.1")


class EndTest(TlsTest):
    def server(self) -> Server:
        server = Server(self.directory / self.id().rsplit(".", 1)[1], settings=tls_settings(self.certificate, self.key))
        self.addCleanup(server.kill)
        return server

    def secure(self, server: Server) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.certificate))
        plain = socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_SECONDS)
        # Otherwise Python takes a connection that just ends for one that was ended.
        return context.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False)

    def test_sigterm_says_goodbye_and_a_kill_does_not(self):
        for stop, cut in ((lambda server: self.assertEqual(server.stop(), 0), False), (lambda server: server.kill(), True)):
            server = self.server()
            with self.secure(server) as idle:
                idle.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                self.assertIn(b"200 OK", idle.recv(4096))
                stop(server)
                if cut:
                    with self.assertRaises(OSError):
                        idle.recv(4096)
                else:
                    self.assertEqual(idle.recv(4096), b"")

    def test_a_killed_server_is_a_lost_connection(self):
        server = self.server()
        self.assertEqual(run_lake("--url", server.url, "--ca-file", str(self.certificate), "ingest", "--name", "numbers",
                                  self.numbers()).returncode, OK)
        query = "SELECT count(*) FROM numbers a, numbers b, numbers c, numbers d WHERE (a.n + b.n * c.n) % 7 = d.n"
        done: list[subprocess.CompletedProcess] = []
        asking = threading.Thread(target=lambda: done.append(
            run_lake("--url", server.url, "--ca-file", str(self.certificate), "sql", "-c", query)))
        asking.start()
        wait_until("it runs", lambda: json.loads(self.ask(server, "/query"))["items"])
        server.kill()
        asking.join(ANSWER_SECONDS)
        self.assertEqual(done[0].returncode, UNAVAILABLE, done[0])
        self.assertIn(b"broke off", done[0].stderr)

    def ask(self, server: Server, path: str) -> bytes:
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=ANSWER_SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def numbers(self) -> str:
        path = self.directory / "few.csv"
        path.write_text("n\n" + "".join(f"{i}\n" for i in range(2000)))
        return str(path)


if __name__ == "__main__":
    os.environ.pop("LAKEHOUSE_CA_FILE", None)
    unittest.main()
