"""The registry of methods, what they refuse, and how they stop."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.errors import UserError
from app.engine.attribution.checks import CHECKS
from app.engine.attribution.registry import find_method, methods
from app.engine.attribution.subject import Settings
from app.engine.trace import Cancelled
from app.i18n import load_catalogue
from tests.engine.attribution.made import shipped_subject, small_subject

NAMES = ["effective_field", "grad_cam", "integrated_gradients", "occlusion", "saliency"]
SETTINGS = Settings(size=6, step=3, stage=3)


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


@pytest.mark.parametrize("name", ["saliency", "integrated_gradients", "occlusion"])
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
