"""Intervals, calibration and loss against SciPy and torch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from models.augment import augment
from models.figures import (
    Doubt,
    answers,
    auroc,
    calibration_error,
    choose_doubt,
    confidence,
    fit_temperature,
    log_loss,
    p_other,
    unsure,
    wilson,
)
from models.loss import catdog_loss


def made(count: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are right most of the time, and labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    logits = rng.normal(size=(count, 3)) * 2.0
    logits[np.arange(count), labels] += 3.0
    return logits, labels


@given(st.integers(1, 3000), st.floats(0, 1))
def test_wilson_interval_equals_scipy_s(total: int, share: float) -> None:
    right = round(share * total)
    expected = stats.binomtest(right, total).proportion_ci(0.95, method="wilson")
    np.testing.assert_allclose((expected.low, expected.high), wilson(right, total), atol=1e-6)


def test_auroc_equals_the_mann_whitney_statistic() -> None:
    rng = np.random.default_rng(1)
    inside, outside = rng.integers(0, 20, 200) / 10, rng.integers(5, 30, 90) / 10
    expected = stats.mannwhitneyu(outside, inside).statistic / (200 * 90)
    assert expected == pytest.approx(auroc(inside, outside))


def test_temperature_has_the_least_log_loss() -> None:
    logits, labels = made()
    best = optimize.minimize_scalar(lambda t: log_loss(logits, labels, t), bounds=(0.2, 10), method="bounded")
    assert best.x == pytest.approx(fit_temperature(logits, labels), rel=1e-3)
    pair = torch.nn.functional.cross_entropy(torch.tensor(logits[:, :2]) / 1.7, torch.tensor(labels))
    assert float(pair) == pytest.approx(log_loss(logits, labels, 1.7))


def test_calibration_error_is_the_gap_of_a_network_that_is_always_sure() -> None:
    logits = np.tile([20.0, -20.0, 0.0], (10, 1))
    labels = np.array([0] * 7 + [1] * 3)
    assert calibration_error(logits, labels, 1.0) == pytest.approx(0.3, abs=1e-6)


def test_chosen_limits_leave_at_most_one_in_twenty_unsure() -> None:
    logits, _ = made(2000)
    doubt = choose_doubt(logits, 1.3)
    assert unsure(logits, 1.3, doubt).mean() <= 0.05
    tighter = Doubt(doubt.max_other - 0.01, doubt.min_confidence)
    assert unsure(logits, 1.3, tighter).mean() > 0.05


def test_scores_are_softmaxes() -> None:
    logits, _ = made(50)
    np.testing.assert_allclose(torch.tensor(logits).softmax(dim=1)[:, 2], p_other(logits), atol=1e-12)
    pair = (torch.tensor(logits[:, :2]) / 1.4).softmax(dim=1)
    np.testing.assert_allclose(pair.max(dim=1).values, confidence(logits, 1.4), atol=1e-12)


def test_confusion_counts_every_picture_once() -> None:
    logits, labels = made(300)
    figures = answers(logits, labels, 1.0, Doubt(0.5, 0.6))
    confusion = figures["confusion"]
    assert isinstance(confusion, dict)
    assert sum(sum(row.values()) for row in confusion.values()) == 300
    assert figures["accuracy"] == pytest.approx(
        (confusion["cat"]["cat"] + confusion["dog"]["dog"]) / 300, abs=1e-4
    )


def test_loss_without_teacher_is_the_cross_entropy_of_three_classes() -> None:
    logits, labels = torch.randn(40, 3), torch.randint(0, 3, (40,))
    expected = torch.nn.functional.cross_entropy(logits, labels)
    torch.testing.assert_close(expected, catdog_loss(logits, labels, torch.full((40,), torch.nan)))


def test_loss_pulls_towards_the_teacher() -> None:
    logits = torch.zeros(1, 3, requires_grad=True)
    catdog_loss(logits, torch.tensor([1]), torch.tensor([-8.0])).backward()
    assert logits.grad is not None
    assert logits.grad[0, 1] > logits.grad[0, 0]  # a teacher who is sure of cat outweighs the label dog


@pytest.mark.parametrize("side", [32, 40])
def test_augmentation_repeats_with_its_generator(side: int) -> None:
    images = torch.randint(0, 256, (6, 64, 64, 3), dtype=torch.uint8)
    once, again = (augment(images, side, torch.Generator().manual_seed(9)) for _ in range(2))
    assert (6, 3, side, side) == tuple(once.shape)
    torch.testing.assert_close(once, again, rtol=0, atol=0)
    assert bool(torch.isfinite(once).all())
