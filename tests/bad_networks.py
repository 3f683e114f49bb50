"""Files and stacks that make no network: each with the code of its refusal and the values that its sentence names."""

from __future__ import annotations

import pickle
import zipfile
from io import BytesIO

import torch
from safetensors.torch import save
from torch import nn

from tests.own_networks import SMALL, SMALL_STACK, file_of

EXAMPLE = "resize(64,64)|weights(conv1,padding=1)|relu|maxpool(2)|flatten|dense(fc1)|softmax"
KNOWN_DTYPES = "float16, bfloat16, float32, float64"


def zipped() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("archive/data.pkl", b"x")
    return out.getvalue()


def torch_saved() -> bytes:
    out = BytesIO()
    torch.save(SMALL, out)
    return out.getvalue()


def header(text: bytes, rest: bytes = b"") -> bytes:
    return len(text).to_bytes(8, "little") + text + rest


LONG_HEADER = save(SMALL, metadata={"x": "y" * 200_000})
FILES = {
    "zip": (zipped(), "network_pickle", {}),
    "torch.save": (torch_saved(), "network_pickle", {}),
    "pickle": (pickle.dumps({"a": 1}), "network_pickle", {}),
    "old pickle": (pickle.dumps({"a": 1}, protocol=2), "network_pickle", {}),
    "older pickle": (pickle.dumps({"a": 1}, protocol=3), "network_pickle", {}),
    "new pickle": (pickle.dumps({"a": 1}, protocol=5), "network_pickle", {}),
    "ascii pickle": (pickle.dumps({"a": [1] * 9}, protocol=0), "network_not_safetensors", {}),
    "empty": (b"", "network_not_safetensors", {}),
    "text": (b"hello, this is no network", "network_not_safetensors", {}),
    "9 bytes": (bytes(8) + b"{", "network_not_safetensors", {}),
    "10 bytes": (header(b"{}"), "network_no_tensors", {}),
    "cut off": (save(SMALL)[:-5], "network_damaged", {}),
    "cut header": (save(SMALL)[:40], "network_damaged", {}),
    "longer": (save(SMALL) + b"x", "network_damaged", {}),
    "bad header": (header(b"{not json}"), "network_damaged", {}),
    "deep header": (header(b'{"a":' * 3000), "network_damaged", {}),
    "nothing": (header(b"{}      "), "network_no_tensors", {}),
    "long header": (
        LONG_HEADER,
        "network_header",
        {"bytes": int.from_bytes(LONG_HEADER[:8], "little"), "limit": 100_000},
    ),
    "many tensors": (
        save({f"t{n}.weight": torch.zeros(1, 1) for n in range(300)}),
        "network_too_many_tensors",
        {"tensors": 300, "limit": 256},
    ),
    "many numbers": (
        save({"fc.weight": torch.zeros(900, 9000, dtype=torch.float16)}),
        "network_too_many_parameters",
        {"parameters": 8_100_000, "limit": 8_000_000},
    ),
    "integers": (
        save({"fc.weight": torch.zeros(2, 2, dtype=torch.int64)}),
        "network_dtype",
        {"name": "fc.weight", "dtype": "I64", "known": KNOWN_DTYPES},
    ),
    "integers of a long name": (
        save({"x" * 90: torch.zeros(2, 2, dtype=torch.int8)}),
        "network_dtype",
        {"name": "x" * 80, "dtype": "I8", "known": KNOWN_DTYPES},
    ),
    "batch norm": (
        save({**SMALL, "bn.running_mean": torch.zeros(4)}),
        "network_batch_norm",
        {"name": "bn"},
    ),
    "not a number": (
        save({**SMALL, "fc1.weight": torch.full((2, 64), float("nan"))}),
        "network_not_finite",
        {"name": "fc1.weight"},
    ),
    "too large for float32": (
        save({"f" * 90 + ".weight": torch.full((2, 2), 1e300, dtype=torch.float64)}),
        "network_not_finite",
        {"name": "f" * 80},
    ),
    "no weights": (save({"fc.bias": torch.zeros(2)}), "network_no_tensors", {}),
    "one axis": (
        save({**SMALL, "ln.weight": torch.zeros(4)}),
        "network_axes",
        {"name": "ln", "axes": 1, "shape": "4"},
    ),
    "three axes": (
        save({**SMALL, "conv.weight": torch.zeros(4, 2, 3)}),
        "network_axes",
        {"name": "conv", "axes": 3, "shape": "4 × 2 × 3"},
    ),
    "no cells": (
        save({"fc.weight": torch.zeros(2, 0)}),
        "network_axes",
        {"name": "fc", "axes": 2, "shape": "2 × 0"},
    ),
    "no axis": (
        save({"fc.weight": torch.tensor(1.0)}),
        "network_axes",
        {"name": "fc", "axes": 0, "shape": "-"},
    ),
    "another bias": (
        save({**SMALL, "conv1.bias": torch.zeros(5)}),
        "network_bias",
        {"name": "conv1", "found": 5, "needed": 4},
    ),
    "digits first": (
        file_of(nn.Sequential(nn.Linear(2, 2))),
        "network_tensor_name",
        {"name": "0", "mend": "layer0"},
    ),
    "capitals and signs": (
        save({"Conv-Ñ 2.weight": torch.zeros(2, 2)}),
        "network_tensor_name",
        {"name": "Conv-Ñ 2", "mend": "conv___2"},
    ),
}  # fmt: skip

# fits as it is written, and no longer with the network's name before every tensor
LONG = "[" + ";".join([",".join(["0.1234567890123"] * 31)] * 31) + "]"
TOO_LONG = (
    f"resize(8,8)|conv({LONG},padding=same)|" + "weights(big,padding=same)|" * 15 + "globalavg|dense(fc4)"
)
BIG = {
    **SMALL,
    "big.weight": torch.zeros(3, 3, 31, 31),
    "fc4.weight": torch.zeros(2, 3),
    "one.weight": torch.zeros(1, 4),
    "many.weight": torch.zeros(101, 4),
}
BIG_WORK = 4 * 3 * 3 * 31 * 31 * 200 * 200  # of four convolutions on 200 x 200 cells
STACKS = {
    "": ("network_no_resize", {"layer": "-", "example": EXAMPLE}),
    "weights(conv1)|flatten|dense(fc1)": ("network_no_resize", {"layer": "weights(conv1)", "example": EXAMPLE}),
    "~" + SMALL_STACK: ("network_no_resize", {"layer": "~resize(8,8)", "example": EXAMPLE}),
    "resize(8,8)": ("network_end", {"layer": "resize(8,8)"}),
    "resize(8,8)|weights(conv1,padding=1)|globalavg|softmax": ("network_end", {"layer": "softmax"}),
    SMALL_STACK + "|relu": ("network_end", {"layer": "relu"}),
    SMALL_STACK + "|softmax|softmax": ("network_end", {"layer": "softmax"}),
    "resize(8,8)|gray|flatten|dense(fc1)": ("network_too_shallow", {}),
    SMALL_STACK.replace("relu", "softmax"): ("network_layer_between", {"stage": 3, "layer": "softmax"}),
    SMALL_STACK.replace("relu", "conv(box)"): ("network_layer_between", {"stage": 3, "layer": "conv(box)"}),
    SMALL_STACK.replace("relu", "~relu"): ("network_layer_between", {"stage": 3, "layer": "~relu"}),
    SMALL_STACK.replace("conv1", "conv7"): (
        "unknown_tensor",
        {"name": "conv7", "nearest": "conv1", "known": "big, conv1, fc1, fc4, many, one"},
    ),
    SMALL_STACK.replace("weights(conv1", "weights(fc1"): (
        "tensor_axes",
        {"owner": "weights", "name": "fc1", "axes": 2, "needed": 4},
    ),
    SMALL_STACK.replace("relu", "add(x)"): ("notation_reserved", {"word": "add()"}),
    "resize(200,200)|" + "weights(big,padding=same)|" * 4 + "globalavg|dense(fc4)": (
        "network_too_slow",
        {"multiply_adds": BIG_WORK + 3 * 2, "limit": 1_000_000_000},
    ),
    TOO_LONG: (
        "notation_too_long",
        {"length": len(TOO_LONG) + 16 * len("n" + 32 * "0" + "."), "limit": 16_000},
    ),
    "resize(8,8)|weights(conv1,padding=1)|globalavg|dense(one)": (
        "network_outputs",
        {"outputs": 1, "low": 2, "limit": 100},
    ),
    "resize(8,8)|weights(conv1,padding=1)|globalavg|dense(many)": (
        "network_outputs",
        {"outputs": 101, "low": 2, "limit": 100},
    ),
}  # fmt: skip
# the stack, the stage and layer that refuse, and the layer's own refusal
REFUSING = [
    (
        SMALL_STACK.replace("maxpool(2)", "maxpool(4)"),
        6, "dense(fc1)", "dense_length", {"name": "fc1", "needed": 64, "found": 16},
    ),
    (
        SMALL_STACK.replace("|flatten", ""),
        5, "dense(fc1)", "dense_input", {"name": "fc1", "needed": 64, "channels": 4, "rows": 4, "cols": 4},
    ),
    (
        "resize(8,8)|gray|" + SMALL_STACK.removeprefix("resize(8,8)|"),
        3, "weights(conv1,padding=1)", "weights_channels", {"name": "conv1", "needed": 3, "channels": 1},
    ),
    (
        "resize(2000,2000)|weights(conv1,padding=1)|relu|globalavg|dense(fc1)",
        3, "relu", "trace_too_large", {"cells": 3 * 2048**2 + 2000**2 * (3 + 4 + 4), "limit": 50_000_000},
    ),
    (
        "resize(2000,2000)|weights(conv1,padding=2)|globalavg|dense(fc1)",
        2, "weights(conv1,padding=2)", "too_many_cells", {"cells": 4 * 2002**2, "limit": 16_000_000},
    ),
]  # fmt: skip
