"""Curves against counts made one by one; suspects and spoilt pictures are what they say."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from models.curves import ROC_POINTS, reliability, risk_coverage, roc, roc_dog
from models.figures import Doubt, answers, calibration_error, confidence, p_dog
from models.spoil import SPOILED, turned
from models.suspects import list_suspects


def made(count: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are right most of the time, and labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    logits = rng.normal(size=(count, 3)) * 2.0
    logits[np.arange(count), labels] += 3.0
    return logits, labels


def test_roc_has_the_area_of_the_mann_whitney_statistic_and_points_that_count() -> None:
    rng = np.random.default_rng(2)
    inside, outside = rng.normal(0, 1, 300), rng.normal(1.5, 1, 120)
    curve = roc(inside, outside)
    expected = stats.mannwhitneyu(outside, inside).statistic / (300 * 120)
    assert expected == pytest.approx(curve["area"], abs=1e-4)
    points = curve["points"]
    assert isinstance(points, list)
    assert [0.0, 0.0] == points[0]
    assert [1.0, 1.0] == points[-1]
    assert 12 <= len(points) <= ROC_POINTS
    reached = {
        (round(float((inside >= t).mean()), 4), round(float((outside >= t).mean()), 4))
        for t in [np.inf, *inside, *outside]
    }
    assert {tuple(point) for point in points} <= reached
    assert points == sorted(points)


def test_few_points_of_the_roc_enclose_nearly_its_area() -> None:
    logits, labels = made(2000)
    curve = roc_dog(logits, labels)
    across, up = np.array(curve["points"]).T
    area = float(((up[1:] + up[:-1]) / 2.0 * np.diff(across)).sum())
    assert curve["area"] == pytest.approx(area, abs=0.01)


def test_scores_that_are_all_equal_give_the_diagonal() -> None:
    assert {"area": 0.5, "points": [[0.0, 0.0], [1.0, 1.0]]} == roc(np.ones(5), np.ones(4))


def test_bins_of_the_reliability_diagram_hold_every_picture_and_the_calibration_error() -> None:
    logits, labels = made()
    bins = reliability(logits, labels, 1.3)
    assert 500 == sum(part["pictures"] for part in bins)
    assert all(part["from"] <= part["confidence"] <= part["to"] for part in bins)
    gap = sum(part["pictures"] * abs(part["accuracy"] - part["confidence"]) for part in bins) / 500
    assert calibration_error(logits, labels, 1.3) == pytest.approx(gap, abs=2e-4)


def test_the_surest_half_is_right_more_often_than_all() -> None:
    logits, labels = made(2000)
    curve = {part["answered"]: part["accuracy"] for part in risk_coverage(logits, labels, 1.0)}
    right = (p_dog(logits) > 0.5) == (labels == 1)
    assert round(float(right.mean()), 4) == curve[1.0]
    assert curve[0.5] > curve[1.0]


def test_unsure_is_a_column_of_the_confusion_and_every_picture_stands_in_one() -> None:
    logits, labels = made()
    doubt = Doubt(0.4, 0.7)
    figures = answers(logits, labels, 1.0, doubt)
    table = figures["confusion_with_unsure"]
    assert isinstance(table, dict)
    assert {"cat": int((labels == 0).sum()), "dog": int((labels == 1).sum())} == {
        name: sum(row.values()) for name, row in table.items()
    }
    silent = sum(row["unsure"] for row in table.values())
    assert figures["unsure"] == pytest.approx(silent / 500, abs=1e-4)


@dataclass(frozen=True)
class Made:
    """Judged pictures."""

    names: np.ndarray
    logits: np.ndarray
    labels: np.ndarray


def test_suspects_are_contradicted_almost_surely_and_come_surest_first() -> None:
    logits, labels = made(3000)
    names = np.array([f"{('cat', 'dog')[label]}/{n:06d}.webp" for n, label in enumerate(labels)])
    found = list_suspects({"val": Made(names, logits, labels)}, 0.5)["sets"]["val"]
    rows = [names.tolist().index(entry["picture"]) for entry in found["listed"]]
    sure = confidence(logits, 0.5)
    wrong = (p_dog(logits) > 0.5) != (labels == 1)
    assert int((wrong & (sure > 0.98)).sum()) == found["found"] > 40
    assert 40 == len(rows)
    assert all(wrong[row] and sure[row] > 0.98 for row in rows)
    assert sorted(sure[rows])[::-1] == list(sure[rows])


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoilt_picture_keeps_shape_and_type_and_differs(name: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    before = picture.copy()
    spoilt = SPOILED[name](picture)
    assert (picture.shape, np.uint8) == (spoilt.shape, spoilt.dtype)
    assert not np.array_equal(spoilt, before)
    np.testing.assert_array_equal(before, picture)
    np.testing.assert_array_equal(spoilt, SPOILED[name](picture))


def test_turning_by_a_right_angle_is_exact() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    np.testing.assert_array_equal(np.rot90(picture), turned(picture, 90.0))
