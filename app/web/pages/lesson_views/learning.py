"""Learning in two demonstrations: a gradient taken apart by hand, and a kernel found from a pair of pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.engine.gradients.convolution import Exact, Slide, convolve, input_gradient, kernel_gradient
from app.engine.gradients.terms import input_links, kernel_links
from app.engine.learning.descent import MAX_STEPS, Descent, Setting, descend
from app.explorer import Explorer, Scene
from app.i18n import Language
from app.kernels.registry import make
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.swatches import Drawn
from app.web.pages.view_query import kept, number_of, view_link

V: Exact = np.array(
    [[1, 0, 2, 1, 0], [0, 1, 1, 0, 2], [2, 1, 0, 1, 1], [0, 2, 1, 0, 0], [1, 0, 1, 2, 1]], float
)
K: Exact = np.array([[1, 0, -1], [2, 0, 0], [0, 1, 1]], float)
T: Exact = np.array([[4, 1], [3, 2]], float)
STRIDE = Slide(stride=(2, 2))
RATES = (0.01, 0.02, 0.05, 0.1)
OWN = ("entry", "pair", "kernel", "turned", "rate", "momentum", "steps", "show")
PAIRS = ("noise", "photo", "centred")
KERNELS = ("sobel_x", "sobel_y", "sharpen", "emboss", "laplacian4", "box")
SIZE, WIDTH, HEIGHT = 3, 600.0, 200.0
LOWEST = 1e-10  # where the curve's axis ends


@dataclass(frozen=True)
class Cell:
    """A number of a table by hand: what it is part of (``at`` the entry taken apart, ``in`` its sum), its link."""

    value: float
    mark: str = ""
    url: str = ""


Table = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Tick:
    """A line of the loss curve's axis: its height and its power of ten."""

    y: float
    power: int


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """Both demonstrations as the query sets them; what it leaves out is as on the first visit."""
    return {"hand": _by_hand(query), "run": _run(explorer, query), "kept": kept(query), "most": MAX_STEPS}


def _by_hand(query: Mapping[str, str]) -> Mapping[str, Any]:
    """Demonstration A at stride 2: tables, and the chosen entry of g or h as its sum."""
    z = convolve(K[None, None], V[None], STRIDE)[0]
    grad = 2 * (z - T)
    g = kernel_gradient(grad[None], V[None], (3, 3), STRIDE)[0, 0]
    h = input_gradient(K[None, None], grad[None], (1, 5, 5), STRIDE)[0]
    kind, row, col = _entry(query.get("entry", ""))
    if kind == "g":
        links = list(kernel_links((0, 0, row, col), V[None], (1, 2, 2), 1, STRIDE))
    else:
        links = list(input_links((0, row, col), K[None, None], (1, 5, 5), (1, 2, 2), STRIDE))
    met = {link.index[-2:] for link in links}
    outputs = {link.output[-2:] for link in links}
    return {
        "entry": f"{kind}[{row}, {col}]",
        "kind": kind,
        "tables": (
            ("V", _table(V, met if kind == "g" else {(row, col)}, "in" if kind == "g" else "at")),
            ("K", _table(K, {(row, col)} if kind == "g" else met, "at" if kind == "g" else "in")),
            ("Z", _table(z)),
            ("T", _table(T)),
            ("G", _table(grad, outputs, "in")),
            ("g", _linked(query, "g", g, (row, col) if kind == "g" else None)),
            ("h", _linked(query, "h", h, (row, col) if kind == "h" else None)),
        ),
        "products": [(link.factor, float(grad[link.output[-2:]])) for link in links],
        "total": float((g if kind == "g" else h)[row, col]),
        "loss": float(np.square(z - T).sum()),
        "rates": [(rate, _loss_of(K - rate * g)) for rate in RATES],
    }


def _loss_of(kernel: Exact) -> float:
    return float(np.square(convolve(kernel[None, None], V[None], STRIDE)[0] - T).sum())


def _entry(text: str) -> tuple[str, int, int]:
    """An entry such as ``h.2.2``; g's first where the address names none."""
    kind, _, rest = text.partition(".")
    row, _, col = rest.partition(".")
    side = {"g": 3, "h": 5}.get(kind, 0)
    if row.isdecimal() and col.isdecimal() and int(row) < side and int(col) < side:
        return kind, int(row), int(col)
    return "g", 0, 0


def _table(matrix: Exact, marked: Iterable[tuple[int, ...]] = (), mark: str = "") -> Table:
    places = set(marked)
    return tuple(
        tuple(Cell(float(value), mark if (row, col) in places else "") for col, value in enumerate(line))
        for row, line in enumerate(matrix)
    )


def _linked(query: Mapping[str, str], kind: str, matrix: Exact, chosen: tuple[int, int] | None) -> Table:
    return tuple(
        tuple(
            Cell(
                float(value),
                "at" if (row, col) == chosen else "",
                view_link(query, OWN, "by-hand", entry=f"{kind}.{row}.{col}"),
            )
            for col, value in enumerate(line)
        )
        for row, line in enumerate(matrix)
    )


def _run(explorer: Explorer, query: Mapping[str, str]) -> Mapping[str, Any]:
    """Demonstration B: the descent, its curve, and the kernel after the chosen step."""
    pair = _one_of(query, "pair", PAIRS)
    kernel = _one_of(query, "kernel", KERNELS)
    turned = query.get("turned") == "true"
    rate, momentum = number_of(query, "rate", 0.4), number_of(query, "momentum", 0.0)
    steps = int(number_of(query, "steps", 200))
    known: Exact = np.array(make(kernel), np.float64)
    wanted = known[::-1, ::-1] if turned else known
    before = _before(explorer, query, pair)
    found = descend(
        before, convolve(wanted[None, None], before[None])[0], Setting(rate=rate, momentum=momentum), steps
    )
    show = min(max(int(number_of(query, "show", found.steps)), 0), found.steps)
    errors = found.errors(wanted)
    return {
        "pair": pair, "pairs": PAIRS, "kernel": kernel, "kernels": KERNELS, "turned": turned,
        "rate": f"{rate:g}", "momentum": f"{momentum:g}", "steps": steps, "made": found.steps, "show": show,
        "bound": found.bound, "ratio": found.ratio, "lost": found.lost, "grows": found.losses[-1] > found.losses[0],
        "loss": float(found.losses[show]), "error": float(errors[show]), "last_error": float(errors[-1]),
        "drawn": _drawn(found.kernels[show], wanted), "wanted": Drawn(wanted),
        "largest": float(np.abs(wanted).max()),
        "numbers": json.dumps([[float(f"{one:.3g}") for one in line.ravel()] for line in found.kernels]),
        "losses": json.dumps([float(f"{one:.3g}") for one in found.losses]),
        "errors": json.dumps([float(f"{one:.3g}") for one in errors]),
        **_curve(found, show),
    }  # fmt: skip


def _drawn(kernel: Exact, wanted: Exact) -> Drawn:
    """The learned kernel to three decimals, on the hidden one's scale of colours while it stays within it."""
    shown = np.clip(kernel.round(3), -999, 999)
    return Drawn(shown, float(max(np.abs(wanted).max(), np.abs(shown).max())))


def _before(explorer: Explorer, query: Mapping[str, str], pair: str) -> Exact:
    image = "pattern(noise,size=64)" if pair == "noise" else query.get("image") or FIRST_IMAGE
    cells = explorer.trace(Scene(image, "gray", 64, "crop")).stages[-1].maps[0].astype(np.float64)
    centred: Exact = cells - cells.mean() if pair == "centred" else cells
    return centred


def _curve(found: Descent, show: int) -> Mapping[str, Any]:
    """The loss over the steps on a logarithmic axis, as points of a drawing."""
    heights = np.log10(np.clip(found.losses, LOWEST, None))
    low, high = np.floor(heights.min()), np.ceil(heights.max() + 1e-9)
    high = max(high, low + 1)
    xs = np.linspace(0, WIDTH, len(heights))
    ys = HEIGHT * (high - heights) / (high - low)
    every = max(1, int(np.ceil((high - low) / 5)))
    return {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True)),
        "mark": (round(float(xs[show]), 1), round(float(ys[show]), 1)),
        "ticks": [
            Tick(round(float(HEIGHT * (high - power) / (high - low)), 1), power)
            for power in range(int(low), int(high) + 1, every)
        ],
        "width": WIDTH,
        "height": HEIGHT,
    }


def _one_of(query: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    return query[name] if query.get(name) in choices else choices[0]
