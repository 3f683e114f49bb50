"""The extra views of lessons 2, 3 and 5 from their addresses alone, and their numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from scipy.integrate import quad
from torch.nn import functional as F

from app.domain.fields import receptive_field
from app.kernels.facts import frequency_response
from app.kernels.registry import make
from app.layers.registry import parse_stack
from app.web.pages.lesson_views import frequency, growth, signal


def text_of(client: TestClient, slug: str, **query: object) -> str:
    page = client.get(f"/course/{slug}", params={"lang": "en", **query})
    assert 200 == page.status_code
    assert "style=" not in page.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


@pytest.mark.parametrize("wave", signal.WAVES)
@pytest.mark.parametrize(("t", "rate"), [(-0.5, 1.0), (0.5, 2.0), (1.7, 8.0), (4.0, 0.5)])
def test_the_shaded_area_is_the_integral(wave: str, t: float, rate: float) -> None:
    segments = signal.WAVES[wave]
    ends = [place for segment in segments for place in segment[:2] if -1 < place < t]

    def product(a: float) -> float:
        return signal.value(segments, a) * rate * np.exp(-rate * (t - a))

    expected = quad(product, -1, t, points=ends, limit=200)[0]
    assert pytest.approx(expected, abs=1e-6) == signal.smoothed(segments, t, rate)


def test_a_unit_step_reaches_one_less_one_over_e(client: TestClient) -> None:
    assert pytest.approx(1 - 1 / np.e) == signal.smoothed(signal.WAVES["step"], 0.5, 2)
    assert "Continuous: s(t) = 0.632" in text_of(client, "convolution-and-correlation")
    assert "s(t) = 0.632" in text_of(client, "convolution-and-correlation", t="nonsense", rate="2")


def test_twice_the_samples_leave_half_of_the_error() -> None:
    step = signal.WAVES["step"]
    off = [
        sum(part for _, part in signal.samples(step, 2.03, 2, per)) - signal.smoothed(step, 2.03, 2)
        for per in (5, 10, 20)
    ]
    assert off[0] / 2 == pytest.approx(off[1], rel=0.15)
    assert off[1] / 2 == pytest.approx(off[2], rel=0.15)


def test_samples_are_a_discrete_convolution() -> None:
    segments, t, rate, per = signal.WAVES["position"], 3.0, 2.0, 10
    parts = signal.samples(segments, t, rate, per)
    signals = [signal.value(segments, a) for a, _ in reversed(parts)]
    weights = rate * np.exp(-rate * np.arange(len(parts)) / per) / per
    assert pytest.approx(np.convolve(signals, weights)[len(parts) - 1]) == sum(part for _, part in parts)


def test_a_setting_out_of_bounds_is_brought_inside(client: TestClient) -> None:
    for query in ({"t": "99"}, {"rate": "0"}, {"per": "1e9"}, {"t": "nan"}, {"wave": "../x"}):
        assert "Continuous: s(t) =" in text_of(client, "convolution-and-correlation", **query)


@pytest.mark.parametrize("name", ["box", "gaussian", "sobel_x", "emboss", "gabor"])
def test_the_curve_is_the_row_of_the_frequency_picture(name: str) -> None:
    kernel = make(name)
    assert np.allclose(frequency_response(kernel, 128)[64, 64:], np.abs(frequency.along_row(kernel))[:-1])


def test_a_box_turns_the_finest_stripes_and_sobel_drops_them() -> None:
    assert pytest.approx(-1 / 3) == frequency.along_row(make("box"))[-1]
    assert frequency.along_row(make("sobel_x"))[-1] == 0
    assert pytest.approx(8) == abs(frequency.along_row(make("sobel_x"))[32])


def test_the_frequency_view_follows_the_first_scene(client: TestClient) -> None:
    assert "gaussian(size=13,sigma=2)" in text_of(client, "kernels")
    assert "Sum 1.00, rank 1. It is a column times a row: 26 products" in text_of(client, "kernels")
    assert "It is not a column times a row." in text_of(client, "kernels", kernel="laplacian4")
    changed = client.get(
        "/course/kernels", params={"layer": 2, "set.sigma": "4", "lang": "en"}, headers={"HX-Request": "true"}
    )
    assert "gaussian(size=13,sigma=4)" in re.sub(r"<[^>]+>", "", changed.text).split("lets through")[1]
    for query in ({"kernel": "nothing"}, {"stack": "gray|relu"}):
        assert "gaussian(size=13,sigma=2)" in text_of(client, "kernels", **query)
    assert "sobel_x" in text_of(client, "kernels", stack="gray|conv(sobel_x)")


@pytest.mark.parametrize("width", [2, 3, 5])
@pytest.mark.parametrize(
    ("pace", "holes", "doubled"), [(1, 1, False), (2, 1, False), (3, 2, False), (1, 1, True)]
)
def test_the_field_is_the_engines_and_its_weight_autograds(
    width: int, pace: int, holes: int, doubled: bool
) -> None:
    layers = 4
    ones = "[" + ";".join([",".join(["1"] * width)] * width) + "]"
    dilations = [growth.dilation(n, holes, doubled) for n in range(layers)]
    text = "|".join(f"conv({ones},stride={pace},dilation={d})" for d in dilations)
    side = growth.field(layers, width, pace, holes, doubled)[0]
    stack = parse_stack(text)
    found = receptive_field(stack.windows((1, side, side)), (1, 1))
    assert found.size[0] == side
    assert int(found.jump[0]) == growth.field(layers, width, pace, holes, doubled)[1]
    row = torch.zeros(1, 1, side, dtype=torch.float64, requires_grad=True)
    maps = row
    for d in dilations:
        maps = F.conv1d(maps, torch.ones(1, 1, width, dtype=torch.float64), stride=pace, dilation=d)
    maps.sum().backward()
    assert row.grad is not None
    assert row.grad[0, 0].tolist() == growth.weights(layers, width, pace, holes, doubled).tolist()


def test_half_of_the_weight_lies_in_30_of_441_cells(client: TestClient) -> None:
    text = text_of(client, "receptive-field")
    assert "Half of the weight lies in 30 of 441 cells, 95 % in 124." in text
    assert "80 156 209 times" in text
    assert "σ = 2.58" in text


def test_a_wide_field_is_told_and_not_drawn(client: TestClient) -> None:
    assert "is not drawn cell by cell" in text_of(client, "receptive-field", layers=12, pace=3, width=7)
    assert "sees 13 × 13 pixels and reads 7" in text_of(client, "receptive-field", layers=3, holes=2)
    assert 200 == client.get("/course/receptive-field?layers=99&width=nan&doubled=true&pace=3").status_code
