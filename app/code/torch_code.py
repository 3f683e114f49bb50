"""PyTorch: every kind of layer as one expression over (picture, channels, rows, cols)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from app.code.bank import Bank, bank_of
from app.code.geometry import is_even, keywords, local_shape, short
from app.code.literals import number
from app.code.script import Dialect, Draft, Writer
from app.code.torch_helpers import HELPERS
from app.domain.fields import Turned
from app.domain.notation import format_number
from app.domain.params import Sides
from app.domain.windows import PaddingMode
from app.layers.gray import LUMA

ONE = (1, 1)


def conv(layer: Any, draft: Draft) -> str:
    bank = bank_of(layer, draft.shape)
    name = draft.constant("KERNELS", bank.weights)
    kernels = {
        "each": f"{name}.repeat({bank.channels}, 1, 1, 1)",
        "sum": f"{name}.expand(-1, {bank.channels}, -1, -1)",
    }
    x, padding = _padded(layer, draft)
    given = keywords(stride=(layer.stride, ONE), dilation=(layer.dilation, ONE))
    bias, plus = _bias(bank, draft)
    return f"F.conv2d({x}, {kernels.get(bank.spread, name)}{bias}{padding}{given}{_groups(bank)}){plus}"


def deconv(layer: Any, draft: Draft) -> str:
    bank = bank_of(layer, draft.shape)
    name = draft.constant("KERNELS", bank.weights, ".transpose(0, 1)")
    kernels = {
        "each": f"{name}.repeat({bank.channels}, 1, 1, 1)",
        "sum": f"{name}.expand({bank.channels}, -1, -1, -1)",
    }
    given = keywords(
        stride=(layer.stride, ONE), padding=(layer.padding, (0, 0)),
        output_padding=(layer.output_padding, (0, 0)), dilation=(layer.dilation, ONE),
    )  # fmt: skip
    bias, plus = _bias(bank, draft)
    return (
        f"F.conv_transpose2d({draft.x}, {kernels.get(bank.spread, name)}{bias}{given}{_groups(bank)}){plus}"
    )


def weights(layer: Any, draft: Draft) -> str:
    kernels, bias = draft.tensor(layer.tensor)
    x, padding = _padded(layer, draft)
    given = keywords(stride=(layer.stride, ONE), dilation=(layer.dilation, ONE))
    groups = layer.groups(draft.shape[0])
    grouped = f", groups={groups}" if groups > 1 else ""
    return f"F.conv2d({x}, {kernels}{bias and ', ' + bias}{padding}{given}{grouped})"


def local(layer: Any, draft: Draft) -> str:
    drawn = (
        f"torch.from_numpy({draft.call('local_weights')}({local_shape(layer, draft.shape)}, {layer.seed}))"
    )
    windows = f"{draft.call('windows')}({draft.x}, {layer.size}, {layer.stride}, (1, 1))"
    return f'torch.einsum("ijklmn,bljkmn->bijk", {drawn}, {windows})'


def maxpool(layer: Any, draft: Draft) -> str:
    return _largest(layer, draft, draft.x)


def minpool(layer: Any, draft: Draft) -> str:
    return f"-{_largest(layer, draft, f'-{draft.x}')}"


def avgpool(layer: Any, draft: Draft) -> str:
    sides = layer.sides(draft.shape)
    if layer.dilation == ONE and is_even(sides):
        given = keywords(stride=(layer.step, layer.size), padding=((sides[0], sides[2]), (0, 0)))
        ceil = ", ceil_mode=True" if layer.ceil else ""
        counts = "" if layer.count_include_pad else ", count_include_pad=False"
        return f"F.avg_pool2d({draft.x}, {short(layer.size)}{given}{ceil}{counts})"
    window = f"{layer.size}, {layer.step}, {layer.dilation}"
    padding, beyond = _order(sides), _order(layer.overhang(draft.shape))
    return f"{draft.call('mean_pool')}({draft.x}, {window}, {padding}, {beyond}, {layer.count_include_pad})"


def l2pool(layer: Any, draft: Draft) -> str:
    sides = layer.widened(draft.shape)
    if layer.dilation == ONE and not any(sides):
        return f"F.lp_pool2d({draft.x}, 2, {short(layer.size)}{keywords(stride=(layer.step, layer.size))})"
    window = f"{layer.size}, {layer.step}, {layer.dilation}"
    return f"{draft.call('windows')}({_pad(draft.x, sides)}, {window}).square().sum((-2, -1)).sqrt()"


def gray(layer: Any, draft: Draft) -> str:
    x, (red, green, blue) = draft.x, LUMA
    return x if draft.shape[0] == 1 else f"{red} * {x}[:, :1] + {green} * {x}[:, 1:2] + {blue} * {x}[:, 2:]"


def normalize(layer: Any, draft: Draft) -> str:
    def column(name: str, values: tuple[float, ...]) -> str:
        if len(values) == 1:
            return number(values[0])
        return draft.constant(name, values, ".view(1, -1, 1, 1)")

    return f"({draft.x} - {column('MEAN', layer.mean)}) / {column('STD', layer.std)}"


def noise(layer: Any, draft: Draft) -> str:
    drawn = f"np.random.default_rng({layer.seed}).standard_normal({draft.shape})"
    return f"{draft.x} + torch.from_numpy({format_number(layer.sigma)} * {drawn}).float()"


def resize(layer: Any, draft: Draft) -> str:
    _, rows, cols = draft.shape
    if layer.rows >= rows and layer.cols >= cols:
        return f'F.interpolate({draft.x}, size=({layer.rows}, {layer.cols}), mode="bilinear")'
    if rows % layer.rows == 0 and cols % layer.cols == 0:
        return f'F.interpolate({draft.x}, size=({layer.rows}, {layer.cols}), mode="area")'
    matrix = draft.call("resize_matrix")
    down = f"torch.from_numpy({matrix}({rows}, {layer.rows}))"
    return f"{down} @ {draft.x} @ torch.from_numpy({matrix}({cols}, {layer.cols})).T"


def rotate(layer: Any, draft: Draft) -> str:
    _, rows, cols = draft.shape
    quarter = Turned(rows, cols, layer.degrees).quarter
    if quarter is not None:
        return f"torch.rot90({draft.x}, {quarter}, (2, 3))"
    angle = math.radians(layer.degrees)
    sine, cosine = math.sin(angle), math.cos(angle)
    turn = f"[[[{cosine!r}, {-sine * rows / cols!r}, 0], [{sine * cols / rows!r}, {cosine!r}, 0]]]"
    theta = draft.exact("TURN", f"torch.tensor({turn}, dtype=torch.float64)")
    places = f"F.affine_grid({theta}, {draft.x}.shape, align_corners=False)"
    return f"F.grid_sample({draft.x}.double(), {places}, align_corners=False).float()"


def shift(layer: Any, draft: Draft) -> str:
    rows, cols = layer.rows, layer.cols
    if layer.mode == "circular":
        return f"torch.roll({draft.x}, ({rows}, {cols}), (2, 3))"
    if abs(rows) >= draft.shape[1] or abs(cols) >= draft.shape[2]:
        return f"torch.zeros_like({draft.x})"
    return f"F.pad({draft.x}, ({cols}, {-cols}, {rows}, {-rows}))"


def upsample(layer: Any, draft: Draft) -> str:
    return f'F.interpolate({draft.x}, scale_factor={layer.factor}, mode="nearest")'


def dense(layer: Any, draft: Draft) -> str:
    matrix, bias = draft.tensor(layer.tensor)
    return f"F.linear({draft.x}.flatten(1), {matrix}{bias and ', ' + bias})[..., None, None]"


def _padded(layer: Any, draft: Draft) -> tuple[str, str]:
    """The input of a convolution and its `padding`: what F.conv2d cannot pad itself is padded before."""
    sides: Sides = layer.sides(draft.shape)
    if layer.mode != "zeros" or not is_even(sides):
        return _pad(draft.x, sides, layer.mode), ""
    if layer.padding == "same" and layer.step == ONE and any(sides):
        return draft.x, ', padding="same"'
    return draft.x, keywords(padding=((sides[0], sides[2]), (0, 0)))


def _pad(x: str, sides: Sides, mode: PaddingMode = "zeros", value: str = "") -> str:
    filled = f', mode="{mode}"' if mode != "zeros" else f", value={value}" if value else ""
    return f"F.pad({x}, {_order(sides)}{filled})" if any(sides) else x


def _order(sides: Sides) -> Sides:
    """As F.pad counts: left, right, top, bottom."""
    return sides[2], sides[3], sides[0], sides[1]


def _bias(bank: Bank, draft: Draft) -> tuple[str, str]:
    """The argument, and what is added behind the call."""
    if len(set(bank.biases)) == 1:
        return "", f" + {number(bank.biases[0])}" if bank.biases[0] else ""
    name = draft.constant("BIAS", bank.biases)
    return f", {name}.repeat({bank.channels})" if bank.spread == "each" else f", {name}", ""


def _groups(bank: Bank) -> str:
    return f", groups={bank.channels}" if bank.spread == "each" else ""


def _largest(layer: Any, draft: Draft, x: str) -> str:
    sides = layer.sides(draft.shape)
    given = keywords(stride=(layer.step, layer.size), dilation=(layer.dilation, ONE))
    if is_even(sides):
        padding = keywords(padding=((sides[0], sides[2]), (0, 0)))
        ceil = ", ceil_mode=True" if layer.ceil else ""
        return f"F.max_pool2d({x}, {short(layer.size)}{padding}{given}{ceil})"
    padded = _pad(x, layer.widened(draft.shape), value="-torch.inf")
    return f"F.max_pool2d({padded}, {short(layer.size)}{given})"


WRITERS: Mapping[str, Writer] = {
    "conv": conv, "deconv": deconv, "weights": weights, "local": local,
    "abs": lambda layer, draft: f"{draft.x}.abs()",
    "elu": lambda layer, draft: f"F.elu({draft.x})",
    "gelu": lambda layer, draft: f"F.gelu({draft.x})",
    "leaky_relu": lambda layer, draft: f"F.leaky_relu({draft.x}, {format_number(layer.slope)})",
    "relu": lambda layer, draft: f"F.relu({draft.x})",
    "sigmoid": lambda layer, draft: f"torch.sigmoid({draft.x})",
    "silu": lambda layer, draft: f"F.silu({draft.x})",
    "softplus": lambda layer, draft: f"F.softplus({draft.x})",
    "square": lambda layer, draft: f"{draft.x}.square()",
    "tanh": lambda layer, draft: f"torch.tanh({draft.x})",
    "threshold": lambda layer, draft: f"F.threshold({draft.x}, {number(layer.value)}, 0.0)",
    "maxpool": maxpool, "minpool": minpool, "avgpool": avgpool, "l2pool": l2pool,
    "globalavg": lambda layer, draft: f"{draft.x}.mean((2, 3), keepdim=True)",
    "globalmax": lambda layer, draft: f"{draft.x}.amax((2, 3), keepdim=True)",
    "adaptiveavg": lambda layer, draft: f"F.adaptive_avg_pool2d({draft.x}, ({layer.rows}, {layer.cols}))",
    "adaptivemax": lambda layer, draft: f"F.adaptive_max_pool2d({draft.x}, ({layer.rows}, {layer.cols}))",
    "gray": gray, "noise": noise, "normalize": normalize, "resize": resize, "rotate": rotate, "shift": shift,
    "standardize": lambda layer, draft: f"{draft.call('standardize')}({draft.x})",
    "upsample": upsample, "dense": dense,
    "flatten": lambda layer, draft: f"{draft.x}.flatten(1)[..., None, None]",
    "softmax": lambda layer, draft: f"{draft.x}.softmax(1)",
}  # fmt: skip

TORCH = Dialect(
    name="torch",
    title="PyTorch",
    imports=("import numpy as np", "import torch", "import torch.nn.functional as F"),
    file_import="from safetensors.torch import load_file",
    load="{{name: tensor.float() for name, tensor in load_file({file}).items()}}",
    array="torch.tensor({}, dtype=torch.float32)",
    decorator="@torch.inference_mode()",
    first="torch.tensor(np.array(x, dtype=np.float32))[None]  # (1, channels, rows, cols)",
    last="[stage[0].numpy() for stage in {stages}]",
    writers=WRITERS,
    helpers=HELPERS,
)
