"""Activation maximisation: the picture that a unit of a network answers to most, found by gradient ascent.

Ascent alone gives high-frequency noise. Three brakes keep the picture readable: the gradient is divided by
spatial frequency (Olah, Mordvintsev and Schubert 2017, "Feature Visualization", preconditioning), the picture
is moved a little at every step (Mordvintsev, Olah and Tyka 2015, jitter), and it is blurred now and then and
drawn back to the mean colour (Yosinski et al. 2015, "Understanding Neural Networks Through Deep Visualization").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.compute.threads import load_torch
from app.engine.attribution.chain import Chain
from app.engine.cells import Place, field_boxes, windows_behind
from app.layers.base import Array

if TYPE_CHECKING:
    from torch import Tensor

STEPS = 16
FIRST_RATE, LAST_RATE = 0.25, 0.03  # of the picture's range, what a pixel moves in a step on average
DECAY = 0.03  # of the distance to the mean colour, each step
BLUR_EVERY = 4
JITTER = 16  # the picture's side over the longest move
LARGEST = 56  # cells a side that are chosen freely; a wider field is filled by enlarging them


@dataclass(frozen=True)
class Sight:
    """Where a unit is asked: a cell of a chain's stage, and the part of its picture that is kept, in pixels.

    `stage` None asks for the logits; then the whole picture is kept.
    """

    chain: Chain
    stage: int | None
    row: int
    col: int
    top: int
    left: int
    rows: int
    cols: int

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the picture that is chosen: of the kept part, or less and then enlarged."""
        return min(LARGEST, self.rows), min(LARGEST, self.cols)


def sight_of(chain: Chain, stage: int | None) -> Sight:
    """The most central cell of a stage's map with its field; on the smallest picture that holds all of it."""
    _, rows, cols = chain.shape
    if stage is None:
        return Sight(chain, None, 0, 0, 0, 0, rows, cols)
    shape = chain.shapes[stage - chain.first]
    for row in range(shape[1] // 2 + 1):
        place = Place(stage - chain.first, 0, row, min(row, shape[2] // 2))
        windows = windows_behind(chain.layers, chain.shapes, place)
        box = field_boxes(windows, chain.shapes[: place.stage + 1], place)[0].box
        if box.rows.first >= 0 and box.cols.first >= 0 and box.rows.last < rows and box.cols.last < cols:
            # no cell of any layer that the unit reads touches padding, so what lies outside does not matter
            size = (chain.shape[0], box.rows.last + 1, box.cols.last + 1)
            small = Chain(chain.layers[: stage - chain.first], chain.first, size)
            return Sight(
                small, stage, row, place.col, box.rows.first, box.cols.first, box.rows.size, box.cols.size
            )
    return Sight(chain, stage, shape[1] // 2, shape[2] // 2, 0, 0, rows, cols)


def activations(sight: Sight, pictures: Tensor, units: Sequence[int]) -> Tensor:
    """What each picture's unit answers: its cell before the activation, or its logit."""
    torch = load_torch()
    maps = sight.chain.run(pictures, stop=sight.stage)
    each = torch.arange(len(units))
    if sight.stage is None:
        return maps.flatten(1)[each, list(units)]
    found: Tensor = maps[each, list(units), sight.row, sight.col]
    return found


def reached(sight: Sight, pictures: Array, units: Sequence[int]) -> NDArray[np.float32]:
    """The activation that each picture (units, C, *size) of 0..1 brings about, enlarged, on an even ground."""
    torch = load_torch()
    with torch.inference_mode():
        found: NDArray[np.float32] = activations(
            sight, _framed(sight, torch.from_numpy(pictures)), units
        ).numpy()
    return found


def dream(sight: Sight, units: Sequence[int], seed: int, steps: int = STEPS) -> Array:
    """The picture (units, C, *size), 0..1, that each unit answers to most; the same for the same seed."""
    torch = load_torch()
    generator = torch.Generator().manual_seed(seed)
    mean = torch.from_numpy(sight.chain.baseline)[:, : sight.size[0], : sight.size[1]]
    noise = torch.randn(len(units), *mean.shape, generator=generator)
    scale = _frequency_scale(*sight.size)
    pictures = (mean + 0.1 * _preconditioned(noise, scale)).clamp(0, 1)
    reach = min(sight.size) // JITTER
    for step in range(steps):
        moves = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist() if reach else [0, 0]
        moved = pictures.roll(moves, (2, 3)).requires_grad_()
        total = activations(sight, _framed(sight, moved), units).sum()
        gradient = _preconditioned(torch.autograd.grad(total, moved)[0], scale)
        rate = FIRST_RATE + (LAST_RATE - FIRST_RATE) * step / steps
        with torch.no_grad():
            pictures = (moved + rate * gradient).roll([-move for move in moves], (2, 3))
            pictures = pictures + DECAY * (mean - pictures)
            if reach and step % BLUR_EVERY == BLUR_EVERY - 1 and step < steps - BLUR_EVERY:
                pictures = _blurred(pictures)
            pictures = pictures.clamp(0, 1)
    found: Array = pictures.numpy().astype(np.float32)
    return found


def _framed(sight: Sight, kept: Tensor) -> Tensor:
    """The picture, enlarged to the kept part, where its cell expects it; the ground around matters to nothing."""
    torch = load_torch()
    if sight.size != (sight.rows, sight.cols):
        kept = torch.nn.functional.interpolate(
            kept, (sight.rows, sight.cols), mode="bilinear", align_corners=False
        )
    if tuple(kept.shape[1:]) == sight.chain.shape:
        return kept
    ground = torch.from_numpy(sight.chain.baseline).expand(kept.shape[0], -1, -1, -1)
    above = torch.cat([ground[:, :, : sight.top, sight.left :], kept], 2)
    framed: Tensor = torch.cat([ground[:, :, :, : sight.left], above], 3)
    return framed


def _frequency_scale(rows: int, cols: int) -> Tensor:
    """One over the spatial frequency, as rfft2 orders it; the mean counts as the lowest frequency."""
    torch = load_torch()
    down = torch.fft.fftfreq(rows)[:, None]
    right = torch.fft.rfftfreq(cols)[None]
    found: Tensor = 1 / torch.hypot(down, right).clamp(min=1 / max(rows, cols))
    return found


def _preconditioned(gradient: Tensor, scale: Tensor) -> Tensor:
    """The gradient with high frequencies damped, each picture's brought to a spread of 1."""
    torch = load_torch()
    smooth = torch.fft.irfft2(torch.fft.rfft2(gradient) * scale, s=gradient.shape[2:])
    spread = smooth.square().mean((1, 2, 3), keepdim=True).sqrt()
    found: Tensor = smooth / spread.clamp(min=1e-12)
    return found


def _blurred(pictures: Tensor) -> Tensor:
    """Each colour smoothed by 1-2-1 in both directions, the border repeated."""
    torch = load_torch()
    line = torch.tensor([0.25, 0.5, 0.25])
    kernel = torch.outer(line, line).expand(pictures.shape[1], 1, 3, 3)
    padded = torch.nn.functional.pad(pictures, (1, 1, 1, 1), mode="replicate")
    found: Tensor = torch.nn.functional.conv2d(padded, kernel, groups=pictures.shape[1])
    return found
