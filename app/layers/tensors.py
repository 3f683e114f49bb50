"""Finding a loaded network's tensor by the name that stands in the notation."""

from __future__ import annotations

from app.domain.errors import NotationError
from app.domain.notation import Call, Word
from app.domain.params import nearest
from app.layers.base import Learned, Tensors


def find_tensor(call: Call, tensors: Tensors, axes: int) -> Learned:
    """The tensor that a call's first argument names, with so many axes.

    Raises
    ------
    NotationError
        `wrong_value`, `unknown_tensor` with the nearest known name, `tensor_axes`.
    """
    found = [arg for arg in call.args if arg.name in (None, "tensor")]
    if not found:
        raise NotationError("parameter_missing", call.position, owner=call.name, name="tensor")
    written = found[0]
    if not isinstance(written.value, Word):
        raise NotationError(
            "wrong_value", written.position, owner=call.name, name="tensor", expected="tensor", choices=""
        )
    name = str(written.value)
    learned = tensors.get(name)
    if learned is None:
        known = sorted(tensors.names())
        raise NotationError(
            "unknown_tensor", written.position, name=name, nearest=nearest(name, known),
            known=", ".join(known) or "-",
        )  # fmt: skip
    if learned.weights.ndim != axes:
        raise NotationError(
            "tensor_axes", written.position, owner=call.name, name=name, axes=learned.weights.ndim,
            needed=axes,
        )  # fmt: skip
    return learned
