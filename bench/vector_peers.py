"""A peer of the vector index as a process: faiss or usearch, on one thread.

    python3 vector_peers.py faiss-f32|faiss-sq8|usearch '{"m": 16, "ef_construction": 100, "metric": "ip"}'

One line of JSON on stdout answers each line on stdin; the first says the library's version. Vectors come as files of raw
f32, by rows. The metric is ip or l2: cosine is the inner product of unit vectors.

Build: the CPU time of this process around the library's own calls; reading the file is not counted.
Search: one call of the library for each query, through the thinnest way into its compiled part, as any program that
searches once for each request does. What a call costs beside the search (Python, allocating the answer) is taken to be
the quickest call on an index of one row, and taken off: it does not count against the peer.
Open: from the library's own call that opens a file to the first answer. faiss reads the file; usearch maps it, which is its
quickest way. Memory is what /proc says of this process after many searches less what it said before the file was opened.
"""

import ctypes
import gc
import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
sys.path.insert(0, os.environ["LAKE_BENCH_PEERS"])

import numpy as np  # noqa: E402: only now is it known where it is

OVERHEAD_CALLS = 2000


class FaissF32:
    """HNSW over the vectors as they are."""

    def __init__(self, m, ef_construction, metric):
        import faiss

        faiss.omp_set_num_threads(1)
        self.faiss = faiss
        self.metric = faiss.METRIC_L2 if metric == "l2" else faiss.METRIC_INNER_PRODUCT
        self.version = faiss.__version__
        self.m = m
        self.ef_construction = ef_construction

    def graph(self, dimensions):
        return self.faiss.IndexHNSWFlat(dimensions, self.m, self.metric)

    def build(self, rows):
        """rows: f32 (n, dimensions)."""
        self.index = self.graph(rows.shape[1])
        self.base(self.index).hnsw.efConstruction = self.ef_construction
        self.index.train(rows)
        self.index.add(rows)

    def base(self, index):
        return index

    def save(self, path):
        self.faiss.write_index(self.index, path)

    def open(self, path, dimensions):
        self.index = self.faiss.read_index(path)

    def close(self):
        self.index = None

    def parameters(self, ef):
        return self.faiss.SearchParametersHNSW(efSearch=ef)

    def searches(self, queries, k, ef):
        """One (call, rows found) for each query."""
        distances, rows = np.empty((1, k), np.float32), np.empty((1, k), np.int64)
        out = self.faiss.swig_ptr(distances), self.faiss.swig_ptr(rows)
        parameters, search = self.parameters(ef), self.index.search_c
        # `keep` lives as long as the pointers into it.
        for i in range(len(queries)):
            query = self.faiss.swig_ptr(queries[i : i + 1])
            yield (
                lambda query=query, keep=distances: search(1, query, k, *out, parameters),
                lambda _: rows[0][rows[0] >= 0].tolist(),
            )


class FaissSq8(FaissF32):
    """HNSW over one byte a dimension; twice k are compared again by their f32."""

    K_FACTOR = 2

    def graph(self, dimensions):
        codes = self.faiss.ScalarQuantizer.QT_8bit
        # Kept: the refining index does not own the one below.
        self.below = self.faiss.IndexHNSWSQ(dimensions, codes, self.m, self.metric)
        index = self.faiss.IndexRefineFlat(self.below)
        index.k_factor = self.K_FACTOR
        return index

    def base(self, index):
        return self.below

    def parameters(self, ef):
        self.walk = self.faiss.SearchParametersHNSW(efSearch=ef)
        return self.faiss.IndexRefineSearchParameters(k_factor=self.K_FACTOR, base_index_params=self.walk)


class Usearch:
    """HNSW over bf16."""

    def __init__(self, m, ef_construction, metric):
        import usearch
        from usearch.index import Index, ScalarKind

        self.version = usearch.__version__
        self.make = lambda dimensions: Index(
            ndim=dimensions,
            metric="l2sq" if metric == "l2" else "ip",
            dtype="bf16",
            connectivity=m,
            expansion_add=ef_construction,
        )
        self.unknown = ScalarKind.Unknown

    def build(self, rows):
        """rows: f32 (n, dimensions)."""
        self.index = self.make(rows.shape[1])
        self.index.add(np.arange(len(rows), dtype=np.uint64), rows, threads=1)

    def save(self, path):
        self.index.save(path)

    def open(self, path, dimensions):
        self.index = self.make(dimensions)
        self.index.view(path)

    def close(self):
        self.index = None

    def searches(self, queries, k, ef):
        """One (call, rows found) for each query."""
        self.index.expansion_search = ef
        search = self.index._compiled.search_many
        for i in range(len(queries)):
            query = queries[i : i + 1]
            yield (
                lambda query=query: search(query, count=k, exact=False, threads=1, dtype=self.unknown),
                lambda answer: answer[0][0].tolist(),
            )


PEERS = {"faiss-f32": FaissF32, "faiss-sq8": FaissSq8, "usearch": Usearch}


def vectors(path, dimensions):
    return np.fromfile(path, np.float32).reshape(-1, dimensions)


def timed(searches):
    """(rows found, us) of each."""
    found, latency_us = [], []
    gc.disable()
    for search, rows in searches:
        begin = time.perf_counter_ns()
        answer = search()
        latency_us.append((time.perf_counter_ns() - begin) / 1e3)
        found.append(rows(answer))
    gc.enable()
    return found, latency_us


def resident():
    """(anonymous, of files) in MiB, counted by the kernel now, after what was freed went back to the system."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/smaps_rollup") as rollup:
        kib = {words[0]: int(words[1]) for words in map(str.split, rollup) if words[0] in ("Rss:", "Anonymous:")}
    return kib["Anonymous:"] / 1024, (kib["Rss:"] - kib["Anonymous:"]) / 1024


class Session:
    def __init__(self, name, options):
        self.kind = PEERS[name]
        self.options = options
        self.peer = self.kind(**options)
        self.overhead_us = {}

    def build(self, rows, dimensions):
        data = vectors(rows, dimensions)
        begin = time.process_time()
        self.peer.build(data)
        return {"cpu_s": time.process_time() - begin}

    def search(self, queries, dimensions, k, ef):
        asked = vectors(queries, dimensions)
        found, latency_us = timed(self.peer.searches(asked, k, ef))
        overhead_us = self.overhead(asked[:1], k)
        return {
            "found": found,
            "latency_us": [max(0.0, one - overhead_us) for one in latency_us],
            "overhead_us": overhead_us,
        }

    def save(self, path):
        self.peer.save(path)
        return {}

    def open(self, path, queries, dimensions, rounds, searches, k, ef):
        asked = vectors(queries, dimensions)
        first_result_ms = []
        for i in range(rounds):
            self.peer.close()
            gc.collect()
            begin = time.perf_counter_ns()
            self.peer.open(path, dimensions)
            next(iter(self.peer.searches(asked[i : i + 1], k, ef)))[0]()
            first_result_ms.append((time.perf_counter_ns() - begin) / 1e6)
        self.peer.close()
        anonymous, mapped = resident()
        self.peer.open(path, dimensions)
        for begin in range(0, searches, len(asked)):
            timed(self.peer.searches(asked[: searches - begin], k, ef))
        after = resident()
        return {
            "first_result_ms": first_result_ms,
            "private_mib": after[0] - anonymous,
            "mapped_mib": after[1] - mapped,
        }

    def overhead(self, query, k):
        """us; measured once for each k."""
        if k not in self.overhead_us:
            single = self.kind(**self.options)
            single.build(query)
            calls = np.repeat(query, OVERHEAD_CALLS, axis=0)
            self.overhead_us[k] = min(timed(single.searches(calls, k, 10))[1])
        return self.overhead_us[k]


def main():
    # What a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(document):
        answers.write(json.dumps(document) + "\n")
        answers.flush()

    try:
        session = Session(sys.argv[1], json.loads(sys.argv[2]))
        answer({"version": session.peer.version})
        for line in sys.stdin:
            request = json.loads(line)
            word = request.pop("do")
            words = {"build": session.build, "search": session.search, "save": session.save, "open": session.open}
            answer(words[word](**request))
    except Exception as error:  # The benchmark says it and ends.
        answer({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
