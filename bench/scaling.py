"""How the time of a whole move grows with pixels, layers, kernel size and pupils: one thing at a time.

A move is the page's part with its maps, over HTTP. The usual scene is 512 x 512 RGB, three layers, 5 x 5 kernels.
"""

from __future__ import annotations

import os

from bench.asking import Work, get, medians, scene
from bench.load import Class, lesson_of
from bench.server import Serving, served

TURNS = 15
SIZES = (64, 128, 256, 512, 1024)
LAYERS = (1, 2, 4, 8, 12)
KERNELS = (3, 5, 9, 15, 31)
PUPILS = (10, 20, 30, 40, 50)
LAYER = "|conv(gaussian,size=5,padding=2)"
Points = dict[str, float]


def measure() -> dict[str, Points]:
    """Milliseconds, by what grows and how large it is; of pupils the 95th percentile, with two workers."""
    with served(core=min(os.sched_getaffinity(0))) as ours:
        found = {
            "pixels": _moves(
                ours, {size: ("conv(gaussian,size=5,sigma={})" + 2 * LAYER, size) for size in SIZES}
            ),
            "layers": _moves(
                ours, {n: ("conv(gaussian,size=5,sigma={})" + (n - 1) * LAYER, 512) for n in LAYERS}
            ),
            "kernel": _moves(
                ours, {k: (f"conv(gaussian,size={k},sigma={{}})" + 2 * LAYER, 512) for k in KERNELS}
            ),
        }
    return found | {
        "pupils": {str(n): lesson_of(Class(n, 1.0, 512, "keep"), workers=2).p95 for n in PUPILS},
    }


def _moves(ours: Serving, scenes: dict[int, tuple[str, int]]) -> Points:
    """Medians of moves to a sigma that was never asked for, by how large the grown thing is."""

    def work(stack: str, size: int) -> Work:
        # the photo is 512 px a side; larger ones come from a pattern, for nothing is ever enlarged
        image = "person-astronaut" if size <= 512 else f"pattern(noise,size={size})"
        return lambda number: get(
            ours.connection,
            f"/?{scene(stack.format(1 + number / 1000), size, image=image)}",
            {"HX-Request": "true"},
        )

    return medians({str(n): work(*found) for n, found in scenes.items()}, TURNS)
