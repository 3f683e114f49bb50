"""Where a run stands: learning rate and picture sizes as functions of its progress from 0 to 1."""

from __future__ import annotations

WARM_UP = 0.04
DECAY = 0.35  # the last share of the run, in which the rate falls linearly
FLOOR = 0.005  # of the peak rate

# (until this progress, side trained at, side validated at): objects look larger in random crops than in whole
# pictures, so a network serves best at a side about a sixth larger than it trained at (Touvron et al. 2019).
SIDES = ((0.38, 64, 80), (0.68, 80, 96), (1.0, 96, 112))
SERVED_SIDE = 112


def rate_share(progress: float) -> float:
    """Return the share of the peak learning rate: linear warm-up, constant, linear decay."""
    progress = min(max(progress, 0.0), 1.0)
    if progress < WARM_UP:
        return max(progress / WARM_UP, 0.02)
    return max(min(1.0, (1.0 - progress) / DECAY), FLOOR)


def sides(progress: float) -> tuple[int, int]:
    """Return the side trained at and the side validated at."""
    for until, train_side, check_side in SIDES:
        if progress < until:
            return train_side, check_side
    return SIDES[-1][1], SIDES[-1][2]
