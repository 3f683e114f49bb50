"""The style classes of the scales are those of the colour maps."""

from __future__ import annotations

import re
from pathlib import Path

from app.rendering.scale import Scale, choose_scale
from app.rendering.scales_css import scales_css, step_class

SHEET = Path(__file__).parents[2] / "static" / "css" / "scales.css"


def luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_style_sheet_is_the_one_the_colour_maps_give() -> None:
    assert scales_css() == SHEET.read_text(encoding="utf-8"), (
        "write it anew: scales_css() into static/css/scales.css"
    )


def test_numbers_are_readable_on_every_step() -> None:
    pairs = re.findall(r"background-color: (#\w{6}); color: (#\w{6});", scales_css())
    assert 3 * 33 == len(pairs)
    for ground, ink in pairs:
        lighter, darker = sorted((luminance(ground), luminance(ink)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_zero_stands_in_the_middle_and_outer_values_at_the_ends() -> None:
    signed = choose_scale(-0.3, 2.0)
    assert "d16" == step_class(0.0, signed)
    assert ("d0", "d32") == (step_class(-9.0, signed), step_class(9.0, signed))
    assert ("g0", "g32") == (
        step_class(0.0, Scale(0.0, 1.0, "gray")),
        step_class(1.0, Scale(0.0, 1.0, "gray")),
    )
    assert "s16" == step_class(0.5, Scale(0.0, 1.0, "sequential"))
