"""Edits of a stack's line: set a parameter, insert, move, duplicate, remove or switch a layer.

Each takes a line and gives a line; the result is read again, so that an impossible edit is refused
with the same sentence as a typed one. Layers are counted from 1, as stages are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.errors import UserError
from app.domain.notation import Arg, Call, LayerText, Word, format_layers, parse, parse_value
from app.kernels.registry import KERNELS
from app.layers.base import Off, Tensors
from app.layers.registry import kinds, parse_stack
from app.layers.stack import Stack


def set_parameters(text: str, layer: int, given: Mapping[str, str], tensors: Tensors | None = None) -> Stack:
    """Set parameters of a layer, or of its only kernel, by name; an empty value means the default."""
    layers = _layers(text, layer)
    call = _named(layers[layer - 1].call)
    for name, value in given.items():
        call = _with_argument(call, name, value)
    layers[layer - 1] = replace(layers[layer - 1], call=call)
    return _read(layers, tensors)


def set_kernels(text: str, layer: int, kernels: str, tensors: Tensors | None = None) -> Stack:
    """Replace a convolution's kernels: `kernels` is what stands between the parentheses, ``sobel_x,sobel_y``.

    The old kernel's own parameters go where no new kernel takes them; the layer's own stay.
    """
    layers = _layers(text, layer)
    call = layers[layer - 1].call
    new = parse(f"conv({kernels})")[0].call.args
    own = {param.name for param in kinds()[call.name].params()}
    kept = [
        arg
        for arg in call.args
        if arg.name in own and not (arg.name == "bias" and isinstance(arg.value, tuple))
    ]
    layers[layer - 1] = replace(layers[layer - 1], call=Call(call.name, (*new, *kept)))
    return _read(layers, tensors)


def set_kernel(text: str, layer: int, index: int, kernel: str, tensors: Tensors | None = None) -> Stack:
    """Replace one kernel of a bank, counted from 0."""
    bank = _bank(text, layer, tensors)
    if not 0 <= index < len(bank):
        raise UserError("no_such_kernel", index=index, last=len(bank) - 1)
    return set_kernels(text, layer, ",".join([*bank[:index], kernel, *bank[index + 1 :]]), tensors)


def join_kernel(text: str, layer: int, kernel: str, tensors: Tensors | None = None) -> Stack:
    """Add a kernel to a convolution's bank."""
    return set_kernels(text, layer, ",".join([*_bank(text, layer, tensors), kernel]), tensors)


def insert(text: str, at: int, layer: str, tensors: Tensors | None = None) -> Stack:
    """Put a layer (in notation) behind stage `at`."""
    layers = list(parse(text))
    if not 0 <= at <= len(layers):
        raise UserError("no_such_layer", layer=at, last=len(layers))
    return _read([*layers[:at], *parse(layer), *layers[at:]], tensors)


def move(text: str, layer: int, to: int, tensors: Tensors | None = None) -> Stack:
    """Move a layer to another place; places beyond the ends are the ends."""
    layers = _layers(text, layer)
    moved = layers.pop(layer - 1)
    layers.insert(min(max(to, 1), len(layers) + 1) - 1, moved)
    return _read(layers, tensors)


def duplicate(text: str, layer: int, tensors: Tensors | None = None) -> Stack:
    """Put a copy of a layer behind it."""
    layers = _layers(text, layer)
    return _read([*layers[:layer], layers[layer - 1], *layers[layer:]], tensors)


def remove(text: str, layer: int, tensors: Tensors | None = None) -> Stack:
    """Take a layer out."""
    layers = _layers(text, layer)
    del layers[layer - 1]
    return _read(layers, tensors)


def toggle(text: str, layer: int, tensors: Tensors | None = None) -> Stack:
    """Switch a layer off, or on again; it keeps its place."""
    layers = _layers(text, layer)
    layers[layer - 1] = replace(layers[layer - 1], off=not layers[layer - 1].off)
    return _read(layers, tensors)


def stage_after(stage: int, action: str, layer: int, last: int, *, to: int = 0, added: int = 1) -> int | None:
    """Where the layer of a stage stands after an edit of `layer` in a stack of `last`; None where it is gone.

    The photo is stage 0 and stays. `to` is a move's place, `added` how many layers an insertion brings.
    """
    if stage == 0:
        return 0
    order = list(range(1, last + 1))
    if action in ("insert", "duplicate"):
        order[layer:layer] = [0] * added
    elif action == "remove":
        del order[layer - 1]
    elif action == "move":
        order.insert(min(max(to, 1), last) - 1, order.pop(layer - 1))
    return order.index(stage) + 1 if stage in order else None


def _bank(text: str, layer: int, tensors: Tensors | None) -> list[str]:
    """The kernels of a convolution, each as it stands in a bank."""
    found = parse_stack(format_layers(tuple(_layers(text, layer))), tensors).layers[layer - 1]
    specs = getattr(found.layer if isinstance(found, Off) else found, "kernels", None)
    if specs is None:
        raise UserError("not_a_convolution", layer=layer)
    return [spec.text for spec in specs]


def _layers(text: str, layer: int) -> list[LayerText]:
    layers = list(parse(text))
    if not 1 <= layer <= len(layers):
        raise UserError("no_such_layer", layer=layer, last=len(layers))
    return layers


def _read(layers: list[LayerText], tensors: Tensors | None) -> Stack:
    return parse_stack(format_layers(tuple(layers)), tensors)


def _named(call: Call) -> Call:
    """The call with every positional parameter named, so that each can be replaced by name.

    Kernels and tensors stay positional; one kernel called with its own arguments is opened.
    """
    kind = kinds().get(call.name)
    params = kind.params() if kind else ()
    if params and params[0].type == "kernels":
        kernels = [arg for arg in call.args if arg.name is None]
        named = [arg for arg in call.args if arg.name is not None]
        if len(kernels) == 1 and isinstance(kernels[0].value, Call) and kernels[0].value.name in KERNELS:
            inner = kernels[0].value
            names = iter(param.name for param in KERNELS[inner.name].params)
            own = [Arg(arg.name or next(names), arg.value) for arg in inner.args]
            kernels, named = [Arg(None, Word(inner.name))], own + named
        return Call(call.name, (*kernels, *named))
    names = iter(param.name for param in params)
    return Call(call.name, tuple(Arg(arg.name or next(names, None), arg.value) for arg in call.args))


def _with_argument(call: Call, name: str, value: str) -> Call:
    args = [arg for arg in call.args if arg.name != name]
    if value.strip():
        args.append(Arg(name, parse_value(value)))
    return Call(call.name, tuple(args))
