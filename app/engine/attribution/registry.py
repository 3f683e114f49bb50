"""The methods by name: an addition is one module with a decorated function, one test, one text."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import app.engine.attribution
from app.domain.errors import UserError
from app.domain.params import nearest
from app.engine.attribution.subject import Attribution, Settings, Subject

Compute = Callable[[Subject, Settings], Attribution]


@dataclass(frozen=True)
class Method:
    """A way to attribute.

    `settings` names the fields of Settings that it uses, `checks` the checks shown with it, `repeats` over
    how many randomised networks that check is averaged. A `signed` map tells for from against; a `slow` one takes
    dozens of passes, and its checks as many again.
    """

    name: str
    compute: Compute
    settings: tuple[str, ...]
    checks: tuple[str, ...]
    repeats: int
    uses_target: bool
    signed: bool
    slow: bool


_METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    settings: tuple[str, ...] = (),
    checks: tuple[str, ...] = ("deletion", "insertion", "randomised"),
    repeats: int = 1,
    uses_target: bool = True,
    signed: bool = False,
    slow: bool = False,
) -> Callable[[Compute], Compute]:
    """Decorator: make a method known under its name."""

    def register(compute: Compute) -> Compute:
        _METHODS[name] = Method(name, compute, settings, checks, repeats, uses_target, signed, slow)
        return compute

    return register


@cache
def methods() -> Mapping[str, Method]:
    """Every method by name: the package's modules are loaded on first use."""
    for module in pkgutil.iter_modules(app.engine.attribution.__path__):
        importlib.import_module(f"app.engine.attribution.{module.name}")
    return dict(sorted(_METHODS.items()))


def find_method(name: str) -> Method:
    """The method of a name.

    Raises
    ------
    UserError
        `attribution_method`, with the nearest name.
    """
    known = methods()
    if name not in known:
        raise UserError(
            "attribution_method", name=name[:40], nearest=nearest(name, known), known=", ".join(known)
        )
    return known[name]
