"""The claims of lesson 13: what a small network learns of shapes, and what the cat/dog network's answer is made of."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from numpy.typing import NDArray

from app.engine.learning.training import ShapeTraining
from app.engine.network import Shelf
from app.explorer import Scene
from app.layers.registry import parse_stack

MODELS = Path(__file__).parents[2] / "models"
SHELF = Shelf(MODELS)
Floats = NDArray[np.float64]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_whole_network_of_shapes_shares_out_what_it_never_saw(seed: int) -> None:
    training = ShapeTraining(seed)
    while training.step < 300:
        training.advance()
    assert 80 + 1168 + 51 == 1299 == sum(one.size for one in training.weights.values())
    before = hashlib.sha256(b"".join(one.tobytes() for one in training.weights.values())).digest()
    assert training.confusion().trace() / 500 > 0.95
    shares = training.unseen()
    assert pytest.approx(np.ones(4), abs=1e-5) == shares.sum(axis=1)
    assert shares[0].max() > 0.8, "no third each for the triangle"
    assert before == hashlib.sha256(b"".join(one.tobytes() for one in training.weights.values())).digest()


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
