"""Places the card's figures in charts: coordinates for SVG attributes, from the numbers beside them alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from typing import Any

WIDTH, HEIGHT = 360, 300
LEFT, TOP, RIGHT, BOTTOM = 46, 22, 346, 262  # of the square that holds the curves
BAR = 200  # length of a bar for the shares from GUESS to 1
GUESS = 0.5  # what guessing reaches: bars begin there
LARGEST_DOT = 6.0


@dataclass(frozen=True)
class Dot:
    """A point of a curve, in units of the drawing."""

    x: float
    y: float
    r: float = 2.5


@dataclass(frozen=True)
class Curve:
    """A set's points; `points` is the polyline through them."""

    key: str
    number: int
    dots: tuple[Dot, ...]

    @property
    def points(self) -> str:
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)


@dataclass(frozen=True)
class Tick:
    """A number at an axis and where it stands."""

    at: float
    value: float


@dataclass(frozen=True)
class Chart:
    """Curves in a frame; `diagonal` is the line that they are compared with."""

    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    curves: tuple[Curve, ...]
    diagonal: tuple[float, float, float, float] | None = None
    marks: tuple[Curve, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A share and its interval along a bar that begins at what guessing reaches."""

    length: float
    low: float
    high: float


def bar(value: float, low: float, high: float) -> Bar:
    """Place a share; what is below guessing stands at the beginning."""
    length, left, right = (round(BAR * (max(v, GUESS) - GUESS) / (1 - GUESS), 1) for v in (value, low, high))
    return Bar(length, left, right)


def reliability_chart(bins: Mapping[str, Sequence[Mapping[str, float]]]) -> Chart:
    """Confidence across, share right up; a dot's area grows with its pictures."""
    rates = [part["accuracy"] for parts in bins.values() for part in parts]
    x, y = _scale(GUESS, 1.0, LEFT, RIGHT), _scale(_floor(min(rates)), 1.0, BOTTOM, TOP)
    curves = []
    for number, (key, parts) in enumerate(bins.items(), start=1):
        most = max(part["pictures"] for part in parts)
        dots = [
            Dot(
                x(p["confidence"]), y(p["accuracy"]), round(2.0 + LARGEST_DOT * sqrt(p["pictures"] / most), 1)
            )
            for p in parts
        ]
        curves.append(Curve(key, number, tuple(dots)))
    ticks = _ticks(x, (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)), _ticks(y, _tenths(_floor(min(rates))))
    return Chart(*ticks, tuple(curves), diagonal=(x(GUESS), y(GUESS), x(1.0), y(1.0)))


def roc_chart(curves: Mapping[str, Mapping[str, Any]]) -> Chart:
    """False alarms across, found ones up, both from 0 to 1."""
    x, y = _scale(0.0, 1.0, LEFT, RIGHT), _scale(0.0, 1.0, BOTTOM, TOP)
    placed = tuple(
        Curve(key, number, tuple(Dot(x(false), y(true)) for false, true in curve["points"]))
        for number, (key, curve) in enumerate(curves.items(), start=1)
    )
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    return Chart(_ticks(x, shares), _ticks(y, shares), placed, diagonal=(x(0.0), y(0.0), x(1.0), y(1.0)))


def coverage_chart(
    curves: Mapping[str, Sequence[Mapping[str, float]]], chosen: Mapping[str, tuple[float, float]]
) -> Chart:
    """Share answered across, share right up; `chosen` marks where the limits of `unsure` stand."""
    rates = [point["accuracy"] for curve in curves.values() for point in curve]
    low = _floor(min(rates), steps=20)
    x, y = _scale(GUESS, 1.0, LEFT, RIGHT), _scale(low, 1.0, BOTTOM, TOP)
    placed, marks = [], []
    for number, (key, curve) in enumerate(curves.items(), start=1):
        dots = tuple(Dot(x(p["answered"]), y(p["accuracy"])) for p in curve)
        placed.append(Curve(key, number, dots))
        if key in chosen:
            answered, accuracy = chosen[key]
            marks.append(Curve(key, number, (Dot(x(answered), y(accuracy), 6.0),)))
    ups = tuple(round(1.0 - 0.05 * n, 2) for n in range(round((1.0 - low) / 0.05) + 1))
    return Chart(_ticks(x, (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)), _ticks(y, ups), tuple(placed), marks=tuple(marks))


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    def place(value: float) -> float:
        inside = min(max(value, low), high)
        return round(start + (end - start) * (inside - low) / (high - low), 1)

    return place


def _floor(value: float, steps: int = 10) -> float:
    """The next whole step below, and room for two steps at least."""
    return min(floor(value * steps) / steps, 0.9)


def _tenths(low: float) -> tuple[float, ...]:
    return tuple(round(low + 0.1 * n, 1) for n in range(round((1.0 - low) / 0.1) + 1))


def _ticks(place: Callable[[float], float], values: Sequence[float]) -> tuple[Tick, ...]:
    return tuple(Tick(place(value), value) for value in values)
