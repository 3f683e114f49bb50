"""Calibration figures against scipy and bins counted one by one; a shift is kept only where it helps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from models.calibration import (
    FOLDS,
    Scaling,
    calibration_report,
    choose_scaling,
    cross_fitted,
    equal_mass_error,
    error_by_chance,
    fit_shifted,
    folds_of,
)
from models.figures import confidence, fit_temperature, gap_in_bins, log_loss, p_dog, width_bins


def made(count: int, shift: float = 0.0, slope: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits of which p(dog) = sigmoid(slope * (dog - cat) + shift) is true, and labels drawn from it."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0.0, 2.5, (count, 3)).astype(np.float32)
    true = 1 / (1 + np.exp(-(slope * (logits[:, 1] - logits[:, 0]) + shift)))
    return logits, (rng.random(count) < true).astype(int)


def by_hand(sure: np.ndarray, right: np.ndarray, bins: int) -> float:
    """The calibration error as Guo et al. write it: bin m holds the confidences in ((m - 1) / M, m / M]."""
    gap = 0.0
    for m in range(1, bins + 1):
        inside = [i for i, value in enumerate(sure) if (m - 1) / bins < value <= m / bins]
        if inside:
            gap += len(inside) * abs(np.mean(right[inside]) - np.mean(sure[inside]))
    return gap / len(sure)


@settings(max_examples=25)
@given(st.integers(1, 80), st.integers(0, 1000), st.sampled_from((5, 15, 30)))
def test_error_is_the_one_of_bins_counted_one_by_one(count: int, seed: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    sure, right = rng.uniform(0.5, 1.0, count), rng.random(count) < 0.8
    assert by_hand(sure, right, bins) == pytest.approx(gap_in_bins(sure, right, width_bins(sure, bins)))


def test_bins_of_equal_mass_are_the_sorted_confidences_in_equal_parts() -> None:
    rng = np.random.default_rng(3)
    sure, right = rng.uniform(0.5, 1.0, 300), rng.random(300) < 0.7
    parts = np.array_split(np.argsort(sure), 15)
    expected = sum(abs(right[part].mean() - sure[part].mean()) * 20 for part in parts) / 300
    assert expected == pytest.approx(equal_mass_error(sure, right))


@pytest.mark.parametrize(("shift", "slope"), [(0.0, 1.0), (0.8, 0.6), (-1.2, 1.7)])
def test_shifted_scaling_has_the_least_log_loss(shift: float, slope: float) -> None:
    logits, labels = made(600, shift, slope, seed=1)
    margin, sign = (logits[:, 1] - logits[:, 0]).astype(float), np.where(labels == 1, 1.0, -1.0)
    best = optimize.minimize(lambda w: np.logaddexp(0, -sign * (w[0] * margin + w[1])).mean(), [1.0, 0.0])
    found = fit_shifted(logits, labels)
    assert best.x[0] == pytest.approx(1 / found.temperature, rel=1e-3)
    assert best.x[1] == pytest.approx(found.shift / found.temperature, abs=1e-3)
    assert best.fun == pytest.approx(log_loss(found.logits(logits), labels, found.temperature), abs=1e-6)


def test_shift_is_a_change_of_two_biases_and_leaves_the_third_logit_alone() -> None:
    logits, _ = made(20)
    shifted = Scaling(1.3, 0.5).logits(logits)
    np.testing.assert_allclose(shifted[:, 1] - shifted[:, 0], logits[:, 1] - logits[:, 0] + 0.5, atol=1e-6)
    np.testing.assert_array_equal(logits[:, 2], shifted[:, 2])
    assert logits.dtype == shifted.dtype


def test_a_shift_is_chosen_where_the_classes_are_off_and_only_there() -> None:
    even, off = made(2000, 0.0, 0.8, seed=2), made(2000, 1.0, 0.8, seed=2)
    assert Scaling(round(fit_temperature(*even), 4)) == choose_scaling(*even)
    assert choose_scaling(*off).shift / choose_scaling(*off).temperature == pytest.approx(1.0, abs=0.2)


def test_classes_without_an_error_keep_the_temperature_alone() -> None:
    logits, labels = made(60)
    labels = (logits[:, 1] > logits[:, 0]).astype(int)
    assert 0.0 == fit_shifted(logits, labels).shift


def test_a_picture_s_own_label_has_no_part_in_its_cross_fitted_margin() -> None:
    logits, labels = made(200, seed=4)
    before = cross_fitted(logits, labels)
    labels[7] = 1 - labels[7]
    after = cross_fitted(logits, labels)
    same_fold = folds_of(200) == folds_of(200)[7]
    np.testing.assert_array_equal(before[same_fold], after[same_fold])
    assert not np.allclose(before[~same_fold], after[~same_fold], rtol=1e-6)
    assert {200 // FOLDS} == set(np.bincount(folds_of(200)))


def test_chance_alone_shows_the_error_of_a_network_whose_confidences_are_true() -> None:
    logits, _ = made(500, seed=5)
    sure = confidence(logits, 1.0)
    mean, most = error_by_chance(sure)
    rng = np.random.default_rng(99)
    again = [by_hand(sure, rng.random(500) < sure, 15) for _ in range(150)]
    assert np.mean(again) == pytest.approx(mean, rel=0.08)
    assert np.quantile(again, 0.95) == pytest.approx(most, rel=0.12)


def test_report_holds_the_errors_of_the_calibrated_pictures() -> None:
    logits, labels = made(400, 0.0, 0.7, seed=6)
    temperature = fit_temperature(logits, labels)
    report = calibration_report(logits, labels, temperature)
    sure, right = confidence(logits, temperature), (p_dog(logits) > 0.5) == (labels == 1)
    assert by_hand(sure, right, 15) == pytest.approx(report["equal_width"], abs=1e-4)
    assert by_hand(sure, right, 30) == pytest.approx(report["narrow_bins"], abs=1e-4)
    assert report["log_loss"]["fitted"] <= report["log_loss"]["cross_validated_temperature"] + 1e-4
