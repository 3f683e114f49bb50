"""The served form: folded float16 tensors and a JSON text in one safetensors file, and its forward pass."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.augment import MEAN, STD, normalize
from models.data import squeeze
from models.net import OUTPUTS, Step, folded_logits

NAME = "catdog"
METADATA_KEY = "convisor"


def stack_text(chain: tuple[Step, ...], side: int, name: str = NAME) -> str:
    """Return the network in the notation of stacks, preprocessing and softmax included."""
    mean, std = (",".join(f"{value:g}" for value in values) for values in (MEAN, STD))
    words = [f"resize({side},{side})", f"normalize(({mean}),({std}))"]
    for number, step in enumerate(chain, start=1):
        stride = f"stride={step.stride}," if step.stride != 1 else ""
        words += [f"weights({name}.c{number},{stride}padding=1)", "relu"]
    return "|".join([*words, "globalavg", "flatten", f"dense({name}.fc)", "softmax"])


def read_stack(text: str, tensors: Mapping[str, Tensor]) -> tuple[tuple[Step, ...], int]:
    """Return the chain and the input side that `stack_text` wrote; ValueError for another stack."""
    resize = re.match(r"resize\((\d+),", text)
    if resize is None:
        raise ValueError(f"no stack of this package: {text[:60]}")
    side = int(resize[1])
    strides = re.findall(r"weights\(\w+\.(c\d+),(?:stride=(\d+),)?padding=1\)", text)
    return tuple(Step(len(tensors[f"{name}.bias"]), int(stride or 1)) for name, stride in strides), side


def halved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Round tensors to float16, as stored; refuses numbers that float16 cannot hold."""
    rounded = {name: tensor.half().contiguous() for name, tensor in tensors.items()}
    if not all(bool(torch.isfinite(tensor).all()) for tensor in rounded.values()):
        raise ValueError("a weight is beyond float16")
    return rounded


def write_weights(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> str:
    """Write tensors (float16) and facts; return the file's SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps(facts, separators=(",", ":"), sort_keys=True)
    save_file(halved(tensors), partial, metadata={METADATA_KEY: text})
    partial.chmod(0o644)
    partial.rename(path)
    return checksum(path)


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors as float32 and the facts of a weights file."""
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()[METADATA_KEY])
        return {name: file.get_tensor(name).float() for name in file.keys()}, facts  # noqa: SIM118  # safe_open is no mapping


def checksum(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@torch.no_grad()
def served_logits(
    tensors: dict[str, Tensor], chain: tuple[Step, ...], side: int, pictures: list[np.ndarray] | np.ndarray
) -> np.ndarray:
    """Return logits (N, 3) of uint8 pictures (row, column, RGB) of any size, preprocessed as in serving."""
    logits = [np.zeros((0, len(OUTPUTS)), np.float32)]
    for start in range(0, len(pictures), 100):
        pixels = np.stack([squeeze(picture, side) for picture in pictures[start : start + 100]])
        x = normalize(torch.from_numpy(pixels).permute(0, 3, 1, 2))
        logits.append(folded_logits(tensors, chain, x.contiguous(memory_format=torch.channels_last)).numpy())
    return np.concatenate(logits)
