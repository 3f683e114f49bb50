"""Grad-CAM: the maps of one stage, weighted by how much the target's logit gains from each."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.compute.threads import load_torch
from app.domain.errors import UserError
from app.engine.attribution.chain import Chain
from app.engine.attribution.registry import method
from app.engine.attribution.subject import Attribution, Settings, Subject

STRONGEST = 8


@method("grad_cam", settings=("layer",), repeats=5)
def grad_cam(subject: Subject, settings: Settings) -> Attribution:
    """The weighted sum of a stage's maps, signed, at their own size; `details` hold the four steps.

    1. the stage's maps (their means), 2. the logit's gradient by their cells (its largest magnitude),
    3. the mean gradient of each map: its weight, 4. the weighted sum (the map), whose positive part is what
    the paper shows. Selvaraju et al. 2017, "Grad-CAM", equations 1 and 2; without `layer`, the last stage
    whose maps are larger than one cell.
    """
    torch, chain = load_torch(), subject.chain
    layer = _stage(chain, settings.layer)
    with torch.no_grad():
        maps = chain.run(subject.tensor(), stop=layer)
    maps = maps.detach().requires_grad_()
    logit = chain.run(maps, start=layer).flatten(1)[0, subject.target]
    gradient = torch.autograd.grad(logit, maps)[0][0].numpy()
    activation = maps.detach()[0].numpy()
    weights = gradient.mean((1, 2), dtype=np.float64)
    signed = np.tensordot(weights, activation.astype(np.float64), 1).astype(np.float32)
    return Attribution(signed, _steps(layer, activation, gradient, weights))


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


def _steps(layer: int, activation: Any, gradient: Any, weights: Any) -> dict[str, Any]:
    means = activation.mean((1, 2), dtype=np.float64)
    order = np.argsort(-np.abs(weights * means), kind="stable")[:STRONGEST]
    return {
        "layer": layer,
        "maps": list(activation.shape),
        "means": means.tolist(),
        "largest_gradients": np.abs(gradient).max((1, 2)).astype(float).tolist(),
        "weights": weights.tolist(),
        "strongest": order.tolist(),
    }
