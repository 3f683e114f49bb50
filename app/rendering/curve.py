"""Function curves as SVG paths: what an activation does, and the point of the cell at hand on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Plot:
    """A drawing area of width x height for x in left..right and y in bottom..top (up is up)."""

    left: float
    right: float
    bottom: float
    top: float
    width: float
    height: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where (x, y) is drawn, from the upper left corner; points outside stand on the edge."""
        across = (x - self.left) / (self.right - self.left)
        up = (y - self.bottom) / (self.top - self.bottom)
        return (
            round(self.width * min(1.0, max(0.0, across)), 2),
            round(self.height * (1 - min(1.0, max(0.0, up))), 2),
        )

    @property
    def axes(self) -> str:
        """The lines x = 0 and y = 0 as a path; outside the area they stand on its edge."""
        x, y = self.point(0, 0)
        return f"M0 {y:g}H{self.width:g}M{x:g} 0V{self.height:g}"


def curve_path(samples: Sequence[tuple[float, float]], plot: Plot) -> str:
    """The polyline through samples (x, y) in order."""
    points = [plot.point(x, y) for x, y in samples]
    return "".join(f"{'L' if i else 'M'}{x:g} {y:g}" for i, (x, y) in enumerate(points))


def drop_path(x: float, y: float, plot: Plot) -> str:
    """The line from the x axis up to the point (x, y) and across to the y axis."""
    (px, py), (zero_x, zero_y) = plot.point(x, y), plot.point(0, 0)
    return f"M{px:g} {zero_y:g}V{py:g}H{zero_x:g}"
