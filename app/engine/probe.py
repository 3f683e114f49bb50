"""What if: a network's answer with a part of the photo covered, maps muted or amplified, kernels replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError, no_such_cell
from app.engine.network import Network
from app.engine.trace import Trace, require
from app.layers.base import Array, Layer, Learned
from app.layers.gray import LUMA
from app.layers.normalize import Normalize
from app.layers.stack import Stack
from app.layers.weights import Weights

MOST_GAIN = 10.0


@dataclass(frozen=True)
class Cover:
    """A rectangle of the picture that the network reads, in its cells; it may reach beyond the border."""

    top: int
    left: int
    rows: int
    cols: int


@dataclass(frozen=True)
class Change:
    """What is changed: the covered part, a factor for maps (stage, channel), kernels of the first learned layer."""

    cover: Cover | None = None
    gains: Mapping[tuple[int, int], float] = field(default_factory=dict)
    kernels: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)


def picture_stage(stack: Stack) -> int:
    """The stage that holds the picture in the network's size: behind a leading resize, else the input."""
    return 1 if stack.layers and stack.layers[0].kind == "resize" else 0


def probe(network: Network, trace: Trace, change: Change) -> list[float]:
    """The logits of a traced photo under a change.

    `trace` is that of `network.logits_stage()`. Covered cells take the colour that the network's
    normalisation turns into 0, so that the patch says as little as a patch can.

    Raises
    ------
    UserError
        `no_such_cell`, `gain_out_of_bounds`, `no_such_kernel`, `kernel_too_large_for_layer`.
    """
    layers = list(trace.stack.layers)
    start = picture_stage(trace.stack)
    first = next((i for i, layer in enumerate(layers) if isinstance(layer, Weights)), None)
    if change.kernels:
        if first is None:
            raise UserError("no_such_kernel", index=next(iter(change.kernels)), last=-1)
        layers[first] = _with_kernels(layers[first], change.kernels)
    _check_gains(trace, change)
    maps: Array = require(trace, start).maps
    if change.cover is not None:
        maps = _covered(maps, change.cover, _background(layers[start:], maps.shape[0]))
        maps = _amplified(maps, change, start)
    elif _is_late(change, start, first):
        start = min(stage for stage, _ in change.gains)  # nothing before the first changed map has changed
        maps = _amplified(trace.stages[start].maps, change, start)
    else:
        maps = _amplified(maps, change, start)
    for stage, layer in enumerate(layers[start:], start=start + 1):
        maps = _amplified(layer.forward(maps), change, stage)
    logits: list[float] = maps.reshape(-1).tolist()
    return logits


def _is_late(change: Change, start: int, first: int | None) -> bool:
    return not change.kernels and bool(change.gains) and min(stage for stage, _ in change.gains) > start


def _check_gains(trace: Trace, change: Change) -> None:
    for (stage, channel), gain in change.gains.items():
        shape = require(trace, stage).shape
        if not 0 <= channel < shape[0]:
            raise no_such_cell(shape, stage, channel)
        if not 0.0 <= gain <= MOST_GAIN:
            raise UserError("gain_out_of_bounds", value=gain, high=MOST_GAIN)


def _background(layers: Sequence[Layer], channels: int) -> NDArray[np.float32]:
    """What a normalisation turns into 0; middle grey without one."""
    mean = layers[0].mean if layers and isinstance(layers[0], Normalize) else (0.5,)
    return np.array(mean * channels if len(mean) == 1 else mean, dtype=np.float32)[:, None, None]


def _covered(maps: Array, cover: Cover, colour: NDArray[np.float32]) -> Array:
    covered = maps.copy()
    top, left = max(0, cover.top), max(0, cover.left)
    covered[:, top : max(top, cover.top + cover.rows), left : max(left, cover.left + cover.cols)] = colour
    return covered


def _amplified(maps: Array, change: Change, stage: int) -> Array:
    mine = {channel: gain for (at, channel), gain in change.gains.items() if at == stage}
    if not mine:
        return maps
    changed = maps.copy()
    for channel, gain in mine.items():
        changed[channel] *= np.float32(gain)
    return changed


def _with_kernels(layer: Layer, kernels: Mapping[int, NDArray[np.float64]]) -> Layer:
    assert isinstance(layer, Weights)
    weights: NDArray[Any] = np.array(layer.tensor.weights, dtype=np.float32)
    for channel, kernel in kernels.items():
        if not 0 <= channel < len(weights):
            raise UserError("no_such_kernel", index=channel, last=len(weights) - 1)
        weights[channel] = hand_made(kernel, weights[channel])
    return replace(layer, tensor=Learned(layer.tensor.name, weights, layer.tensor.bias))


def hand_made(kernel: NDArray[np.float64], learned: NDArray[Any]) -> NDArray[np.float32]:
    """A hand-made kernel in the place of a learned one (I, rows, cols): on the grey picture, equally strong.

    Centred, shared out among three input channels as grey is (evenly among others), and scaled to the
    learned kernel's length (L2), so that the layers behind it meet values of the usual size.

    Raises
    ------
    UserError
        `kernel_too_large_for_layer`.
    """
    channels, rows, cols = learned.shape
    if kernel.shape[0] > rows or kernel.shape[1] > cols:
        raise UserError(
            "kernel_too_large_for_layer", rows=kernel.shape[0], cols=kernel.shape[1], needed_rows=rows,
            needed_cols=cols,
        )  # fmt: skip
    placed = np.zeros((channels, rows, cols))
    top, left = (rows - kernel.shape[0]) // 2, (cols - kernel.shape[1]) // 2
    # each colour gets as much of a hand-made kernel as a grey has of it
    shares = np.array(LUMA if channels == 3 else [1 / channels] * channels)
    placed[:, top : top + kernel.shape[0], left : left + kernel.shape[1]] = shares[:, None, None] * kernel
    length = np.linalg.norm(placed)
    return (placed * (np.linalg.norm(learned) / length if length else 0.0)).astype(np.float32)
