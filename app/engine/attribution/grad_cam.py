"""Grad-CAM: the maps of one stage, weighted by how much the target's logit gains from each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute.threads import load_torch
from app.domain.errors import UserError
from app.engine.attribution.chain import Chain
from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Plane, Settings, Subject
from app.layers.base import Array

STRONGEST = 8


@dataclass(frozen=True)
class CamSteps:
    """The way to the map: stage `layer`'s maps and the logit's gradient by them (C, rows, cols), its means."""

    layer: int
    maps: Array
    gradient: Array
    weights: NDArray[np.float64]

    @property
    def means(self) -> NDArray[np.float64]:
        """The mean of every map."""
        found: NDArray[np.float64] = self.maps.mean((1, 2), dtype=np.float64)
        return found

    @property
    def sum(self) -> Plane:
        """The weighted sum, signed; its positive part is what the paper shows."""
        return np.tensordot(self.weights, self.maps.astype(np.float64), 1).astype(np.float32)

    @property
    def strongest(self) -> NDArray[np.intp]:
        """The maps that add most on average, for or against."""
        return np.argsort(-np.abs(self.weights * self.means), kind="stable")[:STRONGEST]

    def shown(self) -> tuple[Array, Array, Array]:
        """Of the strongest maps: themselves, the gradient by them, and themselves times their weights."""
        kept = self.strongest
        weighted = self.maps[kept] * self.weights[kept, None, None].astype(np.float32)
        return self.maps[kept], self.gradient[kept], weighted


@method(
    "grad_cam",
    settings=("layer",),
    checks=("deletion", "insertion", "randomised", "cascade"),
    repeats=5,
    signed=True,
)
def grad_cam(subject: Subject, settings: Settings) -> Attribution:
    """The weighted sum of a stage's maps, signed, at their own size; `details` hold the four steps.

    1. the stage's maps (their means), 2. the logit's gradient by their cells (its largest magnitude),
    averaged over each map: its weight, 3. the weighted sum (the map), 4. its positive part.
    Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2; without `layer`, the last stage whose maps are
    larger than one cell.
    """
    steps = cam_steps(subject, settings)
    return Attribution(steps.sum, _details(steps))


def cam_steps(subject: Subject, settings: Settings) -> CamSteps:
    """The maps, gradients and weights that the map is made of.

    Raises
    ------
    UserError
        `attribution_grad_cam_layer`.
    """
    torch, chain = load_torch(), subject.chain
    layer = _stage(chain, settings.layer)
    with torch.no_grad():
        maps = chain.run(subject.tensor(), stop=layer)
    maps = maps.detach().requires_grad_()
    logit = chain.run(maps, start=layer).flatten(1)[0, subject.target]
    gradient = torch.autograd.grad(logit, maps)[0][0].numpy()
    return CamSteps(layer, maps.detach()[0].numpy(), gradient, gradient.mean((1, 2), dtype=np.float64))


def _stage(chain: Chain, asked: int | None) -> int:
    """The stage asked for, or the last one with more than one cell a map."""
    fitting = [chain.first + i for i, shape in enumerate(chain.shapes) if shape[1:] != (1, 1)]
    if asked is None and fitting:
        return fitting[-1]
    if asked not in fitting:
        low, high = (fitting[0], fitting[-1]) if fitting else (0, 0)
        raise UserError(
            "attribution_grad_cam_layer", layer=-1 if asked is None else asked, low=low, high=high
        )
    return asked


def _details(steps: CamSteps) -> dict[str, Any]:
    return {
        "layer": steps.layer,
        "maps": list(steps.maps.shape),
        "means": steps.means.tolist(),
        "largest_gradients": np.abs(steps.gradient).max((1, 2)).astype(float).tolist(),
        "weights": steps.weights.tolist(),
        "strongest": steps.strongest.tolist(),
        "row_ends": [float(np.abs(row).max()) for row in steps.shown()],
    }
