"""The challenges by name: what is given, how it is checked, and which lesson it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.domain.errors import UserError
from app.engine.reading import Fit
from app.explorer.challenges.guesses import UNSURE_SAMPLES, guess_kernel, make_unsure
from app.explorer.challenges.lines import (
    BLUR,
    blind_map,
    blind_whole,
    field_31,
    horizontal_edges,
    undo_blur,
)
from app.explorer.challenges.verdict import Verdict
from app.explorer.explorer import Explorer

HINTS = 3


@dataclass(frozen=True)
class Challenge:
    """`fields` are the names of what is given, `start` what stands there at first; `image` is shown in the lab."""

    name: str
    lesson: str
    check: Callable[[Explorer, Mapping[str, str]], Verdict]
    fields: tuple[str, ...] = ("stack",)
    start: Mapping[str, str] = field(default_factory=dict)
    image: str = "cat-chelsea"
    fit: Fit = "crop"


SHARPENED = f"{BLUR}|conv(sharpen,padding=same,mode=reflect)"
CHALLENGES = (
    Challenge(
        "horizontal_edges",
        "kernels",
        horizontal_edges,
        start={"stack": "gray|conv(sobel_x)"},
        image="pattern(edge,size=16)",
        fit="keep",
    ),
    Challenge("field_31", "receptive-field", field_31, start={"stack": "gray|conv(box,padding=same)"}),
    Challenge(
        "hidden_kernel",
        "convolution-and-correlation",
        guess_kernel,
        fields=("kernel", "which", "sent"),
        start={"kernel": "", "which": "1", "sent": "0"},
    ),
    Challenge(
        "unsure",
        "whole-network",
        make_unsure,
        fields=("image", "top", "left", "rows", "cols"),
        start={"image": UNSURE_SAMPLES[0], "top": "60", "left": "60", "rows": "40", "cols": "40"},
    ),
    Challenge("undo_blur", "kernels", undo_blur, start={"stack": SHARPENED}),
    Challenge(
        "blind_whole",
        "pooling-invariance",
        blind_whole,
        start={"stack": "gray|conv(gaussian)|maxpool(2)"},
        image="pattern(circle,size=64)",
        fit="keep",
    ),
    Challenge("blind_map", "pooling-invariance", blind_map, start={"stack": "gray|maxpool(8)"}),
)


def challenge(name: str) -> Challenge:
    """A challenge by name.

    Raises
    ------
    UserError
        `challenge_unknown`.
    """
    for one in CHALLENGES:
        if one.name == name:
            return one
    raise UserError("challenge_unknown", name=name[:40])
