"""The checks tell a good map from a bad one, and their arithmetic is SciPy's."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.engine.attribution.chain import chain_of
from app.engine.attribution.checks import cascade, deletion, insertion, randomised, run_checks, spearman
from app.engine.attribution.curves import at_size
from app.engine.attribution.registry import methods
from app.engine.attribution.subject import Attribution, Settings, Subject
from tests.engine.attribution.made import made_network, shipped_subject, small_subject

NO_SETTINGS = Settings(stage=1)


@given(arrays(np.int64, 12, elements=st.integers(0, 5)), arrays(np.int64, 12, elements=st.integers(0, 50)))
def test_rank_correlation_is_scipys(one, other):
    if min(np.ptp(one), np.ptp(other)) == 0:
        assert spearman(one, other) is None
    else:
        assert scipy.stats.spearmanr(one, other).statistic == pytest.approx(spearman(one, other), abs=1e-12)


@pytest.mark.parametrize("subject", [small_subject(4), shipped_subject()])
def test_integrated_gradients_are_complete(subject):
    method = methods()["integrated_gradients"]
    found = method.compute(subject, NO_SETTINGS)
    report = run_checks(subject, replace(method, checks=("completeness",)), NO_SETTINGS, found)[
        "completeness"
    ]

    ends = subject.logits([subject.picture, subject.chain.baseline])[:, subject.target]
    assert ends[0] - ends[1] == pytest.approx(report["difference"], abs=1e-4)
    assert found.channels.sum(dtype=np.float64) == pytest.approx(report["sum"], abs=1e-3)
    assert abs(report["sum"] - report["difference"]) == pytest.approx(report["gap"])
    assert (True, report["gap"] / abs(report["difference"])) == (report["passed"], report["relative"])


def bright_subject() -> Subject:
    """A network that sees nothing but how bright the picture's top left quarter is."""
    network = made_network(
        "conv([1],channels=sum)|adaptiveavg(2,2)|flatten|dense(made.fc)", outputs=2, fc=(2, 4)
    )
    picture = np.full((3, 64, 64), 0.5, dtype=np.float32)
    picture[:, :32, :32] = 1
    chain = chain_of(network, picture.shape)
    weights = np.array([[9, 0, 0, 0], [0, 0, 0, 0]], dtype=np.float32)
    chain.layers[-1].tensor.weights[...] = weights
    return Subject(chain_of(network, picture.shape), picture, 0)


def test_deleting_by_a_map_of_the_cause_beats_chance_and_its_opposite_loses():
    subject = bright_subject()
    method = methods()["saliency"]
    right = method.compute(subject, NO_SETTINGS)
    wrong = Attribution(-right.map)
    reports = [deletion(subject, method, NO_SETTINGS, found) for found in (right, wrong)]

    assert [(True, True), (False, False)] == [(r["passed"], r["beats_random"]) for r in reports]
    ends = subject.probabilities([subject.picture, subject.chain.baseline])
    for report in reports:
        for curve in ("curve", "random_curve", "moved_curve"):
            assert (0.0, 1.0) == (report["shares"][0], report["shares"][-1])
            np.testing.assert_allclose(ends, [report[curve][0], report[curve][-1]], atol=1e-6)
        assert report["area"] == pytest.approx(np.trapezoid(report["curve"], report["shares"]))
    assert reports[0]["random_curve"] == reports[1]["random_curve"]


def test_inserting_by_a_map_of_the_cause_is_the_mirror_of_deleting_by_its_opposite():
    subject = bright_subject()
    method = methods()["saliency"]
    right = method.compute(subject, NO_SETTINGS)
    wrong = Attribution(-right.map)
    reports = [insertion(subject, method, NO_SETTINGS, found) for found in (right, wrong)]

    assert [(True, True), (False, False)] == [(r["passed"], r["beats_random"]) for r in reports]
    # two blocks in number: those inserted first are those that deletion by the opposite leaves to the last
    deleted = deletion(subject, method, NO_SETTINGS, wrong)
    np.testing.assert_allclose(deleted["curve"][::-1], reports[0]["curve"], atol=1e-6)
    assert reports[0]["area"] == pytest.approx(np.trapezoid(reports[0]["curve"], reports[0]["shares"]))


@pytest.mark.parametrize(("sample", "target"), [("cat-chelsea", 0), ("dog-retriever", 1)])
def test_guided_backpropagation_hardly_hangs_on_the_upper_layers_and_saliency_does(sample, target):
    subject = shipped_subject(sample, target)
    reports = []
    for name in ("guided_backprop", "saliency"):
        method = methods()[name]
        found = method.compute(subject, NO_SETTINGS)
        reports.append(cascade(subject, method, NO_SETTINGS, found))
    guided, plain = reports

    assert (False, True) == (guided["passed"], plain["passed"])
    assert guided["upper_half"] > plain["upper_half"] + 0.2


def test_the_cascade_shuffles_from_the_logits_back():
    subject, method = small_subject(), methods()["saliency"]
    report = cascade(subject, method, NO_SETTINGS, method.compute(subject, NO_SETTINGS))
    last = subject.chain.permuted(7, 1)

    assert (3, [0, 1, 2, 3]) == (report["layers"], report["shuffled"])
    assert report["upper_half"] == pytest.approx(np.mean(report["correlations"][1:3]))
    changed = [one is not other for one, other in zip(subject.chain.layers, last.layers, strict=True)]
    assert [subject.chain.learned[-1]] == np.flatnonzero(changed).tolist()


def test_probabilities_are_the_softmax_of_all_outputs():
    subject = shipped_subject()
    logits = subject.logits([subject.picture])[0].astype(np.float64)

    assert scipy.special.softmax(logits)[0] == pytest.approx(
        subject.probabilities([subject.picture])[0], abs=1e-6
    )


@pytest.mark.parametrize("name", ["saliency", "grad_cam"])
def test_the_shipped_networks_maps_hang_on_its_weights(name):
    subject, method = shipped_subject("cat-tabby"), methods()[name]
    found = method.compute(subject, NO_SETTINGS)
    report = randomised(subject, method, NO_SETTINGS, found)

    assert report["passed"]
    assert method.repeats == report["networks"] == len(report["each"])


def test_the_shipped_networks_grad_cam_beats_its_own_map_moved_elsewhere():
    gains = []
    for sample in ("cat-tabby", "dog-retriever", "dog-jumping"):
        subject, method = shipped_subject(sample, int(sample.startswith("dog"))), methods()["grad_cam"]
        report = deletion(subject, method, NO_SETTINGS, method.compute(subject, NO_SETTINGS))
        gains.append(report["moved_area"] - report["area"])

    assert sum(gains) > 0


def test_a_map_that_does_not_hang_on_the_network_is_found_out():
    subject = small_subject()
    edges = replace(methods()["saliency"], compute=lambda subject, settings: Attribution(subject.picture[0]))
    report = run_checks(subject, edges, NO_SETTINGS, edges.compute(subject, NO_SETTINGS))["randomised"]

    assert (False, 1.0) == (report["passed"], pytest.approx(report["correlation"]))


def test_a_small_map_lies_over_the_whole_picture():
    large = at_size(np.array([[0, 1], [2, 3]], dtype=np.float32), 8, 12)

    assert (8, 12) == large.shape
    assert [0, 1, 2, 3] == [large[0, 0], large[0, -1], large[-1, 0], large[-1, -1]]
