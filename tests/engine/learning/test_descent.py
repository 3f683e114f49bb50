"""A kernel is learned as torch learns it, whatever the stride, padding, rule, start and momentum."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from app.domain.errors import UserError
from app.engine.learning.descent import KernelLearner, Setting, descend

torch.set_num_threads(1)  # as the server does


@settings(max_examples=12)
@given(
    seed=st.integers(0, 9999),
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    flip=st.booleans(),
    random=st.booleans(),
    momentum=st.sampled_from([0.0, 0.5, 0.9]),
)
def test_steps_equal_torchs(seed, size, stride, padding, flip, random, momentum) -> None:
    rng = np.random.default_rng(seed)
    before = rng.normal(size=(9, 8))
    picture = torch.tensor(before)[None, None]
    wanted = torch.tensor(rng.normal(size=(1, 1, *size)))
    after = F.conv2d(picture, wanted, stride=stride, padding=padding)[0, 0].numpy()
    setting = Setting(size, stride, padding, flip, seed if random else None, 0.05, momentum)
    ours = descend(before, after, setting, 8)

    start = np.random.default_rng(seed).standard_normal(size) / size[0] if random else np.zeros(size)
    weight = torch.tensor(start)[None, None].requires_grad_()
    optimizer = torch.optim.SGD([weight], lr=0.05, momentum=momentum)
    for step in range(9):
        slid = weight.flip(2, 3) if flip else weight
        loss = F.mse_loss(F.conv2d(picture, slid, stride=stride, padding=padding)[0, 0], torch.tensor(after))
        np.testing.assert_allclose(loss.item(), ours.losses[step], rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(weight.detach()[0, 0].numpy(), ours.kernels[step], rtol=1e-9, atol=1e-12)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@pytest.mark.parametrize("made_by_convolution", [False, True])
@pytest.mark.parametrize("learned_by_convolution", [False, True])
def test_each_rule_finds_the_kernel_turned_where_the_other_made_the_picture(
    made_by_convolution: bool, learned_by_convolution: bool
) -> None:
    from scipy.signal import convolve2d, correlate2d

    kernel = np.array([[1.0, 2, 3], [0, -1, 0], [4, 0, -2]])
    noise = np.random.default_rng(1).normal(size=(40, 40))
    after = (convolve2d if made_by_convolution else correlate2d)(noise, kernel, "valid")
    found = descend(noise, after, Setting(flip=learned_by_convolution, rate=0.3), 200).kernels[-1]
    turned = made_by_convolution != learned_by_convolution
    np.testing.assert_allclose(kernel[::-1, ::-1] if turned else kernel, found, atol=1e-6)


def test_rates_on_both_sides_of_the_bound_fall_and_grow() -> None:
    rng = np.random.default_rng(2)
    before = rng.random((20, 20))
    after = rng.random((18, 18))
    bound = KernelLearner(before, after, Setting()).bound
    below, above = (descend(before, after, Setting(rate=bound * by), 2000) for by in (0.98, 1.3))
    assert below.losses[-1] <= below.losses[0]
    assert (True, False) == (above.lost, below.lost)
    assert above.losses[-1] >= 1e12
    assert above.steps < 2000


@pytest.mark.parametrize(
    ("setting", "shape", "code"),
    [
        (Setting(rate=float("nan")), (6, 6), "descent_setting"),
        (Setting(momentum=1), (6, 6), "descent_setting"),
        (Setting(size=(9, 3)), (1, 6), "descent_kernel"),
        (Setting(stride=2), (6, 6), "descent_pair"),
    ],
)
def test_what_cannot_be_learned_is_refused(setting: Setting, shape: tuple[int, int], code: str) -> None:
    with pytest.raises(UserError) as fault:
        KernelLearner(np.ones((8, 8)), np.ones(shape), setting)
    assert code == fault.value.code


def test_a_picture_too_large_is_refused() -> None:
    with pytest.raises(UserError) as fault:
        KernelLearner(np.ones((200, 200)), np.ones((198, 198)), Setting())
    assert "descent_too_large" == fault.value.code


def test_a_run_tells_how_far_it_is_from_a_known_kernel_after_every_step() -> None:
    rng = np.random.default_rng(5)
    found = descend(rng.random((7, 8)), rng.random((5, 6)), Setting(rate=0.05), 4)
    known = rng.random((3, 3))
    assert (5, 4) == (len(found.losses), found.steps)
    assert [float(np.max(np.abs(kernel - known))) for kernel in found.kernels] == found.errors(known).tolist()


def test_bound_and_ratio_are_those_of_the_curvature() -> None:
    rng = np.random.default_rng(6)
    before, after = rng.random((6, 7)), rng.random((5, 6))
    learner = KernelLearner(before, after, Setting(size=(2, 2)))
    patches = np.array([before[r : r + 2, c : c + 2].reshape(-1) for r in range(5) for c in range(6)])
    curves = np.linalg.svd(patches, compute_uv=False) ** 2 * 2 / 30
    assert 2 / curves.max() == pytest.approx(learner.bound)
    assert curves.max() / curves.min() == pytest.approx(learner.ratio)
