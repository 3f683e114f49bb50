"""Numbers as Python writes them: the shortest that give the same float32, nested lists broken into lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.notation import format_number

WIDTH = 84


def number(value: float) -> str:
    """The shortest text that reads back as the same float32."""
    with np.errstate(over="ignore"):
        single = np.float32(value)
    return format_number(float(str(single)) if np.isfinite(single) else value)


def grid(values: NDArray[Any], indent: str = "") -> str:
    """An array as nested lists: on one line where it fits, else one part a line."""
    if values.ndim == 0:
        return number(float(values))
    parts = [grid(part, indent + "    ") for part in values]
    line = f"[{', '.join(parts)}]"
    if len(indent) + len(line) <= WIDTH and "\n" not in line:
        return line
    if values.ndim == 1:
        return _wrapped(parts, indent)
    if len(parts) == 1:  # brackets that hold one thing open together
        return f"[{grid(values[0], indent)}]"
    inner = "".join(f"{indent}    {part},\n" for part in parts)
    return f"[\n{inner}{indent}]"


def _wrapped(parts: list[str], indent: str) -> str:
    """A long row of numbers over several lines."""
    lines, line = [], indent + "    "
    for part in parts:
        if len(line) + len(part) > WIDTH:
            lines.append(line.rstrip())
            line = indent + "    "
        line += part + ", "
    return "[\n" + "\n".join([*lines, line.rstrip()]) + f"\n{indent}]"
