"""The registry of methods, what they refuse, and how they stop."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.errors import UserError
from app.engine.attribution.chain import chain_of
from app.engine.attribution.checks import CHECKS
from app.engine.attribution.grad_cam import cam_steps
from app.engine.attribution.registry import find_method, methods
from app.engine.attribution.smoothgrad import noisy
from app.engine.attribution.subject import Settings, Subject
from app.engine.trace import Cancelled
from app.i18n import load_catalogue
from tests.engine.attribution.made import made_network, shipped_subject, small_subject

NAMES = [
    "effective_field", "grad_cam", "guided_backprop", "input_x_gradient", "integrated_gradients", "occlusion",
    "saliency", "smoothgrad",
]  # fmt: skip
SETTINGS = Settings(size=6, step=3, stage=3, samples=4)


def test_the_methods_are_found_by_name():
    assert NAMES == list(methods())
    assert all(name == find_method(name).name for name in NAMES)


@pytest.mark.parametrize(("name", "near"), [("saliencey", "saliency"), ("gradcam", "grad_cam"), ("x", "")])
def test_a_method_that_is_none_is_named_with_the_nearest(name, near):
    with pytest.raises(UserError) as fault:
        find_method(name)
    assert ("attribution_method", near) == (fault.value.code, fault.value.params["nearest"])


@pytest.mark.parametrize("name", NAMES)
def test_every_method_is_declared_in_full(name):
    method = methods()[name]

    assert set(CHECKS) >= set(method.checks) != set()
    assert set(vars(Settings())) >= set(method.settings)


def test_the_texts_are_those_of_the_methods_and_checks():
    texts = {f"attribution.{name}.{part}" for name in NAMES for part in ("title", "says", "says_not")}
    texts |= {f"attribution.check_{name}" for name in CHECKS}

    assert texts == {key for key in sorted(load_catalogue().keys()) if key.startswith("attribution.")}


@pytest.mark.parametrize("name", NAMES)
def test_a_map_is_finite_and_the_same_each_time(name):
    subject = small_subject()
    first, second = (methods()[name].compute(subject, SETTINGS) for _ in range(2))

    assert np.isfinite(first.map).all()
    assert np.float32 == first.map.dtype
    np.testing.assert_array_equal(first.map, second.map)


@pytest.mark.parametrize("name", ["saliency", "smoothgrad", "integrated_gradients", "occlusion"])
def test_a_method_stops_when_nobody_waits(name):
    with pytest.raises(Cancelled):
        methods()[name].compute(replace(small_subject(), cancelled=lambda: True), SETTINGS)


@pytest.mark.parametrize(
    ("size", "step", "code"),
    [(0, 2, "patch"), (21, 2, "patch"), (6, 1, "step"), (6, 7, "step"), (1, 1, "step")],
)
def test_a_patch_that_does_not_cover_is_refused(size, step, code):
    with pytest.raises(UserError, match=f"attribution_{code}"):
        methods()["occlusion"].compute(small_subject(), Settings(size=size, step=step))


def test_left_to_itself_the_patch_is_a_seventh_and_moves_by_half():
    details = methods()["occlusion"].compute(small_subject(), Settings()).details

    assert (2, 2, 12 * 10) == (details["size"], details["step"], details["places"])


def test_too_many_places_name_the_step_that_fits():
    with pytest.raises(UserError, match="attribution_places") as fault:
        methods()["occlusion"].compute(shipped_subject(), Settings(size=8, step=2))
    room = shipped_subject().chain.shape[1] - 8
    assert (-(-room // 2) + 1) ** 2 == fault.value.params["places"]
    side = -(-room // fault.value.params["step"]) + 1
    less = -(-room // (fault.value.params["step"] - 1)) + 1
    assert side**2 <= fault.value.params["limit"] < less**2


@pytest.mark.parametrize("layer", [7, 8, 9, 40])
def test_grad_cam_refuses_stages_of_single_cells(layer):
    with pytest.raises(UserError, match="attribution_grad_cam_layer") as fault:
        methods()["grad_cam"].compute(small_subject(), Settings(layer=layer))
    assert (0, 6) == (fault.value.params["low"], fault.value.params["high"])


def test_grad_cams_steps_lead_to_its_map():
    subject = small_subject()
    found = methods()["grad_cam"].compute(subject, Settings(layer=5))
    steps = found.details

    assert [8, 12, 10] == steps["maps"]
    assert np.dot(steps["weights"], steps["means"]) == pytest.approx(
        found.map.mean(dtype=np.float64), abs=1e-6
    )
    shares = np.abs(np.multiply(steps["weights"], steps["means"]))
    assert np.argsort(-shares, kind="stable").tolist() == steps["strongest"]


def test_the_noise_is_that_of_its_seed_and_of_the_size_asked_for():
    subject, smooth = small_subject(), methods()["smoothgrad"]
    first, other = (smooth.compute(subject, Settings(samples=4, seed=seed)).map for seed in (1, 2))
    pictures = np.stack(list(noisy(subject.picture, 0.25, 60, seed=1)))

    assert not np.array_equal(first, other)
    assert 0.25 == pytest.approx((pictures - subject.picture).std(), rel=0.02)
    assert (0, 0.15) == (
        pytest.approx((pictures - subject.picture).mean(), abs=0.01),
        smooth.compute(subject, Settings(samples=2)).details["noise"],
    )


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"samples": 1}, "samples"),
        ({"samples": 101}, "samples"),
        ({"noise": 0.0}, "noise"),
        ({"noise": 0.6}, "noise"),
    ],
)
def test_noise_that_does_not_do_is_refused(asked, code):
    with pytest.raises(UserError, match=f"attribution_{code}"):
        methods()["smoothgrad"].compute(small_subject(), Settings(**asked))


def test_guided_backpropagation_needs_a_relu():
    network = made_network("globalavg|flatten|dense(made.fc)", fc=(3, 3))
    picture = np.zeros((3, 4, 4), dtype=np.float32)

    with pytest.raises(UserError, match="attribution_no_relu"):
        methods()["guided_backprop"].compute(
            Subject(chain_of(network, picture.shape), picture, 0), Settings()
        )


def test_grad_cams_shown_steps_are_what_its_numbers_say():
    steps = cam_steps(small_subject(), Settings(layer=5))
    maps, gradient, weighted = steps.shown()

    np.testing.assert_allclose(gradient.mean((1, 2)), steps.weights[steps.strongest], atol=1e-6)
    np.testing.assert_allclose(maps.mean((1, 2)), steps.means[steps.strongest], atol=1e-6)
    np.testing.assert_allclose(steps.sum, weighted.sum(0), atol=1e-5)  # eight maps: all are shown
