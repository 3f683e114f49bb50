"""The named kernels as one table: family, parameters with their bounds, function that makes the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from app.domain.errors import UserError
from app.domain.params import Param, nearest
from app.domain.shapes import MAX_KERNEL
from app.kernels import detail, edges, smoothing, texture
from app.kernels.grid import Kernel

Family = Literal["smoothing", "edges", "detail", "texture"]
FAMILIES: tuple[Family, ...] = ("smoothing", "edges", "detail", "texture")


@dataclass(frozen=True)
class KernelKind:
    """A named kernel; `make` takes its parameters by name and returns (rows, cols) float64."""

    name: str
    family: Family
    params: tuple[Param, ...]
    make: Callable[..., Kernel]


def _size(default: int) -> Param:
    return Param("size", "int", default, low=1, high=MAX_KERNEL, step=1)


def _sigma(default: float) -> Param:
    return Param("sigma", "float", default, low=0.1, high=20, step=0.1)


def _degrees(name: str) -> Param:
    return Param(name, "float", 0.0, low=-360, high=360, step=5)


_SEED = Param("seed", "int", 0, low=0, high=2**31 - 1, step=1)
_TABLE = (
    KernelKind("identity", "detail", (), detail.identity),
    KernelKind("box", "smoothing", (_size(3),), smoothing.box),
    KernelKind("gaussian", "smoothing", (_size(5), _sigma(1.0)), smoothing.gaussian),
    KernelKind("motion", "smoothing", (_size(9), _degrees("angle")), smoothing.motion),
    KernelKind("sharpen", "detail", (), detail.sharpen),
    KernelKind(
        "unsharp",
        "detail",
        (_size(5), _sigma(1.0), Param("amount", "float", 1.0, low=0, high=10, step=0.1)),
        detail.unsharp,
    ),
    KernelKind("emboss", "detail", (), detail.emboss),
    KernelKind("outline", "detail", (), detail.outline),
    KernelKind("sobel_x", "edges", (), edges.sobel_x),
    KernelKind("sobel_y", "edges", (), edges.sobel_y),
    KernelKind("scharr_x", "edges", (), edges.scharr_x),
    KernelKind("scharr_y", "edges", (), edges.scharr_y),
    KernelKind("prewitt_x", "edges", (), edges.prewitt_x),
    KernelKind("prewitt_y", "edges", (), edges.prewitt_y),
    KernelKind("roberts_x", "edges", (), edges.roberts_x),
    KernelKind("roberts_y", "edges", (), edges.roberts_y),
    KernelKind("laplacian4", "detail", (), detail.laplacian4),
    KernelKind("laplacian8", "detail", (), detail.laplacian8),
    KernelKind("log", "detail", (_size(9), _sigma(1.4)), detail.log),
    KernelKind(
        "dog",
        "detail",
        (_size(9), _sigma(1.0), Param("ratio", "float", 1.6, low=1, high=10, step=0.1)),
        detail.dog,
    ),
    KernelKind(
        "gabor",
        "texture",
        (
            _size(15),
            Param("wavelength", "float", 6.0, low=1, high=64, step=0.5),
            _degrees("angle"),
            _sigma(3.0),
            Param("aspect", "float", 0.5, low=0.05, high=5, step=0.05),
            _degrees("phase"),
        ),
        texture.gabor,
    ),
    KernelKind("random", "texture", (_size(3), _SEED), texture.random),
)

KERNELS: Mapping[str, KernelKind] = MappingProxyType({kind.name: kind for kind in _TABLE})


def make(name: str, **params: Any) -> Kernel:
    """The numbers of a named kernel, (rows, cols) float64, read-only and shared.

    Parameters that are not given take their defaults.

    Raises
    ------
    UserError
        `unknown_kernel`, `unknown_parameter`, `wrong_value`, `out_of_bounds`, as the notation's own faults.
    """
    kind = KERNELS.get(name)
    if kind is None:
        raise UserError("unknown_kernel", name=name, nearest=nearest(name, KERNELS), known=", ".join(KERNELS))
    for given in params:
        if given not in {param.name for param in kind.params}:
            raise UserError(
                "unknown_parameter",
                owner=name,
                name=given,
                nearest=nearest(given, [param.name for param in kind.params]),
                known=", ".join(param.name for param in kind.params) or "-",
            )
    values = (_checked(name, param, params.get(param.name, param.default)) for param in kind.params)
    return _made(name, tuple(values))


def _checked(kernel: str, param: Param, value: Any) -> float:
    """The value as the parameter's type, within its bounds."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    if not is_number or (param.type == "int" and value != int(value)):
        raise UserError("wrong_value", owner=kernel, name=param.name, value=value, expected=param.type)
    if (param.low is not None and value < param.low) or (param.high is not None and value > param.high):
        raise UserError(
            "out_of_bounds",
            owner=kernel,
            name=param.name,
            value=value,
            low=param.low,
            high=param.high,
        )
    return int(value) if param.type == "int" else float(value)


@lru_cache(maxsize=512)
def _made(name: str, values: tuple[float, ...]) -> Kernel:
    kind = KERNELS[name]
    named = {param.name: value for param, value in zip(kind.params, values, strict=True)}
    kernel = np.array(kind.make(**named), dtype=np.float64)
    kernel.setflags(write=False)
    return kernel
