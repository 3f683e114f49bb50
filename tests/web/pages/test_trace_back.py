"""The way back from a cell: the winner of a maximum, else the middle of what was read; never outside of the photo."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.cells import Place
from app.engine.trace import run
from app.layers.registry import parse_stack
from app.web.pages.trace_back import trace_back
from tests.engine.made import CountingCache, MadePhoto


def way(text: str, channel: int, row: int, col: int) -> list[tuple[int, int, int]]:
    """Channel, row and column at every stage, the photo's (3 x 20 x 30) first."""
    stack = parse_stack(text)
    trace = run(MadePhoto(), stack, 30, "keep", CountingCache())
    found = trace_back(trace, Place(len(stack.layers), channel, row, col))
    assert list(range(len(stack.layers) + 1)) == [place.stage for place in found]
    return [(place.channel, place.row, place.col) for place in found]


@pytest.mark.parametrize(
    ("text", "cell", "before"),
    [
        ("relu", (1, 4, 5), (1, 4, 5)),
        ("conv(box,size=5)", (2, 3, 4), (2, 5, 6)),
        ("conv(box,stride=3)", (2, 3, 4), (2, 10, 13)),
        ("conv(box,sobel_x)", (5, 0, 0), (2, 1, 1)),
        ("conv(box,channels=sum)", (0, 2, 2), (0, 3, 3)),
        ("conv([1],padding=2)", (0, 0, 33), (0, 0, 29)),  # padding stands for the nearest cell
        ("conv([1],padding=2,mode=reflect)", (0, 0, 33), (0, 2, 28 - 1)),  # and a mirror for what it shows
        ("conv([1],padding=2,mode=circular)", (0, 1, 1), (0, 19, 29)),
        ("deconv([1],stride=2)", (1, 4, 6), (1, 2, 3)),
        ("deconv([1],stride=3)", (1, 4, 8), (1, 4, 8)),  # reads nothing: the cell of its own number
        ("deconv([1],stride=3)", (1, 55, 86), (1, 19, 29)),
        ("rotate(90)", (0, 1, 2), (0, 2, 28)),
        ("rotate(180)", (0, 1, 2), (0, 18, 27)),
        ("rotate(30)", (0, 0, 0), (0, 0, 7)),  # from row -5.98, outside, and column 6.69
        ("flatten", (600 + 4 * 30 + 7, 0, 0), (1, 4, 7)),
        ("globalavg", (2, 0, 0), (2, 10, 15)),
        ("~maxpool(2)", (2, 7, 8), (2, 7, 8)),
    ],
)
def test_a_cell_is_followed_to_the_middle_of_what_it_read(text, cell, before) -> None:
    assert [before, cell] == way(text, *cell)


@pytest.mark.parametrize(("kind", "best"), [("maxpool", np.argmax), ("minpool", np.argmin)])
def test_a_maximum_is_followed_to_its_winner(kind: str, best) -> None:
    pixels = MadePhoto().pixels()
    down, right = np.unravel_index(best(pixels[1, 4:8, 8:12]), (4, 4))
    assert [(1, 4 + down, 8 + right), (1, 1, 2), (1, 1, 2)] == way(f"{kind}(4)|relu", 1, 1, 2)
