"""Files that are no network, or claim to be one: safetensors headers that lie, pickles, shapes beyond everything."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from safetensors.numpy import save

from tests.hostile.good_files import File, whole, zipped


def good() -> dict[str, np.ndarray]:
    """The tensors that `STACK` names."""
    return {
        "conv1.weight": np.zeros((4, 3, 3, 3), np.float32),
        "conv1.bias": np.zeros(4, np.float32),
        "fc1.weight": np.zeros((2, 64), np.float32),
    }


STACK = "resize(8,8)|weights(conv1,padding=1)|relu|maxpool(2)|flatten|dense(fc1)"


def files(seed: int) -> Iterator[File]:
    """Some 190 of them."""
    rng = np.random.default_rng(seed + 2)
    data = save(good())
    for cut in np.unique(np.linspace(0, len(data) - 1, 40).astype(int)):
        yield "cut network", "cut.safetensors", data[:cut]
    for number in range(40):
        changed = bytearray(data)
        for place in rng.integers(0, 300, rng.integers(1, 6)):
            changed[place] = rng.integers(0, 256)
        yield "changed network", f"changed{number}.safetensors", bytes(changed)
    for length in (0, 1, 7, 2**31, 2**40, 2**63, 2**64 - 1, 99_999, 100_001):
        yield "network header length", f"{length}.safetensors", struct.pack("<Q", length) + data[8:]
    for header in _headers():
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        yield "network header", "header.safetensors", struct.pack("<Q", len(text)) + text + bytes(2000)
    for name, tensors in _tensors():
        yield "network tensors", f"{name}.safetensors", save(tensors)
    yield from (("pickled network", name, body) for name, body in _pickled())
    for format in ("JPEG", "PNG", "GIF"):
        yield "picture as network", f"a.{format}", whole(format)
    for number in range(6):
        yield "noise as network", f"noise{number}.safetensors", rng.bytes(10**number)


def _headers() -> Iterator[Any]:
    one = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
    yield {}
    yield []
    yield b"{"
    yield b"{" + b'"a":{' * 5000
    yield b'{"a":' + b"[" * 50_000
    yield {"a.weight": 1}
    yield {"a.weight": None}
    yield {"__metadata__": {"a": 1}}
    yield {"__metadata__": {"a": "b" * 90_000}, "a.weight": one}
    for offsets in (
        [16, 0],
        [-1, 15],
        [0, 2**63],
        [0, 15],
        [1, 17],
        [0],
        [0, 16, 3],
        "0,16",
        [0.5, 16],
        [2**64, 2**65],
    ):
        yield {"a.weight": {**one, "data_offsets": offsets}}
    for shape in (
        [2**40, 2**40],
        [-2, -2],
        [0],
        [],
        [2**63],
        [1.5],
        ["a"],
        [1] * 2000,
        None,
        [4294967296, 4294967296, 0],
    ):
        yield {"a.weight": {**one, "shape": shape}}
    for dtype in ("I64", "U8", "BOOL", "F8_E4M3", "BF16", "C64", "x", "", None, 3, "F" * 9000):
        yield {"a.weight": {**one, "dtype": dtype}}
    yield {"a.weight": one, "b.weight": one}  # overlap
    yield {
        f"t{number}.weight": {**one, "data_offsets": [16 * number, 16 * number + 16]} for number in range(400)
    }
    yield b'{"a.weight":' + json.dumps(one).encode() + b',"a.weight":' + json.dumps(one).encode() + b"}"
    yield {"a.weight": {**one, "extra": {"deep": [1]}}}
    yield b"{\xff\xfe}"
    yield b'{"\\ud800.weight":' + json.dumps(one).encode() + b"}"


def _tensors() -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    for value in (np.nan, np.inf, -np.inf, 3e38):
        yield f"value{value}", {**good(), "fc1.weight": np.full((2, 64), value, np.float32)}
    for key in ("../a.weight", "<b>.weight", "A B.weight", "x" * 3000 + ".weight", "\n.weight", ".weight", "1.weight", "é.weight",
                "conv1.running_mean", "a|b.weight", "{name}.weight"):  # fmt: skip
        yield "name", {**good(), key: np.zeros((2, 2), np.float32)}
    for shape in ((2,), (2, 3, 4), (0, 4), (1, 1, 1, 1, 1), ()):
        yield "axes", {**good(), "other.weight": np.zeros(shape, np.float32)}
    for length in (1, 3, 5, 0):
        yield "bias", {**good(), "conv1.bias": np.zeros(length, np.float32)}
    for rows, cols in ((1, 64), (2, 63), (101, 64), (64, 2), (16_385, 64)):
        yield "outputs", {**good(), "fc1.weight": np.zeros((rows, cols), np.float32)}
    yield "kernel", {**good(), "conv1.weight": np.zeros((4, 3, 40, 40), np.float32)}
    yield "whole numbers", {**good(), "conv1.weight": np.zeros((4, 3, 3, 3), np.int64)}
    yield "double", {**good(), "fc1.weight": np.full((2, 64), 1e300)}


def _pickled() -> Iterator[tuple[str, bytes]]:
    for protocol in range(6):
        yield f"p{protocol}.pt", pickle.dumps({"conv1.weight": [1.0]}, protocol=protocol)
    harm = b"cos\nsystem\n(S'touch /tmp/convisor-was-here'\ntR."
    yield "harm.pt", harm
    yield "harm2.pt", b"\x80\x02" + harm
    yield "harm.pth", zipped("archive/data.pkl", harm)
    yield "keras.h5", b"\x89HDF\r\n\x1a\n" + bytes(500)
    yield "model.onnx", b"\x08\x07\x12\x07pytorch" + bytes(500)
    yield "a.gguf", b"GGUF\3\0\0\0" + bytes(500)
    yield "a.npz", b"PK\x05\x06" + bytes(18)
