"""The extra views of lessons 2, 3 and 5 from their addresses alone, and their numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from fastapi.testclient import TestClient
from scipy.integrate import quad

from app.web.pages.lesson_views import signal


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
