"""Several pictures through a network together, as one array with four axes: (N, C, H, W)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.compute.threads import load_torch
from app.domain.errors import UserError
from app.engine.attribution.chain import Chain
from app.layers.base import Array

MOST_CELLS = 64_000_000  # of the two stages that are held at a time
BatchShape = tuple[int, int, int, int]


@dataclass(frozen=True)
class Passed:
    """A stage that the batch went through: the layer that made it (empty for the pictures) and its shape."""

    layer: str
    kind: str
    shape: BatchShape


@dataclass(frozen=True)
class BatchRun:
    """What a batch was at every stage, and its logits (N, outputs)."""

    stages: tuple[Passed, ...]
    logits: NDArray[np.float32]


def run_batch(chain: Chain, pictures: Array) -> BatchRun:
    """Run pictures (N, C, rows, cols) through a chain; every layer sees all of them at once.

    Raises
    ------
    UserError
        `batch_too_large` when a layer's input and output would hold more than 64 million numbers.
    """
    torch = load_torch()
    count = len(pictures)
    sizes = [channels * rows * cols for channels, rows, cols in chain.shapes]
    cells = count * max(before + after for before, after in pairwise(sizes))
    if cells > MOST_CELLS:
        raise UserError("batch_too_large", count=count, cells=cells, limit=MOST_CELLS)
    x = torch.from_numpy(np.ascontiguousarray(pictures, dtype=np.float32))
    stages = [Passed("", "input", (count, *chain.shape))]
    with torch.inference_mode():
        for layer, step in zip(chain.layers, chain.steps, strict=True):
            x = step(x)
            _, channels, rows, cols = x.shape
            stages.append(Passed(layer.text, layer.kind, (count, channels, rows, cols)))
    return BatchRun(tuple(stages), np.asarray(x.flatten(1).numpy(), dtype=np.float32))
