"""The small network of shapes, forward and back in NumPy: the lesson's g and h for a batch of pictures.

conv 1→8, 3 × 3, padding 1 | relu | maxpool(2) | conv 8→16, 3 × 3 | relu | globalavg | dense 16→3, softmax.
NumPy and not torch: a step costs half as much, and the first weights depend on no release of torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # float32 in use, float64 where it is held against torch
Weights = Mapping[str, Array]

SHAPES: Mapping[str, tuple[int, ...]] = {
    "conv1.weight": (8, 1, 3, 3),
    "conv1.bias": (8,),
    "conv2.weight": (16, 8, 3, 3),
    "conv2.bias": (16,),
    "fc.weight": (3, 16),
    "fc.bias": (3,),
}
STACK = "weights(conv1,padding=1)|relu|maxpool(2)|weights(conv2)|relu|globalavg|flatten|dense(fc)|softmax"
COUNT = sum(int(np.prod(shape)) for shape in SHAPES.values())
TAPS = [(row, col) for row in range(3) for col in range(3)]


def first_weights(seed: int, kind: type[np.floating[Any]] = np.float32) -> dict[str, Array]:
    """Weights and biases drawn evenly from ±1/√inputs, as PyTorch's layers begin."""
    rng, found = np.random.default_rng(seed), {}
    for name, shape in SHAPES.items():
        inputs = int(np.prod(SHAPES[name.partition(".")[0] + ".weight"][1:]))
        found[name] = rng.uniform(-(inputs**-0.5), inputs**-0.5, shape).astype(kind)
    return found


@dataclass(frozen=True, eq=False)
class Pass:
    """What a pass forward leaves for the way back; channels stand before pictures, (C, N, H, W)."""

    patches: tuple[Array, Array]  # what the two convolutions read, a column for every place
    first: Array  # behind the first ReLU
    pooled: Array
    second: Array  # behind the second ReLU
    means: Array  # (N, 16)
    logits: Array  # (N, 3)

    def shares(self) -> Array:
        """Softmax of the logits, (N, 3)."""
        grown = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        shares: Array = grown / grown.sum(axis=1, keepdims=True)
        return shares


def forward(weights: Weights, pictures: Array) -> Pass:
    """Look at pictures (N, 1, 24, 24)."""
    padded = np.pad(pictures.transpose(1, 0, 2, 3), ((0, 0), (0, 0), (1, 1), (1, 1)))
    seen = _columns(padded)
    first = np.maximum(_slide(weights, "conv1", seen), 0).reshape(8, len(pictures), *pictures.shape[2:])
    across = np.maximum(first[..., ::2], first[..., 1::2])
    pooled = np.maximum(across[:, :, ::2], across[:, :, 1::2])
    read = _columns(pooled)
    rows, cols = pooled.shape[2] - 2, pooled.shape[3] - 2
    second = np.maximum(_slide(weights, "conv2", read), 0).reshape(16, len(pictures), rows, cols)
    means = second.mean(axis=(2, 3)).T
    logits = means @ weights["fc.weight"].T + weights["fc.bias"]
    return Pass((seen, read), first, pooled, second, means, logits)


def loss_of(done: Pass, labels: NDArray[np.int64]) -> float:
    """J = −ln p of the right class, the mean over the pictures."""
    right = done.shares()[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(right, np.finfo(right.dtype).tiny)).mean())


def backward(weights: Weights, done: Pass, labels: NDArray[np.int64]) -> dict[str, Array]:
    """dJ by every weight and bias, named as in `SHAPES`."""
    count, cells = len(labels), done.second.shape[2] * done.second.shape[3]
    by_logits = done.shares()
    by_logits[np.arange(count), labels] -= 1
    by_logits /= count
    by_means = (by_logits @ weights["fc.weight"] / cells).T
    by_second = ((done.second > 0) * by_means[:, :, None, None]).reshape(16, -1)  # ReLU's mask
    by_read = (weights["conv2.weight"].reshape(16, -1).T @ by_second).reshape(
        8, 9, count, *done.second.shape[2:]
    )
    by_pooled = np.zeros_like(done.pooled)
    for place, (row, col) in enumerate(TAPS):  # h: each product goes back to the cell it was read from
        by_pooled[:, :, row : row + by_read.shape[3], col : col + by_read.shape[4]] += by_read[:, place]
    by_first = _to_winners(done, by_pooled).reshape(8, -1)
    return {
        "conv1.weight": (by_first @ done.patches[0].T).reshape(SHAPES["conv1.weight"]),
        "conv1.bias": by_first.sum(axis=1),
        "conv2.weight": (by_second @ done.patches[1].T).reshape(SHAPES["conv2.weight"]),
        "conv2.bias": by_second.sum(axis=1),
        "fc.weight": by_logits.T @ done.means,
        "fc.bias": by_logits.sum(axis=0),
    }


def _columns(maps: Array) -> Array:
    """Every 3 × 3 patch of maps (C, N, H, W) as a column: (C·9, N·(H − 2)·(W − 2))."""
    channels, count, rows, cols = maps.shape
    found = np.empty((channels, len(TAPS), count, rows - 2, cols - 2), maps.dtype)
    for place, (row, col) in enumerate(TAPS):
        found[:, place] = maps[:, :, row : row + rows - 2, col : col + cols - 2]
    return found.reshape(channels * len(TAPS), -1)


def _slide(weights: Weights, name: str, columns: Array) -> Array:
    tensor = weights[f"{name}.weight"]
    moved: Array = tensor.reshape(len(tensor), -1) @ columns
    moved += weights[f"{name}.bias"][:, None]
    return moved


def _to_winners(done: Pass, by_pooled: Array) -> Array:
    """Pooling's gradient goes to the first of the largest of each window, and no further where ReLU gave 0."""
    found = np.zeros_like(done.first)
    free = done.pooled > 0
    for row, col in ((0, 0), (0, 1), (1, 0), (1, 1)):
        wins = free & (done.first[:, :, row::2, col::2] == done.pooled)
        found[:, :, row::2, col::2] = wins * by_pooled
        free &= ~wins
    return found
