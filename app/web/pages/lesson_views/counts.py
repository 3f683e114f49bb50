"""What a layer costs when its weights are its own, take turns, or are shared: weights, uses, memory, operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.explorer import Explorer
from app.i18n import Language
from app.web.language import say_in
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.view_form import Field, Form, changed

SIDE, WIDE, TILE = 4096, 31, 8
MAPS = 512
DRAWN = 12  # rows and columns of the corner that is drawn
FLOAT = 4  # bytes of a weight
FIELDS = (
    Field("channels", "whole", "1", 1, MAPS), Field("rows", "whole", "64", 1, SIDE),
    Field("cols", "whole", "64", 1, SIDE), Field("maps", "whole", "1", 1, MAPS),
    Field("krows", "whole", "3", 1, WIDE, role="k"),
    Field("kcols", "whole", "3", 1, WIDE, role="k"), Field("tile", "whole", "2", 1, TILE),
    Field("bias", "choice", "no", choices=("no", "yes")),
)  # fmt: skip
Place = tuple[int, int]


@dataclass(frozen=True)
class Sizes:
    """A layer from C channels of H x W cells to M maps, with kernels of k_h x k_w, at stride 1 without padding."""

    channels: int
    rows: int
    cols: int
    maps: int
    krows: int
    kcols: int
    tile: int
    bias: bool

    @property
    def after(self) -> tuple[int, int]:
        """Rows and columns of a map."""
        return self.rows - self.krows + 1, self.cols - self.kcols + 1

    @property
    def places(self) -> int:
        """Cells of a map."""
        return self.after[0] * self.after[1]


@dataclass(frozen=True)
class Count:
    """One way to join inputs and outputs: weights (biases among them), uses of one weight, and the work."""

    name: str
    weights: int
    uses: int
    multiply_adds: int
    operations: int  # every product and every sum
    size: tuple[float, str]  # of the weights as float32

    @property
    def once(self) -> bool:
        """Whether a weight serves a single pair of cells."""
        return self.uses == 1


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """The four ways on the sizes that the query names, and where a chosen weight is used."""
    say = say_in(lang)
    form = Form(query, FIELDS, lambda name: say(f"course_counts.{name}"))
    rows, cols = form.whole("rows"), form.whole("cols")
    sizes = Sizes(
        form.whole("channels"), rows, cols, form.whole("maps"), form.at_most("krows", rows),
        form.at_most("kcols", cols), form.whole("tile"), form.chosen("bias") == "yes",
    )  # fmt: skip
    weight = _weight(query.get("weight", ""), sizes)
    dense, *_, shared = counted = counts(sizes)
    return {
        "fields": form.filled,
        "sizes": sizes,
        "counts": counted,
        "times": dense.operations / shared.operations,
        "weight": weight,
        "kernel": [
            [
                (m, n, (m, n) == weight, changed(query, "counts", weight=f"{m}.{n}"))
                for n in range(sizes.kcols)
            ]
            for m in range(sizes.krows)
        ],
        "uses": [(one, *_drawing(one.name, sizes, weight)) for one in counted],
        "corner": (min(DRAWN, sizes.after[0]), min(DRAWN, sizes.after[1])),
        "presets": _presets(explorer, query),
    }


def counts(sizes: Sizes) -> tuple[Count, ...]:
    """Dense, unshared, tiled and shared (Goodfellow, Bengio and Courville 2016, sections 9.2 and 9.5)."""
    window = sizes.channels * sizes.krows * sizes.kcols
    whole = sizes.channels * sizes.rows * sizes.cols
    outputs = sizes.maps * sizes.places
    turns = min(sizes.tile, sizes.after[0]) * min(sizes.tile, sizes.after[1])
    return (
        _count("dense", sizes, outputs, whole, 1),
        _count("unshared", sizes, outputs, window, 1),
        _count("tiled", sizes, sizes.maps * turns, window, len(places("tiled", sizes, sizes.after))),
        _count("shared", sizes, sizes.maps, window, sizes.places),
    )


def places(name: str, sizes: Sizes, within: tuple[int, int]) -> list[Place]:
    """The output cells of a map that use the same weights as the first one, in a corner of rows x columns."""
    step = {"tiled": sizes.tile, "shared": 1}.get(name)
    if step is None:
        return [(0, 0)]
    return [(row, col) for row in range(0, within[0], step) for col in range(0, within[1], step)]


def _count(name: str, sizes: Sizes, kernels: int, read: int, uses: int) -> Count:
    outputs = sizes.maps * sizes.places
    weights = kernels * (read + sizes.bias)
    return Count(
        name, weights, uses, outputs * read, outputs * (2 * read - 1 + sizes.bias), _bytes(weights * FLOAT)
    )


def _bytes(count: int) -> tuple[float, str]:
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            break
        size /= 1024
    return size, unit


def _weight(text: str, sizes: Sizes) -> Place:
    """A place in the kernel such as ``1.2``; its middle where the address names none."""
    row, _, col = text.partition(".")
    if row.isdecimal() and col.isdecimal() and int(row) < sizes.krows and int(col) < sizes.kcols:
        return int(row), int(col)
    return sizes.krows // 2, sizes.kcols // 2


def _drawing(name: str, sizes: Sizes, weight: Place) -> tuple[str, str]:
    """The input cells that the weight meets, and the outputs that it goes into, as paths of unit squares."""
    within = min(DRAWN, sizes.after[0]), min(DRAWN, sizes.after[1])
    outputs = places(name, sizes, within)
    return _squares((row + weight[0], col + weight[1]) for row, col in outputs), _squares(outputs)


def _squares(cells: Iterable[Place]) -> str:
    return "".join(f"M{col} {row}h1v1h-1z" for row, col in cells)


def _presets(explorer: Explorer, query: Mapping[str, str]) -> list[tuple[str, str]]:
    """Sizes to begin with: a grey and a colour picture, the learner's photo as it is, and the book's edges."""
    card = explorer.sources.describe(query.get("image") or FIRST_IMAGE)
    usual = {"krows": 3, "kcols": 3, "tile": 2}
    known = {
        "gray": usual | {"channels": 1, "rows": 64, "cols": 64, "maps": 1, "bias": "no"},
        "colour": usual | {"channels": 3, "rows": 64, "cols": 64, "maps": 16, "bias": "yes"},
        "large": usual | {"channels": 3, "rows": 512, "cols": 512, "maps": 16, "bias": "yes"},
        "photo": usual | {"channels": 3, "rows": card.height, "cols": card.width, "maps": 16, "bias": "yes"},
        "edges": {"channels": 1, "rows": 280, "cols": 320, "maps": 1, "krows": 1, "kcols": 2, "tile": 2, "bias": "no"},
    }  # fmt: skip
    fits = min(card.height, card.width) >= 3 and max(card.height, card.width) <= SIDE
    return [
        (name, changed(query, "counts", weight="", **sizes))
        for name, sizes in known.items()
        if name != "photo" or fits
    ]
