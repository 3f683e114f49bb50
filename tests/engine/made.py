"""A photo made of numbers, a cache that counts, and a tiny network written to a file."""

import hashlib
import json
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

STACK = (
    "resize(8,8)|normalize((0.5,0.4,0.3),(0.2,0.3,0.4))|weights(tiny.c1,stride=2,padding=1)|relu"
    "|globalavg|flatten|dense(tiny.fc)|softmax"
)


class MadePhoto:
    """A photo of random numbers; counts how often its pixels were read."""

    def __init__(self, rows: int = 20, cols: int = 30, seed: int = 0) -> None:
        self.key = f"made-{seed}"
        self.shape = (rows, cols)
        self.reads = 0
        self._pixels = np.random.default_rng(seed).random((3, rows, cols), dtype=np.float32)

    def pixels(self) -> np.ndarray:
        self.reads += 1
        return self._pixels


class CountingCache:
    """Keeps everything, and remembers what had to be made."""

    def __init__(self) -> None:
        self.kept: dict[Hashable, Any] = {}
        self.made: list[Any] = []

    def get_or_make(self, key: Hashable, make: Callable[[], Any]) -> Any:
        if key not in self.kept:
            self.kept[key] = make()
            self.made.append(key)
        return self.kept[key]


def write_network(folder: Path, **changes: Any) -> tuple[Path, Path, dict[str, np.ndarray]]:
    """A network of 2 + 1 outputs with random weights: its file, card and tensors."""
    rng = np.random.default_rng(5)
    tensors = {
        "c1.weight": rng.standard_normal((4, 3, 3, 3)).astype(np.float32),
        "c1.bias": rng.standard_normal(4).astype(np.float32),
        "fc.weight": rng.standard_normal((3, 4)).astype(np.float32),
        "fc.bias": rng.standard_normal(3).astype(np.float32),
    }
    facts = {
        "name": "tiny",
        "stack": STACK,
        "outputs": ["cat", "dog", "other"],
        "classes": ["cat", "dog"],
        "temperature": 1.5,
        "unsure": {"max_other": 1.0, "min_confidence": 0.0},
        **changes,
    }
    weights = folder / "tiny.safetensors"
    save_file(tensors, weights, metadata={"convisor": json.dumps(facts)})
    card = folder / "tiny.json"
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    card.write_text(json.dumps({"weights_sha256": digest, "about": "made for a test"}))
    return weights, card, tensors
