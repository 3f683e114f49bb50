"""The kernels argument of convolutions: specs as written, their canonical spelling, one tensor of numbers.

A kernel is a name with its own parameters, a matrix written out, or `slices(...)` with one matrix an
input channel. Kernels of one bank that differ in size are centred in the largest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import NotationError
from app.domain.notation import Arg, Call, Matrix, Value, Word, format_value
from app.domain.params import bind, nearest, write_arguments
from app.domain.shapes import MAX_KERNEL
from app.kernels.registry import KERNELS, make

MAX_KERNELS = 64
SLICES = "slices"


@dataclass(frozen=True)
class KernelSpec:
    """One kernel of a bank: `name` with its parameters, or written matrices (several: one a channel)."""

    name: str = ""
    values: tuple[tuple[str, Any], ...] = ()
    matrices: tuple[Matrix, ...] = ()

    @property
    def is_sliced(self) -> bool:
        return self.name == SLICES

    @property
    def arguments(self) -> list[str]:
        """The kernel's own parameters in canonical spelling, defaults left out."""
        return write_arguments(KERNELS[self.name].params, dict(self.values)) if self.name in KERNELS else []

    @cached_property
    def text(self) -> str:
        """The kernel by itself, as it stands in a bank."""
        if self.matrices:
            written = ",".join(format_value(matrix) for matrix in self.matrices)
            return f"{SLICES}({written})" if self.is_sliced else written
        return f"{self.name}({','.join(self.arguments)})" if self.arguments else self.name

    @cached_property
    def slices(self) -> tuple[NDArray[np.float64], ...]:
        """The kernel's numbers, one (rows, cols) array a slice; a plain kernel has one."""
        if self.matrices:
            return tuple(np.array(matrix.rows, dtype=np.float64) for matrix in self.matrices)
        return (make(self.name, **dict(self.values)),)

    @property
    def size(self) -> tuple[int, int]:
        rows, cols = self.slices[0].shape
        return rows, cols


def read_bank(call: Call, layer_names: Sequence[str]) -> tuple[tuple[KernelSpec, ...], list[Arg]]:
    """Split a convolution's arguments into its kernels and the layer's own.

    A single kernel's parameters may stand beside the layer's; in a bank each kernel carries its own.
    """
    written = [arg for arg in call.args if arg.name is None]
    named = [arg for arg in call.args if arg.name is not None]
    if not written:
        raise NotationError("kernel_missing", call.position, owner=call.name)
    if len(written) > MAX_KERNELS:
        raise NotationError("too_many_kernels", written[MAX_KERNELS].position, limit=MAX_KERNELS)
    own: list[Arg] = []
    rest: list[Arg] = []
    for arg in named:
        (rest if arg.name in layer_names else own).append(arg)
    if len(written) == 1:
        spec = _read_kernel(written[0], own, call.name, layer_names)
        return (spec,), rest
    specs = tuple(_read_kernel(arg, [], call.name, layer_names) for arg in written)
    for arg in own:
        _refuse_own_in_bank(arg, specs, call.name, layer_names)
    _check_sizes(specs, written)
    return specs, rest


def write_bank(specs: Sequence[KernelSpec]) -> list[str]:
    """The kernels in canonical spelling; a single kernel's parameters stand beside the layer's."""
    if len(specs) == 1 and specs[0].name in KERNELS:
        return [specs[0].name, *specs[0].arguments]
    return [spec.text for spec in specs]


def bank_size(specs: Sequence[KernelSpec]) -> tuple[int, int]:
    """Rows and columns of the largest kernel on each axis."""
    return max(spec.size[0] for spec in specs), max(spec.size[1] for spec in specs)


def bank_tensor(specs: Sequence[KernelSpec], channels: int) -> NDArray[np.float64]:
    """The bank as (kernels, channels, rows, cols): plain kernels repeat, slices stand on their channel."""
    rows, cols = bank_size(specs)
    tensor = np.zeros((len(specs), channels, rows, cols))
    for index, spec in enumerate(specs):
        top, left = (rows - spec.size[0]) // 2, (cols - spec.size[1]) // 2
        for channel in range(channels):
            matrix = spec.slices[channel if spec.is_sliced else 0]
            tensor[index, channel, top : top + spec.size[0], left : left + spec.size[1]] = matrix
    return tensor


def _read_kernel(arg: Arg, own: Sequence[Arg], owner: str, layer_names: Sequence[str]) -> KernelSpec:
    value: Value = arg.value
    if isinstance(value, Matrix):
        if own:
            raise _unknown(own[0], owner, layer_names)
        _check_matrix(value, arg.position)
        return KernelSpec(matrices=(value,))
    if isinstance(value, Word):
        value = Call(str(value), (), arg.position)
    if not isinstance(value, Call):
        raise NotationError(
            "wrong_value", arg.position, owner=owner, name="kernels", expected="kernels", choices=""
        )
    if value.name == SLICES:
        return _read_slices(value, arg.position)
    if value.name not in KERNELS:
        raise NotationError(
            "unknown_kernel",
            arg.position,
            name=value.name,
            nearest=nearest(value.name, [*KERNELS, SLICES]),
            known=", ".join(KERNELS),
        )
    params = KERNELS[value.name].params
    known = [param.name for param in params]
    for other in own:
        if other.name not in known:
            raise _unknown(other, owner, [*layer_names, *known])
    values = bind(value.name, params, [*value.args, *own], arg.position)
    return KernelSpec(value.name, tuple((param.name, values[param.name]) for param in params))


def _read_slices(call: Call, position: int) -> KernelSpec:
    matrices = [arg.value for arg in call.args if arg.name is None and isinstance(arg.value, Matrix)]
    if not matrices or len(matrices) != len(call.args):
        raise NotationError("slices_need_matrices", position)
    for matrix in matrices:
        _check_matrix(matrix, position)
        if (len(matrix.rows), len(matrix.rows[0])) != (len(matrices[0].rows), len(matrices[0].rows[0])):
            raise NotationError("slices_differ", position)
    return KernelSpec(SLICES, matrices=tuple(matrices))


def _check_matrix(matrix: Matrix, position: int) -> None:
    rows, cols = len(matrix.rows), len(matrix.rows[0])
    if max(rows, cols) > MAX_KERNEL:
        raise NotationError("matrix_too_large", position, rows=rows, cols=cols, limit=MAX_KERNEL)


def _check_sizes(specs: Sequence[KernelSpec], written: Sequence[Arg]) -> None:
    """Centring needs sizes of one parity on each axis: an odd kernel has no centre in an even one."""
    size = bank_size(specs)
    for spec, arg in zip(specs, written, strict=True):
        if any((large - small) % 2 for large, small in zip(size, spec.size, strict=True)):
            raise NotationError(
                "bank_parity",
                arg.position,
                kernel=spec.text,
                rows=spec.size[0],
                cols=spec.size[1],
                bank_rows=size[0],
                bank_cols=size[1],
            )


def _refuse_own_in_bank(
    arg: Arg, specs: Sequence[KernelSpec], owner: str, layer_names: Sequence[str]
) -> None:
    takers = [
        s.name for s in specs if s.name in KERNELS and arg.name in {p.name for p in KERNELS[s.name].params}
    ]
    if not takers:
        raise _unknown(arg, owner, layer_names)
    mend = f"{takers[0]}({arg.name}={format_value(arg.value)})"
    raise NotationError("kernel_parameter_in_bank", arg.position, name=arg.name, mend=mend)


def _unknown(arg: Arg, owner: str, known: Sequence[str]) -> NotationError:
    return NotationError(
        "unknown_parameter",
        arg.position,
        owner=owner,
        name=arg.name,
        nearest=nearest(str(arg.name), known),
        known=", ".join(known),
    )
