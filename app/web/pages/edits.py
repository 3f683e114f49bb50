"""An edit that an address names, carried out on the lab's state: the new stack, and where the pinned cell went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.domain.errors import UserError
from app.engine.cells import Place
from app.explorer import Explorer
from app.layers import edit
from app.layers.base import Tensors
from app.layers.registry import parse_stack
from app.layers.stack import Stack
from app.web.pages.learned import copy_kernel
from app.web.pages.query import whole
from app.web.pages.scene import LabState


@dataclass(frozen=True)
class Refused:
    """What an edit could not do: at which layer (0: none that is shown), in which field of its form (or none)."""

    layer: int
    field: str
    error: UserError


@dataclass(frozen=True)
class Edited:
    """The lab after an edit. `changed` is false where all was refused, `lost` where the pinned cell's layer went."""

    state: LabState
    changed: bool
    lost: bool = False
    refused: tuple[Refused, ...] = ()


def edited(explorer: Explorer, state: LabState, query: Mapping[str, str]) -> Edited:
    """Carry out the edit that a query names; what it refuses is told beside the state that stays."""
    try:
        stack, refused = _applied(explorer, state, query)
        changed = not refused or stack.text != parse_stack(state.stack, explorer.tensors).text
    except UserError as error:
        return Edited(state, False, refused=(Refused(_layer_of(query), "", error),))
    if not changed:
        return Edited(state, False, refused=refused)
    at = carried(state, query, len(stack.layers), explorer.tensors)
    lost = state.at is not None and at is None
    return Edited(replace(state, stack=stack.text, at=at), True, lost, refused)


def carried(state: LabState, query: Mapping[str, str], count: int, tensors: Tensors) -> Place | None:
    """The pinned cell in the layer that it was pinned in, wherever the edit took that; None where it is gone."""
    if state.at is None:
        return None
    before = len(parse_stack(state.stack, tensors).layers)
    stage = edit.stage_after(
        state.at.stage,
        query.get("action", "set"),
        whole(query.get("layer", ""), "layer"),
        before,
        to=whole(query.get("to", "0"), "to"),
        added=count - before,
    )
    return None if stage is None else replace(state.at, stage=stage)


def apply(tensors: Tensors, text: str, query: Mapping[str, str]) -> Stack:
    """Carry out an edit that changes one thing of a stack's line.

    Raises
    ------
    UserError
        `unknown_edit`, `not_a_whole_number`, or what the edit itself refuses.
    """
    layer = whole(query.get("layer", ""), "layer")
    action, given = query.get("action", "set"), query.get("text", "")
    edits: dict[str, Callable[[], Stack]] = {
        "insert": lambda: edit.insert(text, layer, given, tensors),
        "move": lambda: edit.move(text, layer, whole(query.get("to", ""), "to"), tensors),
        "duplicate": lambda: edit.duplicate(text, layer, tensors),
        "remove": lambda: edit.remove(text, layer, tensors),
        "toggle": lambda: edit.toggle(text, layer, tensors),
        "set_kernels": lambda: edit.set_kernels(text, layer, given, tensors),
        "join_kernel": lambda: edit.join_kernel(text, layer, given, tensors),
        "set_kernel": lambda: edit.set_kernel(
            text, layer, whole(query.get("index", "0"), "index"), given, tensors
        ),
    }
    if action not in edits:
        raise UserError("unknown_edit", action=action, known=", ".join([*edits, "set"]))
    return edits[action]()


def set_fields(
    text: str, layer: int, given: Mapping[str, str], tensors: Tensors
) -> tuple[Stack, tuple[Refused, ...]]:
    """Set a form's fields; where one is wrong the others are set all the same.

    Raises
    ------
    UserError
        What no field is to blame for alone.
    """
    try:
        return edit.set_parameters(text, layer, given, tensors), ()
    except UserError as error:
        together = error
    stack = edit.set_parameters(text, layer, {}, tensors)
    refused: list[Refused] = []
    for name, value in given.items():
        try:
            stack = edit.set_parameters(stack.text, layer, {name: value}, tensors)
        except UserError as error:
            refused.append(Refused(layer, name, error))
    if not refused:
        raise together
    return stack, tuple(refused)


def _applied(
    explorer: Explorer, state: LabState, query: Mapping[str, str]
) -> tuple[Stack, tuple[Refused, ...]]:
    action = query.get("action", "set")
    if action not in ("set", "copy_kernel"):
        return apply(explorer.tensors, state.stack, query), ()
    layer = whole(query.get("layer", ""), "layer")
    if action == "copy_kernel":
        channel = whole(query.get("channel", ""), "channel")
        return copy_kernel(explorer.trace(state.scene), layer, channel, explorer.tensors), ()
    given = {name.removeprefix("set."): value for name, value in query.items() if name.startswith("set.")}
    return set_fields(state.stack, layer, given, explorer.tensors)


def _layer_of(query: Mapping[str, str]) -> int:
    """The layer that an edit is about; an insertion is about none that stands there."""
    layer = query.get("layer", "")
    known = layer.isascii() and layer.isdigit() and len(layer) < 6 and query.get("action") != "insert"
    return int(layer) if known else 0
