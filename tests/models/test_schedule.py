"""The learning rate warms up, holds and falls to almost nothing; the sides only grow."""

from hypothesis import given
from hypothesis import strategies as st

from models.schedule import DECAY, FLOOR, SERVED_SIDE, WARM_UP, rate_share, sides


def test_rate_is_full_between_warm_up_and_decay() -> None:
    assert rate_share(WARM_UP) == 1.0
    assert rate_share(1.0 - DECAY - 1e-9) == 1.0


def test_rate_has_fallen_to_its_floor_at_the_end_and_beyond() -> None:
    assert rate_share(1.0) == FLOOR
    assert rate_share(1.7) == FLOOR
    assert abs(rate_share(1.0 - DECAY / 2) - 0.5) < 1e-12


@given(st.floats(0, 1.2), st.floats(0, 1.2))
def test_sides_never_shrink_and_the_rate_never_exceeds_its_peak(one: float, other: float) -> None:
    early, late = sorted((one, other))
    assert sides(early) <= sides(late)
    assert 0.0 < rate_share(early) <= 1.0


def test_last_side_checked_is_the_served_one() -> None:
    assert sides(1.0)[1] == SERVED_SIDE
