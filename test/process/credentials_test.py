"""Goal: no route lets anybody in who has no right to it. Method: every route of the OpenAPI document is asked with no key,
with a wrong, an expired and a revoked one, and with one of each role; what it must answer follows from the permission
that the golden of the document lists. Then: what the first start leaves for its owner, and that a revocation stops what
is running."""

import json
import stat
import tempfile
import threading
import time
import unittest
from pathlib import Path

from lake_process import Server, wait_until

HIGHEST = {"admin": "admin", "recruiter": "write", "analyst": "write", "agent": "read", "nobody": "public"}
ORDER = ["public", "read", "write", "admin"]
BODIES = {"/ingest/file": (b"a\n1\n", "text/csv")}


class CredentialsTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.data = Path(self.directory.name) / "data"
        self.data.mkdir()
        self.server = Server(self.data, settings=("access.auth=true",))
        self.addCleanup(self.server.__exit__)
        self.key_file = self.data / ".lake-admin-key"
        self.admin = self.key_file.read_text().strip()

    def ask(self, method, path, key=None, body=None, content_type="application/json"):
        headers = {} if key is None else {"X_API_Key": key}
        if body is not None:
            headers["Content_Type"] = content_type
        return self.server.request(method, path, body, **headers)

    def make_key(self, name, role, **more):
        answer = self.ask("POST", "/access/keys", self.admin, json.dumps({"name": name, "role": role, **more}).encode())
        self.assertEqual(answer.status, 201, answer.body)
        return answer.document

    def credentials(self):
        """What is sent, and the permission or the refusal it is worth."""
        answer = self.ask("POST", "/access/roles", self.admin, b'{"name": "nobody"}')
        self.assertEqual(answer.status, 200, answer.body)
        keys = {role: self.make_key(f"key-{role}", role)["key"] for role in HIGHEST if role != "admin"}
        keys["admin"] = self.admin
        revoked = self.make_key("revoked", "admin")
        self.assertEqual(self.ask("DELETE", f"/access/keys/{revoked['id']}", self.admin).status, 200)
        end = time.time() + 2
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(end)) + f".{int(end % 1 * 1e6):06d}Z"
        expired = self.make_key("expired", "admin", expires_at=moment)["key"]
        wait_until("the key expires", lambda: self.ask("GET", "/access/me", expired).code == "key_expired")
        wrong = self.admin[:-1] + ("0" if self.admin[-1] != "0" else "1")
        refused = {"none": (None, "no_credentials"), "wrong": (wrong, "invalid_key"),
                   "expired": (expired, "key_expired"), "revoked": (revoked["key"], "key_revoked")}
        return keys, refused

    def test_every_route_with_every_credential(self):
        keys, refused = self.credentials()
        document = self.ask("GET", "/openapi.json").document
        routes = [(method.upper(), path, operation["x-permission"])
                  for path, operations in document["paths"].items() for method, operation in operations.items()]
        self.assertGreater(len(routes), 20)
        asked = 0
        for method, template, permission in routes:
            path = template.replace("{name}", "none").replace("{id}", "none").replace("{query_id}", "none")
            body, kind = (None, None)
            if method in ("POST", "PATCH", "PUT"):
                body, kind = BODIES.get(path, (b"{}", "application/json"))
            for name, (key, code) in refused.items():
                answer = self.ask(method, path, key, body, kind)
                if permission == "public" and name == "none":
                    self.assertLess(answer.status, 400, (method, path, name))
                else:
                    self.assertEqual((answer.status, answer.code), (401, code), (method, path, name))
                asked += 1
            for role, key in keys.items():
                answer = self.ask(method, path, key, body, kind)
                may = ORDER.index(HIGHEST[role]) >= ORDER.index(permission)
                forbidden = answer.status == 403 and answer.code == "forbidden"
                self.assertEqual(not forbidden, may, (method, path, role, answer.status, answer.body[:200]))
                self.assertNotEqual(answer.status, 401, (method, path, role))
                self.assertLess(answer.status, 500, (method, path, role, answer.body[:200]))
                asked += 1
        print(f"{len(routes)} routes x {len(keys) + len(refused)} credentials: {asked} requests as expected", flush=True)

    def test_the_first_key_is_for_the_owner_alone(self):
        self.assertEqual(stat.S_IMODE(self.key_file.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE((self.data / ".lake-secrets").stat().st_mode), 0o600)
        self.assertEqual(self.ask("GET", "/access/me", self.admin).document["role"], "admin")
        self.assertNotIn(self.admin, self.server.log_text())
        self.assertEqual(self.server.stop(), 0)
        with Server(self.data, settings=("access.auth=true",)) as again:
            self.assertEqual(self.key_file.read_text().strip(), self.admin)
            self.assertEqual(again.request("GET", "/access/me", X_API_Key=self.admin).status, 200)

    def test_keys_that_cannot_administer_lock_nobody_out(self):
        other = Path(self.directory.name) / "other"
        with Server(other) as server:  # As the demo does: keys of people and agents, made while none were needed.
            answer = server.post("/access/keys", {"name": "anna", "role": "recruiter"})
            self.assertEqual(answer.status, 201)
        with Server(other, settings=("access.auth=true",)) as server:
            admin = (other / ".lake-admin-key").read_text().strip()
            self.assertEqual(server.request("GET", "/access/keys", X_API_Key=admin).status, 200)
            anna = server.request("GET", "/access/me", X_API_Key=answer.document["key"])
            self.assertEqual(anna.document["role"], "recruiter")

    def test_a_revocation_stops_what_is_running(self):
        key = self.make_key("busy", "analyst")
        answers = []

        def run():
            body = json.dumps({"sql": "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"}).encode()
            answers.append(self.ask("POST", "/query/sql", key["key"], body))

        running = threading.Thread(target=run)
        running.start()
        wait_until("the query runs", lambda: self.ask("GET", "/query", self.admin).document["items"])
        began = time.monotonic()
        self.assertEqual(self.ask("DELETE", f"/access/keys/{key['id']}", self.admin).status, 200)
        running.join(timeout=60)
        self.assertFalse(running.is_alive())
        self.assertEqual(answers[0].code, "rights_changed", answers[0].body)
        self.assertEqual(self.ask("GET", "/query", self.admin).document["items"], [])
        print(f"stopped {time.monotonic() - began:.3f} s after the revocation", flush=True)


if __name__ == "__main__":
    unittest.main()
