#!/usr/bin/env python3
"""Goal: a real Ollama serves this program as the provider of models it is taken for: it embeds, writes, loads, unloads,
goes away, comes back, changes a model behind its name and swaps the models of two profiles. Method: the pinned Ollama as a process with a store of its own,
the embedding model that comes with this program, so that both can be compared, and a tiny model with weights by chance.
LAKE_OLLAMA, LAKE_MODELS and LAKE_TINY_MODEL name the program, the folder of the model, and the writer of the tiny one."""

import hashlib
import http.client
import json
import math
import os
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from lake_process import Server, wait_until

TEXTS = ["Registered nurse, night shifts in a children's hospital.", "Elektriker für Industrieanlagen", "看護師を募集しています",
         "Forklift driver; warehouse, cold store", "x", "Ada wrote the first program 🚀 in 1843."]
NOTES = {"nurse": "looks after sick children on the ward at night", "baker": "makes bread and cakes before dawn",
         "welder": "joins steel beams with an electric arc", "pilot": "flies passengers across the ocean",
         "tailor": "sews suits and shortens trousers", "gardener": "plants roses and trims the hedges",
         "teacher": "explains fractions to pupils in school", "miner": "digs coal deep under the ground"}


class Ollama:
    """`ollama serve` on a loopback port, with its models and its home in `directory`."""

    def __init__(self, directory: Path, port: int = 0):
        self.environment = os.environ | {"HOME": str(directory), "OLLAMA_MODELS": str(directory / "models"),
                                         "OLLAMA_HOST": f"127.0.0.1:{port}"}
        self.log = directory / "log"
        with self.log.open("wb") as log:
            # A group of its own: it starts a process for every model.
            self.process = subprocess.Popen([os.environ["LAKE_OLLAMA"], "serve"], env=self.environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        listening = wait_until("Ollama listens", self.listening, 60)
        self.port = int(listening[1])
        self.environment["OLLAMA_HOST"] = f"127.0.0.1:{self.port}"

    def listening(self):
        assert self.process.poll() is None, self.log.read_text()
        return re.search(r"Listening on 127\.0\.0\.1:(\d+)", self.log.read_text())

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def create(self, name: str, model: Path) -> None:
        recipe = model.with_suffix(".modelfile")
        recipe.write_text(f"FROM {model}\n")
        subprocess.run([os.environ["LAKE_OLLAMA"], "create", name, "-f", recipe], env=self.environment, check=True,
                       capture_output=True, timeout=120)

    def loaded(self) -> set[str]:
        """What it says itself."""
        return {model["name"] for model in self.in_memory()}

    def in_memory(self) -> list[dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/api/ps")
            return json.loads(connection.getresponse().read())["models"]
        finally:
            connection.close()


    def runners(self) -> dict[str, tuple[int, int]]:
        """Process id and resident bytes of the process that holds each model, by the digest of its file."""
        found = {}
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                words = (status.parent / "cmdline").read_bytes().decode(errors="replace").split("\0")
                group = os.getpgid(int(status.parent.name))
                blob = next((word for word in words if "/blobs/sha256-" in word), None)
                if blob is None or group != self.process.pid:
                    continue
                resident = re.search(r"^VmRSS:\s+(\d+) kB", status.read_text(), re.MULTILINE)
                found[blob.rsplit("sha256-", 1)[1]] = (int(status.parent.name), int(resident[1]) * 1024)
            except (OSError, TypeError):
                continue  # It ended meanwhile.
        return found


class OllamaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="lake-ollama-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)
        minilm = cls.directory / "minilm.gguf"
        minilm.symlink_to(Path(os.environ["LAKE_MODELS"]) / "all-minilm-l6-v2.gguf")
        cls.tiny = cls.directory / "tiny.gguf"
        subprocess.run([os.environ["LAKE_TINY_MODEL"], cls.tiny], check=True)
        cls.ollama = Ollama(cls.directory)
        cls.addClassCleanup(lambda: cls.ollama.kill())
        cls.ollama.create("minilm", minilm)
        cls.ollama.create("tiny", cls.tiny)
        cls.server = Server(cls.directory / "data", settings=(f"models.ollama.url=http://127.0.0.1:{cls.ollama.port}",))
        cls.addClassCleanup(cls.server.kill)
        notes = "id,note\n" + "".join(f"{name},{note}\n" for name, note in NOTES.items())
        assert cls.server.ingest("notes", notes.encode()).status == 200

    def ask(self, path: str, document, status: int = 200) -> dict:
        answer = self.server.post(path, document)
        self.assertEqual(answer.status, status, answer.body)
        return answer.document

    def embed(self, texts: list[str], model: str) -> dict:
        return self.ask("/ai/embed", {"texts": texts, "model": model})

    def make_index(self, name: str, model: str) -> None:
        job = self.ask("/vectors/index", {"index_name": name, "source": "notes", "text_column": "note", "id_column": "id",
                                          "embed_model": model}, 202)["id"]
        ended = wait_until("the build ends", lambda: (state := self.server.get(f"/jobs/{job}").document)["state"] not in
                           ("queued", "running") and state)
        self.assertEqual((ended["state"], ended["result"]["chunks"]), ("succeeded", len(NOTES)), ended)

    def find(self, index: str, **more) -> list[str]:
        wanted = {"index_name": index, "query": "someone who cares for ill kids", "k": 8}
        return [hit["doc_id"] for hit in self.ask("/vectors/search", wanted | more)["hits"]]

    def test_its_models_are_listed(self):
        models = {model["name"]: model for model in self.server.get("/ai/models").document["items"]}
        self.assertEqual(models["ollama/minilm"]["tasks"], ["embed"])
        self.assertEqual(models["ollama/tiny"]["tasks"], ["generate"])
        self.assertEqual(models["ollama/minilm"]["dimensions"], 384)

    def test_it_embeds_as_the_same_model_here_does(self):
        theirs, ours = self.embed(TEXTS, "ollama/minilm"), self.embed(TEXTS, "all-minilm-l6-v2")
        self.assertEqual((theirs["dimensions"], theirs["truncated"]), (384, []))
        cosines = [sum(map(math.prod, zip(a, b))) for a, b in zip(theirs["embeddings"], ours["embeddings"])]
        print("cosines", [round(cosine, 6) for cosine in cosines], flush=True)
        self.assertEqual(len(cosines), len(TEXTS))
        for text, cosine in zip(TEXTS, cosines):
            self.assertGreater(cosine, 0.999, text)

    def test_what_it_cuts_is_named(self):
        answer = self.embed(["short", "many words " * 400, "short again"], "ollama/minilm")
        self.assertEqual(answer["truncated"], [1])

    def test_it_writes(self):
        wanted = {"model": "ollama/tiny", "prompt": "a b c", "max_tokens": 12, "temperature": 0, "seed": 7}
        whole = self.ask("/ai/generate", wanted)
        self.assertGreater(whole["prompt_tokens"], 0)
        self.assertLessEqual(whole["tokens"], 12)
        self.assertEqual(self.ask("/ai/generate", wanted)["text"], whole["text"])
        streamed = self.server.post("/ai/generate", wanted | {"stream": True}).body.decode()
        events = [json.loads(line[len("data: "):]) for line in streamed.splitlines() if line.startswith("data: ")]
        self.assertEqual(events[-1]["text"], whole["text"])
        self.assertEqual("".join(event["text"] for event in events[:-1]), whole["text"])

    def test_models_come_and_go_as_it_says_itself(self):
        self.ask("/admin/preload", {"model": "ollama/minilm"})
        self.assertIn("minilm:latest", self.ollama.loaded())
        [memory] = [provider for provider in self.server.get("/admin/vram").document["providers"]
                    if provider["provider"] == "ollama"]
        self.assertIn("ollama/minilm", [model["name"] for model in memory["models"]])
        self.ask("/admin/unload", {"model": "ollama/minilm"})
        wait_until("the model is gone", lambda: "minilm:latest" not in self.ollama.loaded(), 30)

    def test_a_model_that_it_does_not_have(self):
        self.assertEqual(self.ask("/ai/embed", {"texts": ["x"], "model": "ollama/none"}, 404)["code"], "model_not_found")

    def test_an_index_of_its_vectors(self):
        self.make_index("theirs", "ollama/minilm")
        self.make_index("ours", "all-minilm-l6-v2")
        self.assertEqual(self.find("theirs")[0], "nurse")
        self.assertEqual(self.find("theirs"), self.find("ours"))

    def test_it_goes_away_and_comes_back(self):
        self.make_index("lasting", "ollama/minilm")
        before, port = self.find("lasting"), self.ollama.port
        self.ollama.kill()
        try:
            wanted = {"index_name": "lasting", "query": "bread", "k": 3}
            self.assertEqual(self.ask("/vectors/search", wanted, 503)["code"], "provider_unreachable")
            self.assertEqual(self.find("lasting", mode="text", query="bread"), ["baker"])
        finally:
            type(self).ollama = Ollama(self.directory, port)
        wait_until("it is asked again", lambda: self.server.post("/vectors/search", wanted).status == 200, 60)
        self.assertEqual(self.find("lasting"), before)

    def test_two_profiles_swap_their_models(self):
        night = self.directory / "night.gguf"
        night.write_bytes(self.tiny.read_bytes()[:-2] + b"\0\0")  # Another model: its last weight.
        self.ollama.create("night", night)
        digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in
                   (("tiny", self.tiny), ("night", night), ("minilm", self.directory / "minilm.gguf"))}
        self.make_index("shared", "ollama/minilm")
        for profile, model in (("day", "tiny"), ("night", "night")):
            self.ask("/catalog/profiles", {"id": profile, "ollama_name": model, "embed_model": "ollama/minilm",
                                           "bound_datasets": ["notes"]}, 201)

        def shown(when: str) -> dict:
            for model in sorted(self.ollama.in_memory(), key=lambda one: one["name"]):
                name = model["name"].removesuffix(":latest")
                pid, resident = self.ollama.runners().get(digests.get(name, ""), (0, 0))
                print(f"{when}: {name} size {model['size']} size_vram {model['size_vram']} runner {pid} RSS {resident}",
                      flush=True)
            return self.ollama.runners()

        for name in ("ollama/tiny", "ollama/night"):
            self.ask("/admin/unload", {"model": name})
        wait_until("no writer is in memory", lambda: not {"tiny:latest", "night:latest"} & self.ollama.loaded(), 30)
        done = self.ask("/vectors/profile/day/activate", {})
        self.assertEqual((done["failures"], done["preloaded"]), ([], ["ollama/tiny", "ollama/minilm"]))
        self.assertEqual({"tiny:latest", "minilm:latest"} & self.ollama.loaded(), {"tiny:latest", "minilm:latest"})
        before = shown("day")
        done = self.ask("/vectors/profile/night/activate", {})
        self.assertEqual((done["failures"], done["unloaded"], done["previous"]), ([], ["ollama/tiny"], "day"))
        wait_until("the other model is gone", lambda: "tiny:latest" not in self.ollama.loaded(), 30)
        wait_until("its process too", lambda: digests["tiny"] not in self.ollama.runners(), 30)
        self.assertLessEqual({"night:latest", "minilm:latest"}, self.ollama.loaded())
        after = shown("night")
        self.assertIn(digests["minilm"], before)
        self.assertEqual(before[digests["minilm"]][0], after[digests["minilm"]][0], "the shared embedder was not loaded again")
        print(f"swap took {done['duration_secs']:.3f} s", flush=True)
        wanted = {"index_name": "shared", "query": "someone who cares for ill kids", "k": 1}
        found = self.ask("/vectors/profile/night/search", wanted)
        self.assertEqual((found["hits"][0]["doc_id"], found["warm"]), ("nurse", True))
        self.assertEqual(self.ask("/vectors/profile/night/deactivate", {})["unloaded"], ["ollama/night"])
        wait_until("it is gone", lambda: "night:latest" not in self.ollama.loaded(), 30)
        self.assertIn("minilm:latest", self.ollama.loaded())
        shown("deactivated")

    def test_another_model_of_the_same_name_is_refused(self):
        self.ollama.create("swapped", self.directory / "minilm.gguf")
        self.make_index("swapped", "ollama/swapped")
        self.assertEqual(self.find("swapped")[0], "nurse")
        other = self.directory / "other.gguf"
        other.write_bytes((self.directory / "minilm.gguf").read_bytes()[:-2] + b"\0\0")  # Its last weight.
        self.ollama.create("swapped", other)
        wanted = {"index_name": "swapped", "query": "bread", "k": 3}
        refused = wait_until("the swap is seen", lambda: (answer := self.server.post("/vectors/search", wanted)).status != 200
                             and answer, 60)
        self.assertEqual((refused.status, refused.code), (409, "model_changed"))


if __name__ == "__main__":
    unittest.main()
