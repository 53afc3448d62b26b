"""An upload that a test holds in the middle."""

import http.client
import socket

from lake_process import ANSWER_SECONDS, Server, wait_until


class SlowRequest:
    def __init__(self, server: Server, dataset: str, *, rows: int):
        self.server = server
        self.body = ("id\n" + "".join(f"{i}\n" for i in range(rows))).encode()
        self.connection = socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_SECONDS)
        # The server answers 100 when it wants the body: from then on the request runs.
        self.connection.sendall((f"POST /ingest/file?name={dataset} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                 f"Content-Type: text/csv\r\nContent-Length: {len(self.body)}\r\n"
                                 "Expect: 100-continue\r\n\r\n").encode())

    def send_half(self) -> None:
        interim = b""
        while not interim.endswith(b"\r\n\r\n"):
            piece = self.connection.recv(1)
            assert piece, interim
            interim += piece
        assert b" 100 " in interim, interim
        self.connection.sendall(self.body[:len(self.body) // 2])

    def wait_for_log(self, event: str) -> None:
        wait_until(f"the log says {event}", lambda: f'"event":"{event}"' in self.server.log_text())

    def finish(self) -> int:
        """The answer's status."""
        self.connection.sendall(self.body[len(self.body) // 2:])
        response = http.client.HTTPResponse(self.connection)
        response.begin()
        response.read()
        self.connection.close()
        return response.status
