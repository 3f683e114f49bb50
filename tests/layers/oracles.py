"""What every kind of layer computes according to torch, in float64: an oracle that shares no code with ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from app.layers.base import Layer

MODES = {"zeros": "constant"}


def expected(layer: Layer, x: np.ndarray) -> np.ndarray:
    """The layer's output for maps `x` (C, H, W)."""
    return through(layer, torch.from_numpy(np.ascontiguousarray(x)).double()).numpy()


def through(layer: Layer, x: Tensor) -> Tensor:
    """The same on a float64 tensor (C, H, W), differentiable."""
    return ORACLES[layer.kind](layer, x[None])[0]


def pad(x: Tensor, sides: tuple[int, int, int, int], mode: str = "zeros", value: float = 0.0) -> Tensor:
    """Pad (1, C, H, W); torch takes left, right, top, bottom."""
    top, bottom, left, right = sides
    if mode == "zeros":
        return F.pad(x, (left, right, top, bottom), value=value)
    return F.pad(x, (left, right, top, bottom), mode=mode)


def kernel_tensor(layer: Any, channels: int) -> Tensor:
    """The bank written out by hand: every kernel centred in the largest size."""
    rows = max(spec.slices[0].shape[0] for spec in layer.kernels)
    cols = max(spec.slices[0].shape[1] for spec in layer.kernels)
    bank = torch.zeros(len(layer.kernels), channels, rows, cols, dtype=torch.float64)
    for index, spec in enumerate(layer.kernels):
        for channel in range(channels):
            grid = torch.tensor(np.array(spec.slices[channel if len(spec.slices) > 1 else 0]))
            top, left = (rows - grid.shape[0]) // 2, (cols - grid.shape[1]) // 2
            bank[index, channel, top : top + grid.shape[0], left : left + grid.shape[1]] = grid
    return bank.flip(2, 3) if layer.flip else bank


def biases(layer: Any) -> Tensor:
    return torch.tensor(layer.bias, dtype=torch.float64).expand(len(layer.kernels))


def conv_sides(layer: Any, x: Tensor, kernel: Any) -> tuple[int, int, int, int]:
    if layer.padding == "same":
        sides: list[int] = []
        for axis in (0, 1):
            n, reach = x.shape[2 + axis], layer.dilation[axis] * (kernel[axis] - 1) + 1
            outputs = -(-n // layer.stride[axis])
            total = max((outputs - 1) * layer.stride[axis] + reach - n, 0)
            sides += [total // 2, total - total // 2]
        return tuple(sides)
    if layer.padding == "full":
        rows, cols = (layer.dilation[axis] * (kernel[axis] - 1) for axis in (0, 1))
        return rows, rows, cols, cols
    return layer.padding


def conv(layer: Any, x: Tensor) -> Tensor:
    channels = x.shape[1]
    bank, bias = kernel_tensor(layer, channels), biases(layer)
    padded = pad(x, conv_sides(layer, x, bank.shape[2:]), layer.mode)
    if layer.channels == "sum":
        return F.conv2d(padded, bank, bias, layer.stride, 0, layer.dilation)
    each = bank[:, :1].repeat(channels, 1, 1, 1)
    return F.conv2d(padded, each, bias.repeat(channels), layer.stride, 0, layer.dilation, groups=channels)


def deconv(layer: Any, x: Tensor) -> Tensor:
    channels = x.shape[1]
    bank, bias = kernel_tensor(layer, channels), biases(layer)
    rest = {
        "stride": layer.stride, "padding": layer.padding, "output_padding": layer.output_padding,
        "dilation": layer.dilation,
    }  # fmt: skip
    if layer.channels == "sum":
        return F.conv_transpose2d(x, bank.transpose(0, 1), bias, **rest)
    each = bank[:, 0][None].repeat(channels, 1, 1, 1)
    return F.conv_transpose2d(x, each, bias.repeat(channels), groups=channels, **rest)


def weights(layer: Any, x: Tensor) -> Tensor:
    bank, bias = (torch.from_numpy(part).double() for part in (layer.tensor.weights, layer.tensor.bias))
    padded = pad(x, conv_sides(layer, x, bank.shape[2:]), layer.mode)
    return F.conv2d(padded, bank, bias, layer.stride, 0, layer.dilation, x.shape[1] // bank.shape[1])


def windows(layer: Any, x: Tensor, filler: float) -> tuple[Tensor, Tensor]:
    """Every window's taps (1, C, taps, OH, OW) and, in the same form, how far each counts by torch's rules.

    Counts are 2 for real cells, 1 for padding, 0 for what `ceil` reads beyond the padding.
    """
    stride = layer.stride or layer.size
    sizes = F.max_pool2d(  # torch itself says how many windows there are
        pad(x, layer.padding), layer.size, stride, 0, layer.dilation, layer.ceil
    ).shape[2:]
    sizes = list(sizes)
    for axis in (
        0,
        1,
    ):  # padding given before pooling: the last window must start inside input or padding before
        while (sizes[axis] - 1) * stride[axis] >= x.shape[2 + axis] + layer.padding[2 * axis]:
            sizes[axis] -= 1
    beyond = []
    for axis in (0, 1):
        reach = (sizes[axis] - 1) * stride[axis] + layer.dilation[axis] * (layer.size[axis] - 1) + 1
        have = x.shape[2 + axis] + layer.padding[2 * axis] + layer.padding[2 * axis + 1]
        beyond.append(max(0, reach - have))

    def unfold(maps: Tensor) -> Tensor:
        taps = F.unfold(maps, layer.size, layer.dilation, 0, stride)
        places = [
            (maps.shape[2 + a] - layer.dilation[a] * (layer.size[a] - 1) - 1) // stride[a] + 1 for a in (0, 1)
        ]
        full = taps.reshape(1, maps.shape[1], layer.size[0] * layer.size[1], *places)
        return full[..., : sizes[0], : sizes[1]]

    extra = (0, beyond[0], 0, beyond[1])
    cells = unfold(pad(pad(x, layer.padding, value=filler), extra, value=filler))
    counts = unfold(pad(pad(torch.full_like(x, 2.0), layer.padding, value=1.0), extra, value=0.0))
    return cells, counts


def maxpool(layer: Any, x: Tensor) -> Tensor:
    top, bottom, left, right = layer.padding
    if (top, left) == (bottom, right):
        return F.max_pool2d(x, layer.size, layer.stride, (top, left), layer.dilation, layer.ceil)
    return windows(layer, x, -torch.inf)[0].amax(2)


def avgpool(layer: Any, x: Tensor) -> Tensor:
    top, bottom, left, right = layer.padding
    if (top, left) == (bottom, right) and layer.dilation == (1, 1):
        return F.avg_pool2d(x, layer.size, layer.stride, (top, left), layer.ceil, layer.count_include_pad)
    cells, counts = windows(layer, x, 0.0)
    counted = counts > (0 if layer.count_include_pad else 1)
    return cells.sum(2) / counted.sum(2)


def l2pool(layer: Any, x: Tensor) -> Tensor:
    return windows(layer, x, 0.0)[0].square().sum(2).sqrt()


def local(layer: Any, x: Tensor) -> Tensor:
    """A loop over places; the weights are drawn as the layer's text says, and added tap by tap."""
    channels, (size_rows, size_cols), (down, right) = x.shape[1], layer.size, layer.stride
    rows, cols = (x.shape[2] - size_rows) // down + 1, (x.shape[3] - size_cols) // right + 1
    drawn = np.random.default_rng(layer.seed).standard_normal(
        (layer.maps, rows, cols, channels, size_rows, size_cols)
    )
    weights = torch.from_numpy((drawn / (size_rows * size_cols) ** 0.5).astype(np.float32)).double()
    out = []
    for i in range(layer.maps):
        for j in range(rows):
            for k in range(cols):
                patch = x[0, :, j * down : j * down + size_rows, k * right : k * right + size_cols]
                out.append((patch * weights[i, j, k]).sum())
    return torch.stack(out).reshape(1, layer.maps, rows, cols)


def gray(layer: Any, x: Tensor) -> Tensor:
    if x.shape[1] == 1:
        return x
    shares = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)
    return torch.einsum("c,nchw->nhw", shares, x)[:, None]


def normalize(layer: Any, x: Tensor) -> Tensor:
    mean, std = (torch.tensor(part, dtype=torch.float64)[:, None, None] for part in (layer.mean, layer.std))
    return (x - mean) / std


def resize(layer: Any, x: Tensor) -> Tensor:
    for axis, size in ((2, layer.rows), (3, layer.cols)):
        target = [x.shape[2], x.shape[3]]
        shrinks = size < target[axis - 2]
        target[axis - 2] = size
        if shrinks:
            x = area(x.transpose(axis, 3), size).transpose(axis, 3)
    for axis, size in ((2, layer.rows), (3, layer.cols)):
        if size > x.shape[axis]:
            target = [x.shape[2], x.shape[3]]
            target[axis - 2] = size
            x = F.interpolate(x, target, mode="bilinear", align_corners=False)
    return x


def area(x: Tensor, size: int) -> Tensor:
    """Shrink the last axis: repeat each cell `size` times, then average n at a time (exact shares)."""
    n = x.shape[3]
    return x.repeat_interleave(size, dim=3).unflatten(3, (size, n)).mean(4)


def rotate(layer: Any, x: Tensor) -> Tensor:
    quarter = layer.degrees / 90
    if quarter == int(quarter):
        return torch.rot90(x, int(quarter), (2, 3))
    rows, cols = x.shape[2:]
    angle = torch.tensor(layer.degrees).double().deg2rad()
    cos, sin = angle.cos(), angle.sin()
    # grid_sample's coordinates run from -1 to 1 along each side, so the turn is scaled by the sides
    matrix = torch.stack(
        [
            torch.stack([cos, -sin * rows / cols, torch.zeros(()).double()]),
            torch.stack([sin * cols / rows, cos, torch.zeros(()).double()]),
        ]
    )
    grid = F.affine_grid(matrix[None], [1, x.shape[1], rows, cols], align_corners=False)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def shift(layer: Any, x: Tensor) -> Tensor:
    if layer.mode == "circular":
        return torch.roll(x, (layer.rows, layer.cols), (2, 3))
    return F.pad(x, (layer.cols, -layer.cols, layer.rows, -layer.rows)) if fits(layer, x) else 0 * x


def fits(layer: Any, x: Tensor) -> bool:
    return abs(layer.rows) < x.shape[2] and abs(layer.cols) < x.shape[3]


def noise(layer: Any, x: Tensor) -> Tensor:
    drawn = np.random.default_rng(layer.seed).standard_normal(tuple(x.shape[1:]))
    return x + layer.sigma * torch.from_numpy(drawn)


def standardize(layer: Any, x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[1:], eps=0.0).nan_to_num(0.0)  # 0 / 0 for a flat picture


def dense(layer: Any, x: Tensor) -> Tensor:
    matrix, bias = (torch.from_numpy(part).double() for part in (layer.tensor.weights, layer.tensor.bias))
    return F.linear(x.flatten(1), matrix, bias)[..., None, None]


ORACLES: dict[str, Callable[[Any, Tensor], Tensor]] = {
    "conv": conv, "deconv": deconv, "weights": weights, "local": local,
    "relu": lambda layer, x: F.relu(x),
    "leaky_relu": lambda layer, x: F.leaky_relu(x, layer.slope),
    "elu": lambda layer, x: F.elu(x),
    "gelu": lambda layer, x: F.gelu(x),
    "silu": lambda layer, x: F.silu(x),
    "sigmoid": lambda layer, x: torch.sigmoid(x),
    "tanh": lambda layer, x: torch.tanh(x),
    "softplus": lambda layer, x: F.softplus(x, threshold=100.0),
    "abs": lambda layer, x: x.abs(),
    "square": lambda layer, x: x.square(),
    "threshold": lambda layer, x: F.threshold(x, float(np.float32(layer.value)), 0.0),
    "maxpool": maxpool,
    "minpool": lambda layer, x: -maxpool(layer, -x),
    "avgpool": avgpool, "l2pool": l2pool,
    "globalavg": lambda layer, x: x.mean((2, 3), keepdim=True),
    "globalmax": lambda layer, x: x.amax((2, 3), keepdim=True),
    "adaptiveavg": lambda layer, x: F.adaptive_avg_pool2d(x, (layer.rows, layer.cols)),
    "adaptivemax": lambda layer, x: F.adaptive_max_pool2d(x, (layer.rows, layer.cols)),
    "gray": gray, "normalize": normalize, "standardize": standardize, "resize": resize, "shift": shift,
    "rotate": rotate, "noise": noise,
    "upsample": lambda layer, x: F.interpolate(x, scale_factor=layer.factor, mode="nearest"),
    "flatten": lambda layer, x: x.flatten(1)[..., None, None],
    "dense": dense,
    "softmax": lambda layer, x: x.softmax(1),
}  # fmt: skip
