"""The colour scales as style classes, so that pages can colour cells of a table without inline styles."""

from __future__ import annotations

from app.rendering.colormaps import COLOR_MAPS, Colors, hex_color, ink_on
from app.rendering.scale import Scale

STEPS = 32  # classes .d0 to .d32: 16 is zero of a diverging scale
PREFIXES: dict[Colors, str] = {"gray": "g", "sequential": "s", "diverging": "d"}


def step_class(value: float, scale: Scale) -> str:
    """The class of a value on a scale: ``g``, ``s`` or ``d`` and a step of 0 to 32."""
    return f"{PREFIXES[scale.colors]}{round(scale.position(value) * STEPS)}"


def scales_css() -> str:
    """The style sheet static/css/scales.css: background and readable ink of every step, and the legends' bars."""
    lines = [
        "/* Colour scales in 33 steps, and their bars; written by app/rendering/scales_css.py. */",
        "@layer components {",
    ]
    for colors, prefix in PREFIXES.items():
        table = COLOR_MAPS[colors].tolist()
        steps = [
            (red, green, blue)
            for red, green, blue in (table[_index(colors, step)] for step in range(STEPS + 1))
        ]
        lines += [
            f"  .{prefix}{step} {{ background-color: {hex_color(rgb)}; color: {ink_on(rgb)}; fill: {hex_color(rgb)}; }}"
            for step, rgb in enumerate(steps)
        ]
        stops = ", ".join(hex_color(rgb) for rgb in steps)
        lines.append(f"  .bar-{colors} {{ background-image: linear-gradient(to right, {stops}); }}")
    return "\n".join([*lines, "}", ""])


def _index(colors: Colors, step: int) -> int:
    """The place of a step in a map of 256 colours; zero of a diverging map is 128."""
    return 128 if colors == "diverging" and 2 * step == STEPS else round(step * 255 / STEPS)
