"""What can be added to a stack: every kernel as a convolution, every layer kind with a first setting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.kernels.registry import FAMILIES, KERNELS
from app.layers.conv import Conv
from app.layers.registry import kinds, parse_stack
from app.web.language import Say
from app.web.pages.swatches import Swatch, swatch

NOT_OFFERED = ("weights", "dense", "conv")  # they need a loaded network; conv stands there by its kernels


@dataclass(frozen=True)
class Choice:
    """One line of the search: a name, what it does, and the notation it adds."""

    name: str
    title: str
    about: str
    text: str


def layer_choices(say: Say) -> list[Choice]:
    """Kernels first, then layers, each with its sentence in the page's language."""
    kernels = [
        Choice(name, say(f"kernels.{name}.title"), say(f"kernels.{name}.about"), f"conv({name})")
        for name in KERNELS
    ]
    layers = [
        Choice(
            name,
            f"{say(f'layers.{name}.title')} {say(f'layer_groups.{kind.group}.title')}",
            say(f"layers.{name}.about"),
            kind.example or name,
        )
        for name, kind in kinds().items()
        if name not in NOT_OFFERED
    ]
    return kernels + layers


@cache
def kernel_choices() -> tuple[tuple[str, tuple[Swatch, ...]], ...]:
    """Every named kernel with its defaults, drawn, family by family."""
    return tuple(
        (family, tuple(_drawn(name) for name, kind in KERNELS.items() if kind.family == family))
        for family in FAMILIES
    )


def _drawn(name: str) -> Swatch:
    layer = parse_stack(f"conv({name})").layers[0]
    assert isinstance(layer, Conv)
    return swatch(layer.kernels[0])
