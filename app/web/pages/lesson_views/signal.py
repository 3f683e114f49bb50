"""A signal smoothed by weights that fade with age: the shaded area as an integral, and as a sum of samples."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from app.explorer import Explorer
from app.i18n import Language
from app.rendering.curve import Plot, curve_path
from app.web.pages.view_query import kept, number_of

FIRST, LAST, FINE = -1.0, 4.0, 0.02
WIDTH, HEIGHT = 500.0, 120.0
TOP = 1.3  # of the signal's axis; the product's axis goes to TOP times the rate
Segment = tuple[float, float, float, float]  # from a to b the signal runs straight from one value to another


def _position() -> tuple[Segment, ...]:
    """A position measured every tenth of a second, with noise."""
    times = np.round(np.linspace(FIRST, LAST, 51), 2)
    noise = np.random.default_rng(0).standard_normal(len(times))
    found = np.clip(0.6 + 0.35 * np.sin(1.5 * times) + 0.09 * noise, 0, TOP).round(3)
    places = list(zip(times.tolist(), found.tolist(), strict=True))
    return tuple((a, b, x, y) for (a, x), (b, y) in pairwise(places))


WAVES: Mapping[str, tuple[Segment, ...]] = {
    "step": ((0.0, LAST, 1.0, 1.0),),
    "pulse": ((0.0, 1.0, 1.0, 1.0),),
    "position": _position(),
}


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """Both forms of s(t) as the query sets t, the rate and the samples a second."""
    wave = query.get("wave", "step") if query.get("wave") in WAVES else "step"
    t = _within(number_of(query, "t", 0.5), FIRST, LAST)
    rate = _within(number_of(query, "rate", 2.0), 0.5, 8.0)
    per = int(_within(number_of(query, "per", 10.0), 1, 20))
    segments = WAVES[wave]
    signal, product = (
        Plot(FIRST, LAST, 0, TOP, WIDTH, HEIGHT),
        Plot(FIRST, LAST, 0, TOP * rate, WIDTH, HEIGHT),
    )
    ages = [(float(a), float(np.exp(-rate * (t - a)))) for a in np.append(np.arange(FIRST, t, FINE), t)]
    times = np.linspace(FIRST, LAST, 251).tolist()
    parts = samples(segments, t, rate, per)
    return {
        "wave": wave, "waves": tuple(WAVES), "t": t, "rate": rate, "per": per, "segments": json.dumps(segments),
        "kept": kept(query), "width": WIDTH, "height": HEIGHT, "top": TOP,
        "now": signal.point(t, 0)[0],
        "seconds": [(signal.point(a, 0)[0], a) for a in range(int(FIRST), int(LAST) + 1)],
        "signal": curve_path(_outline(segments), signal),
        "weights": curve_path([*ages, (t, 0), (LAST, 0)], signal),
        "area": curve_path([(FIRST, 0), *((a, value(segments, a) * rate * w) for a, w in ages), (t, 0)], product),
        "stems": "".join(_bar(signal, a, value(segments, a)) for a, _ in parts),
        "bars": "".join(_block(product, a, part * per, 1 / per) for a, part in parts),
        "smoothed": curve_path([(one, smoothed(segments, one, rate)) for one in times], signal),
        "mark": signal.point(t, smoothed(segments, t, rate)),
        "integral": smoothed(segments, t, rate),
        "sum": sum(part for _, part in parts),
    }  # fmt: skip


def value(segments: Sequence[Segment], at: float) -> float:
    """The signal x at a moment; 0 outside its support."""
    for a, b, x, y in segments:
        if a - 1e-9 <= at < b - 1e-9 or (abs(at - LAST) < 1e-9 and b == LAST and a < at):
            return x + (y - x) * (at - a) / (b - a)
    return 0.0


def smoothed(segments: Sequence[Segment], t: float, rate: float) -> float:
    """The integral of x(a) w(t − a) with w(u) = rate·exp(−rate·u) for u >= 0, exact on straight pieces."""
    total = 0.0
    for a, b, x, y in segments:
        end = min(b, t)
        if end > a:
            slope = (y - x) / (b - a)
            for at, sign in ((end, 1), (a, -1)):
                total += sign * (x + slope * (at - a) - slope / rate) * np.exp(-rate * (t - at))
    return float(total)


def samples(segments: Sequence[Segment], t: float, rate: float, per: int) -> list[tuple[float, float]]:
    """Moments t, t − 1/per, ... within the picture, each with its part x(a) w(t − a) / per of the sum."""
    count = int(np.floor((t - FIRST) * per + 1e-9)) + 1
    times = [t - n / per for n in range(count)]
    return [(a, value(segments, a) * rate * float(np.exp(-rate * (t - a))) / per) for a in times]


def _outline(segments: Sequence[Segment]) -> list[tuple[float, float]]:
    inside = [place for a, b, x, y in segments for place in ((a, x), (b, y))]
    end = segments[-1][1]
    after = [] if end >= LAST else [(end, 0.0), (LAST, 0.0)]
    return [(FIRST, 0.0), (segments[0][0], 0.0), *inside, *after]


def _bar(plot: Plot, a: float, high: float) -> str:
    x, y = plot.point(a, high)
    return f"M{x:g} {plot.height:g}V{y:g}"


def _block(plot: Plot, a: float, high: float, wide: float) -> str:
    """A bar that ends at a: as wide as the samples stand apart, cut at the picture's edge."""
    (left, y), (right, _) = plot.point(a - wide, high), plot.point(a, high)
    return f"M{left:g} {plot.height:g}V{y:g}H{right:g}V{plot.height:g}Z"


def _within(number: float, low: float, high: float) -> float:
    return min(max(number, low), high) if number == number else low
