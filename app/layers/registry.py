"""The kinds of layers by name, and the binding of a stack's line to layers."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import TypeVar, get_args

import app.layers
from app.domain.errors import NotationError
from app.domain.notation import parse
from app.domain.params import nearest
from app.layers.base import Group, Layer, NoTensors, Off, Tensors
from app.layers.stack import Stack

AnyLayer = TypeVar("AnyLayer", bound=Layer)
_KINDS: dict[str, type[Layer]] = {}


def register(kind: type[AnyLayer]) -> type[AnyLayer]:
    """Class decorator: make a layer kind known under its `kind`."""
    _KINDS[kind.kind] = kind
    return kind


@cache
def kinds() -> Mapping[str, type[Layer]]:
    """Every registered kind, in the order of the reference: the package's modules are loaded on first use."""
    for module in pkgutil.iter_modules(app.layers.__path__):
        importlib.import_module(f"app.layers.{module.name}")
    groups = get_args(Group)
    return dict(sorted(_KINDS.items(), key=lambda item: (groups.index(item[1].group), item[0])))


def parse_stack(text: str, tensors: Tensors | None = None) -> Stack:
    """Read a stack's line; equal stacks in different spellings give equal values.

    Raises
    ------
    NotationError
        A fault in the text, with its position.
    """
    known = kinds()
    layers: list[Layer] = []
    for written in parse(text):
        call = written.call
        kind = known.get(call.name)
        if kind is None:
            raise NotationError(
                "unknown_layer",
                call.position,
                name=call.name,
                nearest=nearest(call.name, known),
                known=", ".join(known),
            )
        layer = kind.read(call, tensors or NoTensors())
        layers.append(Off(layer=layer) if written.off else layer)
    return Stack(tuple(layers))
