"""The network of shapes against torch: the same loss, gradients and Adam steps from the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from app.engine.learning.shape_net import COUNT, SHAPES, backward, first_weights, forward, loss_of
from app.engine.learning.shapes import CLASSES, SIDE, UNSEEN, draw_shapes, draw_unseen
from app.engine.learning.training import BATCH, PICTURES, ShapeTraining

torch.set_num_threads(1)  # as the server does


def torchs(weights: dict[str, np.ndarray]) -> nn.Sequential:
    """The same network in torch, with these numbers."""
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 3),
    ).double()  # fmt: skip
    with torch.no_grad():
        for own, given in zip(net.parameters(), weights.values(), strict=True):
            own.copy_(torch.tensor(given))
    return net


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_pass_back_equals_autograd(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = first_weights(seed, np.float64)
    pictures, labels = rng.normal(size=(7, 1, SIDE, SIDE)), rng.integers(0, 3, 7)
    done = forward(weights, pictures)
    grads = backward(weights, done, labels)

    net = torchs(weights)
    logits = net(torch.tensor(pictures))
    loss = F.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    assert list(SHAPES) == list(grads)
    assert 1299 == COUNT == sum(one.numel() for one in net.parameters())
    np.testing.assert_allclose(logits.detach().numpy(), done.logits, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(logits.softmax(1).detach().numpy(), done.shares(), rtol=1e-10)
    assert pytest.approx(loss.item(), rel=1e-12) == loss_of(done, labels)
    for own, found in zip(net.parameters(), grads.values(), strict=True):
        np.testing.assert_allclose(own.grad.numpy(), found, rtol=1e-8, atol=1e-12)


def test_steps_equal_torchs_adam() -> None:
    ours = ShapeTraining(3, 0.01, np.float64)
    net = torchs(first_weights(3, np.float64))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    pictures, labels = (torch.tensor(one) for one in draw_shapes(PICTURES, 0))
    for step in range(12):
        part = slice(step * BATCH, (step + 1) * BATCH)
        optimizer.zero_grad()
        loss = F.cross_entropy(net(pictures[part].double()), labels[part])
        loss.backward()
        optimizer.step()
        ours.advance()
        assert pytest.approx(loss.item(), rel=1e-7) == ours.losses[-1]
    for own, found in zip(net.parameters(), ours.weights.values(), strict=True):
        np.testing.assert_allclose(own.detach().numpy(), found, rtol=1e-5, atol=1e-8)


def test_a_training_is_the_same_each_time_and_torch_counts_the_same_hits() -> None:
    one, other = ShapeTraining(0), ShapeTraining(0)
    for _ in range(60):
        one.advance()
        other.advance()
    assert one.losses == other.losses
    assert all(np.array_equal(one.weights[name], other.weights[name]) for name in SHAPES)
    net = torchs(one.weights)
    pictures, labels = draw_shapes(500, 99)
    with torch.inference_mode():
        said = net(torch.tensor(pictures).double()).argmax(1).numpy()
        shares = net(torch.tensor(draw_unseen()).double()).softmax(1).numpy()
    counted = np.array([[np.sum((labels == row) & (said == col)) for col in range(3)] for row in range(3)])
    assert counted.tolist() == one.confusion().tolist()
    np.testing.assert_allclose(shares, one.unseen(), atol=1e-5)


def test_shapes_are_drawn_within_the_picture_and_all_kinds_alike() -> None:
    pictures, labels = draw_shapes(300, 5)
    assert (300, 1, SIDE, SIDE) == pictures.shape
    assert (len(CLASSES), len(UNSEEN)) == (3, len(draw_unseen()))
    assert np.bincount(labels).min() > 70
    border = np.concatenate([pictures[:, 0, edge] for edge in (0, -1)])
    assert abs(border).max() < 0.6, "noise alone"
    with pytest.raises(ValueError, match="read-only"):
        pictures[0] = 0
