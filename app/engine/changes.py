"""Changes of a picture that leave to people what is on it: what does a network make of them?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from app.compute.resample import resize
from app.layers.base import Array
from app.layers.gray import LUMA

DARKER, BRIGHTER = np.float32(0.5), np.float32(1.5)


def made_small(picture: Array) -> Array:
    """Half the side in the middle; the rest is its mirror image, so that no border gives it away."""
    _, rows, cols = picture.shape
    top, left = rows // 2, cols // 2
    wide = np.pad(picture, ((0, 0), (top, top), (left, left)), mode="reflect")
    return resize(wide, rows, cols)


def coarse(picture: Array) -> Array:
    """A quarter of the rows and columns, enlarged again: fine detail is gone."""
    _, rows, cols = picture.shape
    return resize(resize(picture, max(1, rows // 4), max(1, cols // 4)), rows, cols)


def grayed(picture: Array) -> Array:
    """The lightness alone, in all three colours."""
    return np.repeat(
        (picture * np.array(LUMA, dtype=np.float32)[:, None, None]).sum(axis=0, keepdims=True), 3, axis=0
    )


def turned(picture: Array) -> Array:
    """A quarter turn counter-clockwise, pressed into the picture's own shape."""
    return resize(np.rot90(picture, axes=(1, 2)), *picture.shape[1:])


CHANGES: Mapping[str, Callable[[Array], Array]] = {
    "none": lambda picture: picture,
    "mirrored": lambda picture: picture[:, :, ::-1],
    "turned_90": turned,
    "upside_down": lambda picture: picture[:, ::-1, ::-1],
    "gray": grayed,
    "darker": lambda picture: picture * DARKER,
    "brighter": lambda picture: np.minimum(picture * BRIGHTER, np.float32(1.0)),
    "coarse": coarse,
    "small": made_small,
}
"""Each takes and gives a picture (3, rows, cols) in 0..1."""
