"""The same layer in PyTorch and in Keras: `same` against padding written out, and the measured comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from app.explorer import Explorer, Scene
from app.i18n import Language
from app.web.pages.view_query import kept, number_of
from app.web.templating import ROOT

OWN = ("length", "width", "pace")
NAMES = {"torch": "PyTorch", "keras": "Keras 3"}


def values(explorer: Explorer, query: Mapping[str, str], lang: Language) -> Mapping[str, Any]:
    """A row of numbers read by both rules, its padding, the programs, and what was measured."""
    length, width, pace = (
        int(min(max(number_of(query, name, usual), low), high))
        for name, usual, low, high in (("length", 8, 4, 16), ("width", 3, 1, 7), ("pace", 2, 1, 4))
    )
    width -= 1 - width % 2  # odd, so that padding on each side can keep the size
    each = width // 2
    total = max((-(-length // pace) - 1) * pace + width - length, 0)
    return {
        "length": length,
        "width": width,
        "pace": pace,
        "rows": (
            ("keras", _read(explorer, length, width, pace, "same"), total // 2, total - total // 2),
            ("torch", _read(explorer, length, width, pace, f"(0,{each})"), each, each),
        ),
        "line": ",".join(map(str, range(1, length + 1))),
        "kernel": _middle(width),
        "programs": (
            ("keras", f'keras.layers.Conv2D(1, (1, {width}), strides=(1, {pace}), padding="same", use_bias=False)'),
            ("torch", f"nn.Conv2d(1, 1, (1, {width}), stride=(1, {pace}), padding=(0, {each}), bias=False)"),
        ),
        "mend": f"F.pad(x, ({total // 2}, {total - total // 2}))",
        "measured": _measured(),
        "names": NAMES,
        "kept": kept(query),
    }  # fmt: skip


def _middle(width: int) -> str:
    """A kernel that takes the cell in its middle as it is."""
    return ",".join("1" if at == width // 2 else "0" for at in range(width))


def _read(explorer: Explorer, length: int, width: int, pace: int, padding: str) -> list[float]:
    line = ",".join(map(str, range(1, length + 1)))
    stack = f"gray|conv([{_middle(width)}],stride=(1,{pace}),padding={padding})"
    found: list[float] = (
        explorer.trace(Scene(f"grid([{line}])", stack, 64, "keep")).stages[-1].maps.ravel().tolist()
    )
    return found


@cache
def _measured() -> Mapping[str, Any]:
    """The comparison of the cat/dog network in both frameworks, as it was measured when the network was made."""
    card = json.loads((ROOT / "models" / "frameworks.json").read_text(encoding="utf-8"))
    rows = [
        {
            "name": NAMES[name],
            "version": one["version"],
            "lines": one["lines"]["network"] + one["lines"]["training"],
            "seconds": float(np.mean([epoch["cpu_seconds"] for epoch in one["epochs"]])),
            "memory": one["peak_mb"],
            "accuracy": one["epochs"][-1]["val"],
        }
        for name, one in card["frameworks"].items()
    ]
    return {"rows": rows, "date": card["date"], "processor": card["processor"], "cores": card["cores"]}
