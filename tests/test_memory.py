"""Memory over many moves stays flat: the caches count every byte they hold, keys too, and nothing else piles up."""

from __future__ import annotations

import sys

import pytest

from bench.memory import measure

MOVES = 600
ROOM = 24  # MB that the second half may add: the allocator's own, hardly more than the caches' bound below


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="resident memory is read from /proc, which only Linux has"
)
def test_moves_that_never_repeat_do_not_fill_the_memory() -> None:
    points = measure(MOVES, points=4, size=64, CONVISOR_CACHE_BYTES="20000000")
    assert points[-1].moves == MOVES
    assert points[-1].resident - points[1].resident < ROOM, points
