"""The claims of lesson 13: what a small network learns of shapes, and what the cat/dog network's answer is made of."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from app.engine.network import Shelf
from app.explorer import Scene
from app.layers.registry import parse_stack

Floats = NDArray[np.float64]


MODELS = Path(__file__).parents[2] / "models"
SHELF = Shelf(MODELS)
Floats = NDArray[np.float64]


@cache
def shape_pictures(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rings, square outlines and plus signs of 24 × 24 with noise 0.1, and which is which."""
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:24, :24].astype(float)
    pictures, labels = np.empty((count, 1, 24, 24), np.float32), rng.integers(0, 3, count)
    for n, label in enumerate(labels):
        radius = rng.uniform(4, 8)
        r, c = rows - rng.uniform(radius + 1, 22 - radius), cols - rng.uniform(radius + 1, 22 - radius)
        far = np.maximum(abs(r), abs(c))
        drawn = (
            abs(np.hypot(r, c) - radius) < 1,
            abs(far - radius) < 1,
            (far < radius) & (np.minimum(abs(r), abs(c)) < 1),
        )[label]
        pictures[n, 0] = drawn + rng.normal(0, 0.1, (24, 24))
    return torch.from_numpy(pictures), torch.from_numpy(labels)


def trained_on_shapes(seed: int, steps: int) -> nn.Sequential:
    torch.manual_seed(seed)
    pictures, labels = shape_pictures(2000, 0)
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 3),
    )  # fmt: skip
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for step in range(steps):
        part = torch.arange(step * 50, step * 50 + 50) % 2000
        optimizer.zero_grad()
        F.cross_entropy(net(pictures[part]), labels[part]).backward()
        optimizer.step()
    return net


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_whole_network_of_shapes_shares_out_what_it_never_saw(seed: int) -> None:
    net = trained_on_shapes(seed, 300)
    assert 80 + 1168 + 51 == 1299 == sum(one.numel() for one in net.parameters())
    pictures, labels = shape_pictures(500, 99)
    before = hashlib.sha256(b"".join(one.detach().numpy().tobytes() for one in net.parameters())).digest()
    with torch.inference_mode():
        assert (net(pictures).argmax(1) == labels).float().mean() > 0.95
        rows, cols = np.mgrid[:24, :24]
        outline = (abs(rows - 4 - 2 * abs(cols - 12)) < 2) & (rows < 18) | (rows == 18) & (abs(cols - 12) < 8)
        share = net(torch.tensor(outline, dtype=torch.float32)[None, None]).softmax(1)
    assert pytest.approx(1, abs=1e-6) == share.sum().item()
    assert share.max() > 0.8, "no third each"
    assert before == hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).digest()


def test_whole_network(app: FastAPI) -> None:
    explorer = app.state.services.explorer
    network, trace = explorer.network_trace("cat-chelsea")
    weights, bias = network.get("catdog.fc").weights, network.get("catdog.fc").bias
    pooled = next(stage.maps for stage in trace.stages if stage.shape == (256, 1, 1))
    share = np.float64(weights) * pooled.reshape(1, -1)
    logits = trace.stages[-1].maps.ravel()
    assert np.allclose(share.sum(axis=1) + bias, logits, atol=1e-4)

    softmax = parse_stack("softmax").layers[0]
    shares = [softmax.forward((logits + moved).reshape(3, 1, 1)).ravel() for moved in (0.0, 5.0, -30.0)]
    expected = torch.softmax(torch.tensor(logits, dtype=torch.float64), 0).numpy()
    assert np.allclose([expected] * 3, shares, atol=1e-5)
    assert pytest.approx(1, abs=1e-6) == shares[0].sum()

    _, answer = explorer.classify("cat-chelsea")
    pair = np.array([logits[network.classes.index(name)] for name in ("cat", "dog")]) / network.temperature
    assert pytest.approx(1 / (1 + np.exp(pair[1] - pair[0])), abs=1e-5) == answer.probabilities["cat"]
    made_by_hand = (
        "conv(sobel_x,sobel_y,laplacian8,channels=sum)|abs|globalavg|normalize((0,0,0),(0.1,0.1,0.1))"
    )
    cup = (
        explorer.trace(Scene("object-coffee", f"{made_by_hand}|flatten|softmax", 64, "crop")).stages[-1].maps
    )
    assert pytest.approx(1, abs=1e-6) == cup.sum()
    assert abs(cup - 1 / 3).max() > 0.1
