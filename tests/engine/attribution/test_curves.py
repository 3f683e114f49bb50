"""Deletion and insertion by an oracle of their own: blocks, orders and curves written out, probabilities by torch."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
import torch

from app.engine.attribution.chain import chain_of
from app.engine.attribution.checks import CHECKS, run_checks
from app.engine.attribution.curves import deletion_report, insertion_report
from app.engine.attribution.registry import methods
from app.engine.attribution.subject import Attribution, Settings, Subject
from tests.engine.attribution.made import Module, made_network, small_subject

ROWS, COLS, SIDE = 27, 22, 2  # the last line of blocks is one row high


@pytest.fixture(scope="module")
def subject() -> Subject:
    network = made_network(
        "normalize(0.5,0.25)|weights(made.c1,padding=1,stride=2)|relu|globalavg|flatten|dense(made.fc)",
        c1=(6, 3, 3, 3),
        fc=(3, 6),
    )
    picture = np.random.default_rng(1).random((3, ROWS, COLS), dtype=np.float32)
    return Subject(chain_of(network, picture.shape), picture, 2)


def blocks() -> list[tuple[slice, slice]]:
    return [
        (slice(top, min(top + SIDE, ROWS)), slice(left, min(left + SIDE, COLS)))
        for top in range(0, ROWS, SIDE)
        for left in range(0, COLS, SIDE)
    ]


def curve(subject: Subject, start: np.ndarray, end: np.ndarray, order: list[int]) -> list[float]:
    """The target's probability after 0/12, 1/12 ... 12/12 of the blocks."""
    found = []
    for step in range(13):
        picture = start.copy()
        for number in order[: round(len(order) * step / 12)]:
            picture[:, *blocks()[number]] = end[:, *blocks()[number]]
        with torch.no_grad():
            logits = Module(subject.chain)(torch.from_numpy(picture)[None])[0].double().numpy()
        found.append(float(scipy.special.softmax(logits)[subject.target]))
    return found


@pytest.mark.parametrize("report_of", [deletion_report, insertion_report])
def test_curves_are_those_of_the_blocks_in_the_maps_order_and_in_orders_of_chance(subject, report_of):
    plane = np.random.default_rng(2).standard_normal((ROWS, COLS)).astype(np.float32)
    report = report_of(subject, Attribution(plane))

    ends = subject.picture, subject.chain.baseline
    start, end = ends if report_of is deletion_report else ends[::-1]
    means = np.array([plane[block].mean(dtype=np.float64) for block in blocks()])
    rng, down = np.random.default_rng(20180), -(-ROWS // SIDE)
    strewn = [rng.permutation(len(means)).tolist() for _ in range(3)]
    moved = []
    for _ in range(3):
        by = [int(rng.integers(n // 5, n - n // 5)) for n in (down, COLS // SIDE)]
        moved.append(np.roll(means.reshape(down, -1), by, (0, 1)).reshape(-1))
    by_map = curve(subject, start, end, np.argsort(-means, kind="stable").tolist())
    by_chance = np.mean([curve(subject, start, end, order) for order in strewn], axis=0)
    elsewhere = np.mean(
        [curve(subject, start, end, np.argsort(-one, kind="stable").tolist()) for one in moved], axis=0
    )

    np.testing.assert_allclose(by_map, report["curve"], atol=1e-6)
    np.testing.assert_allclose(by_chance, report["random_curve"], atol=1e-6)
    np.testing.assert_allclose(elsewhere, report["moved_curve"], atol=1e-6)
    shares = [round(len(means) * step / 12) / len(means) for step in range(13)]
    assert shares == report["shares"]
    areas = [np.trapezoid(one, shares) for one in (by_map, by_chance, elsewhere)]
    np.testing.assert_allclose(
        areas, [report[name] for name in ("area", "random_area", "moved_area")], atol=1e-6
    )
    falls = report_of is deletion_report
    assert (areas[0] < areas[2] if falls else areas[0] > areas[2]) == report["passed"]
    assert (areas[0] < areas[1] if falls else areas[0] > areas[1]) == report["beats_random"]
    assert (3, SIDE) == (report["orders"], report["block"])


@pytest.mark.parametrize(
    ("share", "passed"), [(None, True), (1.0, True), (1 - 5e-7, True), (1 - 2e-6, False), (0.5, False)]
)
def test_a_gradient_has_to_lie_inside_of_the_field(share, passed):
    method = methods()["effective_field"]
    found = Attribution(np.zeros((2, 2), dtype=np.float32), {"inside": share})
    assert {"share": share, "passed": passed} == CHECKS["inside"](small_subject(), method, Settings(), found)


def test_the_effective_field_lies_inside_of_the_theoretical_one():
    subject, method = small_subject(), methods()["effective_field"]
    asked = Settings(stage=4, channel=1, row=3, column=2)
    report = run_checks(subject, method, asked, method.compute(subject, asked))["inside"]
    assert (True, pytest.approx(1.0)) == (report["passed"], report["share"])


@pytest.mark.parametrize(
    ("map_sum", "passed"),
    [(1.0, True), (1.04, True), (0.96, True), (1.06, False), (0.94, False), (-1.0, False)],
)
def test_a_map_is_complete_within_a_twentieth(map_sum, passed):
    subject = small_subject()
    ends = subject.logits([subject.picture, subject.chain.baseline])[:, subject.target]
    difference = float(ends[0]) - float(ends[1])
    plane = np.zeros((24, 20), dtype=np.float32)
    plane[3, 4] = map_sum * difference
    report = CHECKS["completeness"](subject, methods()["saliency"], Settings(), Attribution(plane))
    assert passed == report["passed"]
    assert map_sum * difference == pytest.approx(report["sum"], rel=1e-6)
    assert difference == pytest.approx(report["difference"], rel=1e-6)
    assert abs(map_sum - 1) * abs(difference) == pytest.approx(report["gap"], abs=1e-6)
    assert abs(map_sum - 1) == pytest.approx(report["relative"], abs=1e-5)


@pytest.mark.parametrize(("map_sum", "relative", "passed"), [(0.0, 0.0, True), (0.5, None, False)])
def test_where_nothing_changes_the_map_has_to_be_empty(map_sum, relative, passed):
    subject = small_subject()
    flat = Subject(subject.chain, subject.chain.baseline, 1)
    plane = np.full((24, 20), map_sum / 480, dtype=np.float32)
    report = CHECKS["completeness"](flat, methods()["saliency"], Settings(), Attribution(plane))
    assert (0.0, relative, passed) == (report["difference"], report["relative"], report["passed"])


def test_checks_of_a_map_without_any_relief_say_nothing_against_it():
    subject, method = small_subject(), methods()["saliency"]
    flat = Attribution(np.ones((24, 20), dtype=np.float32))
    report = CHECKS["randomised"](subject, method, Settings(), flat)
    repeats = method.repeats
    assert {"correlation": None, "each": [None] * repeats, "networks": repeats, "passed": True} == report
    report = CHECKS["cascade"](subject, method, Settings(), flat)
    assert (None, True, [1.0, None, None, None]) == (
        report["upper_half"],
        report["passed"],
        report["correlations"],
    )
