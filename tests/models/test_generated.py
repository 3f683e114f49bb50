"""Drawn pictures of nothing: set by their seed, of the right form, and of every kind."""

from collections.abc import Callable

import numpy as np
import pytest

from models import generated
from models.generated import generated_pictures

Kind = Callable[[np.random.Generator, int], np.ndarray]
KINDS = ("one_colour", "ramp", "stripes", "noise", "clouds", "shapes")


def test_pictures_depend_on_the_seed_alone() -> None:
    once = generated_pictures((1, 7), 6, 32)
    np.random.default_rng().random(5)
    np.testing.assert_array_equal(once, generated_pictures((1, 7), 6, 32))
    assert not np.array_equal(once, generated_pictures((1, 8), 6, 32))
    np.testing.assert_array_equal(once[:2], generated_pictures((1, 7), 2, 32))


@pytest.mark.parametrize("side", [32, 128])
def test_pictures_are_bytes_of_the_side_asked_for(side: int) -> None:
    pictures = generated_pictures((3,), 40, side)
    assert ((40, side, side, 3), np.uint8) == (pictures.shape, pictures.dtype)
    assert pictures.min() < 40
    assert pictures.max() > 215


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_fills_a_picture_and_stays_near_the_range(name: str) -> None:
    draw: Kind = getattr(generated, name)
    for seed in range(20):
        picture = draw(np.random.default_rng(seed), 48)
        assert (48, 48, 3) == picture.shape
        assert np.isfinite(picture).all()


def test_every_kind_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: set[str] = set()

    def watched(name: str, kind: Kind) -> Kind:
        def draw(rng: np.random.Generator, side: int) -> np.ndarray:
            drawn.add(name)
            return kind(rng, side)

        return draw

    for name in KINDS:
        monkeypatch.setattr(generated, name, watched(name, getattr(generated, name)))
    generated_pictures((5,), 80, 16)
    assert set(KINDS) == drawn
