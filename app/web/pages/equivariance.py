"""Whether a move of the photo may change places with a convolution: both orders, and their difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from app.engine.trace import require
from app.explorer import Explorer, Scene
from app.explorer.comparison import Compared, Pair, compare_scenes
from app.rendering.scale import choose_scale
from app.web.pages.scene import FIRST_IMAGE
from app.web.pages.side_by_side import Measured, common_scale, difference_of, joined, panel
from app.web.pages.view_form import Field, Form

SIDE = 64
KERNELS = ("sobel_x", "sobel_y", "gaussian", "laplacian4", "emboss")
MOVE = Field("move", "choice", "shift", choices=("shift", "rotate", "resize"))
OWN = {  # what a move asks for
    "shift": (
        Field("down", "whole", "0", -32, 32), Field("right", "whole", "5", -32, 32),
        Field("enters", "choice", "zeros", choices=("zeros", "circular"), role="pad"),
    ),
    "rotate": (Field("degrees", "range", "90", -180, 180, 15),),
    "resize": (Field("side", "whole", "32", 8, 128),),
}  # fmt: skip
LAYER = (
    Field("kernel", "choice", "sobel_x", choices=KERNELS, role="k", plain=True),
    Field("pace", "whole", "1", 1, 4, role="step"),
    Field(
        "border", "choice", "zeros", choices=("none", "zeros", "reflect", "replicate", "circular"), role="pad"
    ),
)


def equivariance(
    explorer: Explorer, query: Mapping[str, str], label: Callable[[str], str]
) -> Mapping[str, Any]:
    """f(g(x)) beside g(f(x)); at a stride above 1, beside the best whole shift of the map."""
    move = Form(query, (MOVE,), label).chosen("move")
    form = Form(query, (MOVE, *OWN[move], *LAYER), label)
    before = _moved(form, move)
    layer = _layer(form)
    image = query.get("image") or FIRST_IMAGE
    first = joined("gray", before, layer)
    after = require(explorer.trace(Scene(image, first, SIDE, "crop")), 3).shape
    candidates = [joined("gray", layer, then) for then in _after(form, move, after)]
    found = min(
        (_both(explorer, image, first, one) for one in candidates), key=lambda one: one.found.inner.mean
    )
    maps = [require(trace, len(trace.stack.layers)).maps[0] for trace in (found.trace, found.other)]
    photo = require(found.trace, 2).maps[0]
    scale = common_scale(*maps)
    return {
        "fields": form.filled, "move": move, "image": image,
        "measured": Measured(found.found, (
            panel("moved", photo, choose_scale(0.0, float(photo.max()), "gray")), panel("first", maps[0], scale),
            panel("second", maps[1], scale), difference_of(found.found),
        )),
        "first": found.trace.stack.text, "second": found.other.stack.text, "whole": len(candidates) == 1,
        "shift": (form.whole("down"), form.whole("right")) if move == "shift" else None, "pace": form.whole("pace"),
    }  # fmt: skip


def _both(explorer: Explorer, image: str, first: str, second: str) -> Compared:
    return compare_scenes(
        explorer, Pair(Scene(image, first, SIDE, "crop"), Scene(image, second, SIDE, "crop"))
    )


def _moved(form: Form, move: str) -> str:
    """g on the photo."""
    if move == "rotate":
        return f"rotate({form.chosen('degrees')})"
    if move == "resize":
        return f"resize({form.whole('side')},{form.whole('side')})"
    return _shift(form, form.whole("down"), form.whole("right"))


def _shift(form: Form, rows: int, cols: int) -> str:
    return f"shift({rows},{cols}{',mode=circular' if form.chosen('enters') == 'circular' else ''})"


def _layer(form: Form) -> str:
    """f."""
    border = form.chosen("border")
    padding = "" if border == "none" else f",padding=same,mode={border}"
    return f"conv({form.chosen('kernel')},stride={form.whole('pace')}{padding})"


def _after(form: Form, move: str, shape: tuple[int, int, int]) -> list[str]:
    """g on the map, which has the given shape: as many ways as there are whole shifts nearest to the wanted one."""
    if move == "rotate":
        return [f"rotate({form.chosen('degrees')})"]
    if move == "resize":
        return [f"resize({shape[1]},{shape[2]})"]
    pace = form.whole("pace")
    near = [sorted({by // pace, -(-by // pace)}) for by in (form.whole("down"), form.whole("right"))]
    return [_shift(form, rows, cols) for rows, cols in product(*near)]
