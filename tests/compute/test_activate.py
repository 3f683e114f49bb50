"""Activations, softmax and the dense layer against torch in float64."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from app.compute import activate
from app.compute.dense import dense

VALUES = np.concatenate([np.linspace(-12, 12, 4001), [-1000, -90, -1e-7, 0, 1e-7, 90, 1000]]).astype(
    np.float32
)
CASES = {
    "relu": (activate.relu, F.relu),
    "leaky_relu": (lambda x: activate.leaky_relu(x, 0.2), lambda x: F.leaky_relu(x, 0.2)),
    "elu": (activate.elu, F.elu),
    "gelu": (activate.gelu, F.gelu),
    "silu": (activate.silu, F.silu),
    "sigmoid": (activate.sigmoid, torch.sigmoid),
    "tanh": (activate.tanh, torch.tanh),
    # torch turns linear above 20, which is equal to 2e-9
    "softplus": (activate.softplus, F.softplus),
    "abs": (activate.absolute, torch.abs),
    "square": (activate.square, torch.square),
    "threshold": (lambda x: activate.threshold(x, 0.5), lambda x: F.threshold(x, 0.5, 0.0)),
}


@pytest.mark.parametrize("kind", CASES)
def test_activation_equals_torch(kind):
    ours, theirs = CASES[kind]
    x = VALUES.reshape(1, 8, -1)
    x.setflags(write=False)
    result = ours(x)
    assert np.float32 == result.dtype
    assert not np.shares_memory(x, result)
    np.testing.assert_allclose(
        theirs(torch.from_numpy(x.astype(np.float64))).numpy(), result, rtol=2e-6, atol=1e-9
    )


def test_gelu_uses_the_exact_normal_distribution():
    expected = [v * 0.5 * math.erfc(-v / math.sqrt(2)) for v in VALUES[:4001].tolist()]
    np.testing.assert_allclose(expected, activate.gelu(VALUES[:4001]), rtol=1e-6, atol=1e-12)


def test_softmax_runs_over_channels_and_survives_large_logits():
    x = np.random.default_rng(0).standard_normal((5, 2, 3)).astype(np.float32) * 300
    expected = torch.softmax(torch.from_numpy(x).double(), dim=0).numpy()
    np.testing.assert_allclose(expected, activate.softmax(x), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(expected[:, 0, 0], activate.softmax(x[:, 0, 0]), rtol=1e-4, atol=1e-7)


def test_dense_equals_linear_of_torch():
    rng = np.random.default_rng(0)
    x, weights, bias = (rng.standard_normal(s).astype(np.float32) for s in ((7,), (3, 7), (3,)))
    expected = F.linear(*(torch.from_numpy(a).double() for a in (x, weights, bias))).numpy()
    np.testing.assert_allclose(expected, dense(x, weights, bias), rtol=1e-6)
    np.testing.assert_allclose(expected - bias, dense(x, weights), rtol=1e-5)
