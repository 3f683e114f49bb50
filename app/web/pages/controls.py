"""A layer's parameters as controls: what kind of field, its bounds, its present value in notation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.domain.params import Param, write_value
from app.kernels.registry import KERNELS
from app.layers.base import Layer
from app.layers.kernel_bank import KernelSpec

SLIDER_STEPS = 50  # more cannot be hit with a mouse, and would dwarf the useful part of sigma
TURN = 72  # steps of 5 degrees: a whole turn


@dataclass(frozen=True)
class Control:
    """One field of a layer's form; a `primary` one stands in the column.

    `shape` is slider, number, text, choice or switch; `words` names the catalogue's table with its title.
    """

    name: str
    shape: str
    value: str
    low: float | None
    high: float | None
    step: float | None
    choices: tuple[str, ...]
    primary: bool
    role: str
    words: str = "params"


ROLES = {"stride": "step", "padding": "pad", "size": "k", "dilation": "k"}
PRIMARY = ("stride", "padding", "size")


def controls_of(layer: Layer) -> tuple[Control, ...]:
    """The controls of a layer: its only kernel's own parameters first, then its own."""
    found = [
        _control(param, getattr(layer, param.name), _default(layer, param.name))
        for param in layer.params()
        if param.type not in ("kernels", "tensor")
    ]
    specs: tuple[KernelSpec, ...] = getattr(layer, "kernels", ())
    if len(specs) > 1:
        found = [_one_a_map(control, len(specs)) if control.name == "bias" else control for control in found]
    if len(specs) == 1 and specs[0].name in KERNELS:
        values = dict(specs[0].values)
        own = [
            _control(param, values[param.name], words="kernel_params")
            for param in KERNELS[specs[0].name].params
        ]
        found = own + found
    return tuple(_with_one_slider(found))


def _default(layer: Layer, name: str) -> Any:
    """What stands for None: a pool's stride is its size."""
    return getattr(layer, "size", None) if name == "stride" else None


def _control(param: Param, value: Any, default: Any = None, words: str = "params") -> Control:
    given = default if value is None else value
    shape = {"bool": "switch", "choice": "choice", "float": "slider", "int": "number"}.get(param.type, "text")
    if param.type in ("pair", "padding") and not _is_single(given):
        shape = "text"
    elif param.type == "pair":
        shape = "number"
    elif param.type == "numbers" and isinstance(given, tuple) and len(given) == 1 and param.step:
        shape = "slider"
    low, high, step = param.low, param.high, param.step
    if shape == "slider":
        low, high, step = _slider_bounds(param, given)
    return Control(
        param.name,
        shape,
        write_value(param, given),
        low,
        high,
        step,
        param.choices,
        param.name in PRIMARY,
        ROLES.get(param.name, ""),
        words,
    )


def _one_a_map(control: Control, maps: int) -> Control:
    """A bank's bias as a list with a number for each kernel, so that one of them can be changed."""
    value = control.value if control.value.startswith("(") else f"({','.join([control.value] * maps)})"
    return replace(control, shape="text", value=value, low=None, high=None, step=None)


def _is_single(value: Any) -> bool:
    return not isinstance(value, tuple) or len(set(value)) == 1


def _slider_bounds(param: Param, value: Any) -> tuple[float, float, float]:
    """A slider over the useful part of a parameter's range; the number beside it takes the whole."""
    number = value[0] if isinstance(value, tuple) else value
    step = param.step or 0.1
    span = step * (TURN if step >= 5 else SLIDER_STEPS)
    low = max(param.low if param.low is not None else -span / 2, -span / 2)
    high = min(param.high if param.high is not None else span / 2, low + span)
    return min(low, number), max(high, number), step


def _with_one_slider(controls: list[Control]) -> list[Control]:
    """Mark the first slider as primary: a column has room for one."""
    first = next((c.name for c in controls if c.shape == "slider"), None)
    return [Control(**{**vars(c), "primary": c.primary or c.name == first}) for c in controls]
