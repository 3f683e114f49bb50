"""The tensors of somebody's own safetensors file: read without unpickling, held within bounds, paired by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize

from app.compute.correlate import channels_last
from app.domain.errors import UserError
from app.layers.base import Learned

DTYPES: Mapping[str, str] = {"F16": "<f2", "BF16": "<u2", "F32": "<f4", "F64": "<f8"}
_SPOKEN = "float16, bfloat16, float32, float64"
_NOTATION_WORD = re.compile(r"[a-z][a-z0-9_.]*")
_PICKLED = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")  # a zip of torch.save, or bare
_AXES = (2, 4)  # of dense layers and convolutions


@dataclass(frozen=True)
class NetworkLimits:
    """Bounds of an uploaded network, checked before its numbers are touched where the header tells."""

    max_bytes: int = 32_000_000
    max_parameters: int = 8_000_000
    max_header_bytes: int = 100_000
    max_tensors: int = 256


@dataclass(frozen=True)
class OwnTensors:
    """`learned` by the file's own names (`conv1` for `conv1.weight` and `conv1.bias`); `parameters` is their count."""

    learned: Mapping[str, Learned]
    parameters: int


def read_tensors(data: bytes, limits: NetworkLimits) -> OwnTensors:
    """Read a safetensors file.

    Raises
    ------
    UserError
        `network_too_many_bytes`, `network_pickle`, `network_not_safetensors`, `network_header`,
        `network_damaged`, `network_too_many_tensors`, `network_too_many_parameters`, `network_batch_norm`,
        `network_dtype`, `network_not_finite`, or what `_paired` refuses.
    """
    _check_file(data, limits)
    try:
        found = deserialize(data)  # type: ignore[no-untyped-call]  # safetensors has no types for it
    except SafetensorError:
        raise UserError("network_damaged") from None
    if len(found) > limits.max_tensors:
        raise UserError("network_too_many_tensors", tensors=len(found), limit=limits.max_tensors)
    parameters = sum(int(np.prod(entry["shape"], dtype=object)) for _, entry in found)
    if parameters > limits.max_parameters:
        raise UserError("network_too_many_parameters", parameters=parameters, limit=limits.max_parameters)
    for name, _ in found:
        if name.endswith(".running_mean"):
            raise UserError("network_batch_norm", name=_short(name, ".running_mean"))
    return OwnTensors(_paired({name: _array(name, entry) for name, entry in found}), parameters)


def _check_file(data: bytes, limits: NetworkLimits) -> None:
    """What the first bytes tell: another kind of file, too long a header."""
    if len(data) > limits.max_bytes:
        raise UserError(
            "network_too_many_bytes", megabytes=round(len(data) / 1e6, 1), limit=limits.max_bytes / 1e6
        )
    if data.startswith(_PICKLED):
        raise UserError("network_pickle")
    if len(data) < 10 or data[8:9] != b"{":
        raise UserError("network_not_safetensors")
    length = int.from_bytes(data[:8], "little")
    if length > len(data) - 8:
        raise UserError("network_damaged")
    if length > limits.max_header_bytes:
        raise UserError("network_header", bytes=length, limit=limits.max_header_bytes)


def _array(name: str, entry: Mapping[str, Any]) -> NDArray[np.float32]:
    """A tensor as float32; of bfloat16, the upper half of one."""
    dtype = DTYPES.get(entry["dtype"])
    if dtype is None:
        raise UserError("network_dtype", name=name[:80], dtype=str(entry["dtype"])[:20], known=_SPOKEN)
    raw = np.frombuffer(entry["data"], dtype=dtype).reshape(entry["shape"])
    with np.errstate(over="ignore"):  # a float64 beyond float32 becomes infinite, and is refused
        numbers: NDArray[np.float32] = (
            (raw.astype(np.uint32) << 16).view(np.float32)
            if entry["dtype"] == "BF16"
            else raw.astype(np.float32)
        )
    if not np.isfinite(numbers).all():
        raise UserError("network_not_finite", name=name[:80])
    return numbers


def _paired(arrays: Mapping[str, NDArray[np.float32]]) -> Mapping[str, Learned]:
    """`x.weight` with `x.bias` under the name x; a missing bias is zeros.

    Raises
    ------
    UserError
        `network_no_tensors`, `network_tensor_name`, `network_axes`, `network_bias`.
    """
    found = {}
    for key, weights in sorted(arrays.items()):
        if not key.endswith(".weight"):
            continue
        name = _short(key, ".weight")
        if not _NOTATION_WORD.fullmatch(name):
            raise UserError("network_tensor_name", name=name, mend=_mend(name))
        if weights.ndim not in _AXES or weights.size == 0:
            shape = " × ".join(map(str, weights.shape))
            raise UserError("network_axes", name=name, axes=weights.ndim, shape=shape or "-")
        bias = arrays.get(f"{name}.bias", np.zeros(len(weights), dtype=np.float32))
        if bias.shape != (len(weights),):
            raise UserError("network_bias", name=name, found=int(bias.size), needed=len(weights))
        found[name] = Learned(name, channels_last(weights) if weights.ndim == 4 else weights, bias)
    if not found:
        raise UserError("network_no_tensors")
    return found


def _mend(name: str) -> str:
    """A name that a stack can write, as near as can be."""
    plain = re.sub(r"[^a-z0-9_.]", "_", name.lower())
    return plain if plain[:1].isalpha() else f"layer{plain}"


def _short(key: str, end: str) -> str:
    return key.removesuffix(end)[:80]
