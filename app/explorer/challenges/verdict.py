"""What a check says: won or not, with how much, and the findings that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError
from app.engine.trace import Trace
from app.explorer.explorer import Explorer
from app.explorer.scene import Scene

Floats = NDArray[np.float64]
LONGEST_STACK = 4000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: its code, whether it is as it should be, and the numbers found."""

    code: str
    holds: bool
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """`medal` is gold, silver or bronze where the task has them; `score` is what they are given for."""

    findings: tuple[Finding, ...]
    medal: str = ""
    score: float | None = None

    @property
    def won(self) -> bool:
        return all(one.holds for one in self.findings)


def traced(explorer: Explorer, image: str, stack: str, size: int = 64, fit: str = "keep") -> Trace:
    """A trace that ran to its end.

    Raises
    ------
    UserError
        A fault in the line, or the refusal of a layer.
    """
    if len(stack) > LONGEST_STACK:
        raise UserError("challenge_too_long", limit=LONGEST_STACK)
    trace = explorer.trace(Scene(image, stack, size, "crop" if fit == "crop" else "keep"))
    if trace.refused is not None:
        raise trace.refused
    return trace


def last_maps(trace: Trace) -> Floats:
    """The last stage's maps (C, H, W)."""
    return trace.stages[-1].maps.astype(np.float64)


def behind(first: str, stack: str) -> str:
    """A stack with a layer put before it."""
    return f"{first}|{stack}" if stack.strip() else first
