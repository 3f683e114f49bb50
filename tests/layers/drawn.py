"""Random layers with inputs that they can work on, drawn from the kinds' own declarations."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from app.domain.errors import Refusal
from app.domain.params import Param
from app.domain.shapes import Shape
from app.kernels.registry import KERNELS
from app.layers.base import Layer, Learned
from app.layers.registry import kinds, parse_stack


class Shelf:
    """Tensors of a made-up network: c1 reads 3 channels, dw is depthwise, g2 has two groups, fc is a matrix."""

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        shapes = {"c1": (4, 3, 3, 3), "even": (2, 3, 2, 4), "dw": (3, 1, 3, 3), "fc": (5, 12)}
        self._found = {
            f"net.{name}": Learned(
                f"net.{name}",
                rng.standard_normal(shape).astype(np.float32),
                rng.standard_normal(shape[0]).astype(np.float32),
            )
            for name, shape in shapes.items()
        }

    def get(self, name: str) -> Learned | None:
        return self._found.get(name)

    def names(self) -> list[str]:
        return list(self._found)


SHELF = Shelf()
# Bounds of a parameter are wide; tests draw from the part that meets maps of a dozen cells.
SMALL = {
    "stride": (1, 4), "dilation": (1, 3), "padding": (0, 3), "output_padding": (0, 3), "size": (1, 4),
    "rows": (-3, 14), "cols": (-3, 14), "factor": (1, 3), "bias": (-2, 2), "mean": (-2, 2), "std": (0.1, 3),
    "maps": (1, 3),
}  # fmt: skip
TENSORS = {"weights": ["net.c1", "net.even", "net.dw"], "dense": ["net.fc"]}
MATRICES = ["[1]", "[0.5,-1]", "[1;2;-0.25]", "[0,1;1,0]", "[1,-2,3;0.5,0,1;-1,1,2]"]
ODD = [
    "gaussian(size=3)",
    "sobel_x",
    "box(size=5)",
    "random(size=3,seed=4)",
    "[1,-2,3;0.5,0,1;-1,1,2]",
    "[2]",
]


def texts(kind: str) -> st.SearchStrategy[str]:
    """Spellings of one layer of the kind, within the bounds, not always workable."""
    params = kinds()[kind].params()
    return st.tuples(*(argument(kind, param) for param in params)).map(
        lambda parts: f"{kind}({','.join(part for part in parts if part)})"
    )


def argument(kind: str, param: Param) -> st.SearchStrategy[str]:
    if param.type == "kernels":
        return banks()
    if param.type == "tensor":
        return st.sampled_from(TENSORS[kind])
    given_value = value(param).map(lambda text: text if param.required else f"{param.name}={text}")
    return given_value if param.required else st.just("") | given_value


def banks() -> st.SearchStrategy[str]:
    named = st.sampled_from(sorted(KERNELS)).filter(
        lambda name: name not in ("gabor", "motion", "log", "dog")
    )
    slices = st.sampled_from(["slices([1],[-1],[0.5])", "slices([1,2;0,1],[0,-1;1,1],[2,0;0,2])"])
    bank = st.lists(st.sampled_from(ODD), min_size=2, max_size=3).map(",".join)
    return named | st.sampled_from(MATRICES) | slices | bank


def value(param: Param) -> st.SearchStrategy[str]:
    low, high = SMALL.get(param.name, (param.low, param.high))
    low = max(low, param.low) if param.low is not None else low
    high = min(high, param.high) if param.high is not None else high
    if param.type == "bool":
        return st.sampled_from(["true", "false"])
    if param.type == "choice":
        return st.sampled_from(param.choices)
    decimals = st.floats(low or 0, high or 0).map(lambda number: repr(round(number, 3)))
    if param.type == "float":
        turns = st.sampled_from(["90", "180", "-90", "360", "0"]) if param.name == "degrees" else st.nothing()
        return decimals | turns
    if param.type == "numbers":
        return decimals | st.lists(decimals, min_size=3, max_size=3).map(lambda three: f"({','.join(three)})")
    whole = st.integers(int(low or 0), int(high or 0)).map(str)
    if param.type == "int":
        return whole
    pair = st.tuples(whole, whole).map(lambda two: f"({two[0]},{two[1]})")
    if param.type == "pair":
        return whole | pair
    four = st.tuples(whole, whole, whole, whole).map(lambda sides: f"({','.join(sides)})")
    return whole | pair | four | st.sampled_from([*param.choices, "valid"])


def shapes(kind: str) -> st.SearchStrategy[Shape]:
    if kind == "dense":
        return st.just((12, 1, 1))
    sides = st.integers(1, 12)
    channels = st.sampled_from([1, 3]) if kind == "gray" else st.sampled_from([3, 3, 1])
    return st.tuples(channels, sides, sides)


@st.composite
def cases(draw: Any, kind: str) -> tuple[Layer, np.ndarray]:
    """A layer of the kind and maps that it can work on."""
    layer, shape = draw(st.tuples(texts(kind).map(read), shapes(kind)).filter(works))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    return layer, rng.standard_normal(shape).astype(np.float32)


def read(text: str) -> Layer | None:
    """The layer, or None where a drawn bias does not match the number of kernels."""
    from app.domain.errors import NotationError

    try:
        return parse_stack(text, SHELF).layers[0]
    except NotationError as fault:
        if fault.code not in ("bias_count", "bank_parity"):
            raise
        return None


def works(case: tuple[Layer | None, Shape]) -> bool:
    layer, shape = case
    if layer is None:
        return False
    try:
        layer.shape_after(shape)
    except Refusal:
        return False
    return True
