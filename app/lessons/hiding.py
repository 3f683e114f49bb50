"""Words that name the controls which a lesson hides: parameters, by name or by their label on the pages, or layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from app.domain.errors import UserError
from app.kernels.registry import KERNELS
from app.layers.registry import kinds
from app.lessons.model import EVERY

Labels = Mapping[str, str]  # a control's label in any language, in small letters -> its parameter
_NOT_OFFERED = ("kernels", "tensor")  # types of parameters that have no control


@cache
def parameters() -> tuple[str, ...]:
    """Every parameter of a layer or a kernel that has a control, and the photo's size."""
    of_layers = {
        one.name for kind in kinds().values() for one in kind.params() if one.type not in _NOT_OFFERED
    }
    of_kernels = {one.name for kind in KERNELS.values() for one in kind.params}
    return tuple(sorted(of_layers | of_kernels | {"size"}))


def hidden_controls(words: Iterable[str], labels: Labels) -> tuple[str, ...]:
    """The words as a scene reads them: ``2.stride``, ``stride``, ``2`` or ``all``; a label becomes its parameter.

    Raises
    ------
    UserError
        `hide_unknown`.
    """
    return tuple(_hidden(word, labels) for word in words)


def _hidden(word: str, labels: Labels) -> str:
    plain = " ".join(word.casefold().split())
    first, dot, rest = plain.partition(".")
    if plain == EVERY or (_is_layer(plain) and not dot):
        return plain
    layer, name = (first, rest.strip()) if dot else ("", plain)
    parameter = name if name in parameters() else labels.get(name)
    if parameter not in parameters() or (dot and not _is_layer(layer.strip())):
        raise UserError("hide_unknown", value=word.strip()[:40], known=", ".join(parameters()))
    return f"{int(layer)}.{parameter}" if dot else str(parameter)


def _is_layer(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4
