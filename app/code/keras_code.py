"""Keras 3: every kind of layer as one expression of keras.ops over (picture, rows, cols, channels)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from app.code.bank import Bank, bank_of
from app.code.geometry import keywords, local_shape, short
from app.code.keras_helpers import HELPERS
from app.code.literals import number
from app.code.script import Dialect, Draft, Writer
from app.domain.fields import Turned
from app.domain.notation import format_number
from app.domain.params import Sides
from app.layers.gray import LUMA

ONE = (1, 1)
MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def conv(layer: Any, draft: Draft) -> str:
    bank = bank_of(layer, draft.shape)
    kernels = draft.constant("KERNELS", bank.weights, ".transpose(2, 3, 1, 0)")
    if bank.spread:
        kernels = f"np.repeat({kernels}, {bank.channels}, axis=2)"
    call = "ops.depthwise_conv" if bank.spread == "each" else "ops.conv"
    x, padding = _padded(layer, draft)
    given = keywords(strides=(layer.stride, ONE), dilation_rate=(layer.dilation, ONE))
    return _with_bias(f"{call}({x}, {kernels}{padding}{given})", bank, draft)


def deconv(layer: Any, draft: Draft) -> str:
    bank = bank_of(layer, draft.shape)
    kernels = draft.constant("KERNELS", bank.weights, ".transpose(2, 3, 0, 1)")
    if bank.spread == "sum":
        kernels = f"np.repeat({kernels}, {bank.channels}, axis=3)"
    call = draft.call("each_transposed" if bank.spread == "each" else "transposed")
    pairs = {"padding": layer.padding, "output_padding": layer.output_padding}
    cut = "".join(f", {name}={pair}" for name, pair in pairs.items() if any(pair))
    given = keywords(stride=(layer.stride, ONE), dilation=(layer.dilation, ONE))
    return _with_bias(f"{call}({draft.x}, {kernels}{given}{cut})", bank, draft)


def weights(layer: Any, draft: Draft) -> str:
    kernels, bias = draft.tensor(layer.tensor)
    x, padding = _padded(layer, draft)
    given = keywords(strides=(layer.stride, ONE), dilation_rate=(layer.dilation, ONE))
    call = f"ops.conv({x}, {kernels}.transpose(2, 3, 1, 0){padding}{given})"
    return f"ops.add({call}, {bias})" if bias else call


def local(layer: Any, draft: Draft) -> str:
    shape = local_shape(layer, draft.shape)
    drawn = f"{draft.call('local_weights')}({shape}, {layer.seed}).reshape({(*shape[:4], -1)})"
    windows = f"{draft.call('windows')}({draft.x}, {layer.size}, {layer.stride}, (1, 1))"
    return f'ops.einsum("ijklt,bjklt->bjki", {drawn}, {windows})'


def maxpool(layer: Any, draft: Draft) -> str:
    return _largest(layer, draft, draft.x)


def minpool(layer: Any, draft: Draft) -> str:
    return f"-{_largest(layer, draft, f'-{draft.x}')}"


def avgpool(layer: Any, draft: Draft) -> str:
    sides, beyond = layer.sides(draft.shape), layer.overhang(draft.shape)
    if layer.dilation == ONE and not any(beyond) and (layer.count_include_pad or not any(sides)):
        return f"ops.average_pool({_border(draft.x, sides, draft)}, {_sizes(layer)})"
    arguments = f"{_window(layer)}, {sides}, {beyond}, {layer.count_include_pad}"
    return f"{draft.call('mean_pool')}({draft.x}, {arguments})"


def l2pool(layer: Any, draft: Draft) -> str:
    padded = _border(draft.x, layer.widened(draft.shape), draft)
    taps = f"{draft.call('windows')}({padded}, {_window(layer)})"
    return f"ops.sqrt(ops.sum(ops.square({taps}), axis=-1))"


def adaptive(reduce: str) -> Writer:
    """Sharing out rows, then columns."""

    def writer(layer: Any, draft: Draft) -> str:
        shared = draft.call("shared")
        return f"{shared}({shared}({draft.x}, 1, {layer.rows}, {reduce}), 2, {layer.cols}, {reduce})"

    return writer


def gray(layer: Any, draft: Draft) -> str:
    x, (red, green, blue) = draft.x, LUMA
    mixed = f"{red} * {x}[..., :1] + {green} * {x}[..., 1:2] + {blue} * {x}[..., 2:]"
    return x if draft.shape[0] == 1 else mixed


def normalize(layer: Any, draft: Draft) -> str:
    def column(name: str, values: tuple[float, ...]) -> str:
        return number(values[0]) if len(values) == 1 else draft.constant(name, values)

    return f"ops.divide(ops.subtract({draft.x}, {column('MEAN', layer.mean)}), {column('STD', layer.std)})"


def noise(layer: Any, draft: Draft) -> str:
    drawn = f"np.random.default_rng({layer.seed}).standard_normal({draft.shape})"
    moved = f"np.moveaxis({format_number(layer.sigma)} * {drawn}, 0, -1).astype(np.float32)"
    return f"ops.add({draft.x}, {moved})"


def resize(layer: Any, draft: Draft) -> str:
    _, rows, cols = draft.shape
    if layer.rows >= rows and layer.cols >= cols:
        size = f"({layer.rows}, {layer.cols})"
        return f'ops.image.resize({draft.x}, {size}, interpolation="bilinear", data_format="channels_last")'
    matrix = draft.call("resize_matrix")
    axes = f"{matrix}({rows}, {layer.rows}), {draft.x}, {matrix}({cols}, {layer.cols})"
    return f'ops.einsum("ri,bijc,sj->brsc", {axes})'


def rotate(layer: Any, draft: Draft) -> str:
    x, (_, rows, cols) = draft.x, draft.shape
    quarter = Turned(rows, cols, layer.degrees).quarter
    if quarter is not None:
        turned = {
            0: x,
            1: f"ops.flip(ops.swapaxes({x}, 1, 2), axis=1)",
            2: f"ops.flip(ops.flip({x}, axis=1), axis=2)",
            3: f"ops.flip(ops.swapaxes({x}, 1, 2), axis=2)",
        }
        return turned[quarter]
    angle, down, right = math.radians(layer.degrees), (rows - 1) / 2, (cols - 1) / 2
    sine, cosine = math.sin(angle), math.cos(angle)
    across = (cosine, -sine, right + sine * down - cosine * right)
    along = (sine, cosine, down - cosine * down - sine * right)
    turn = draft.exact("TURN", f"np.array([{[*across, *along, 0.0, 0.0]}], dtype=np.float32)")
    how = 'interpolation="bilinear", fill_mode="constant", data_format="channels_last"'
    return f"ops.image.affine_transform({x}, {turn}, {how})"


def shift(layer: Any, draft: Draft) -> str:
    rows, cols, (_, height, width) = layer.rows, layer.cols, draft.shape
    if layer.mode == "circular":
        return f"ops.roll({draft.x}, ({rows}, {cols}), axis=(1, 2))"
    sides = (max(rows, 0), max(-rows, 0), max(cols, 0), max(-cols, 0))
    top, left = sides[1], sides[3]
    return f"{_border(draft.x, sides, draft)}[:, {top} : {top + height}, {left} : {left + width}]"


def upsample(layer: Any, draft: Draft) -> str:
    return f"ops.repeat(ops.repeat({draft.x}, {layer.factor}, axis=1), {layer.factor}, axis=2)"


def dense(layer: Any, draft: Draft) -> str:
    matrix, bias = draft.tensor(layer.tensor)
    product = f"ops.matmul({draft.x}, {matrix}.T)"
    return f"ops.add({product}, {bias})" if bias else product


def _padded(layer: Any, draft: Draft) -> tuple[str, str]:
    """The input of a convolution and its `padding`: what keras.ops.conv cannot pad itself is padded before."""
    sides = layer.sides(draft.shape)
    if layer.mode in MODES and any(sides):
        numbers = ", ".join(map(str, sides))
        return f'{draft.call("pad")}({draft.x}, {numbers}, "{MODES[layer.mode]}")', ""
    if layer.padding == "same":
        return draft.x, ', padding="same"'
    return _border(draft.x, sides, draft), ""


def _border(x: str, sides: Sides, draft: Draft, value: str = "") -> str:
    if not any(sides):
        return x
    filled = f", value={value}" if value else ""
    return f"{draft.call('border')}({x}, {', '.join(map(str, sides))}{filled})"


def _largest(layer: Any, draft: Draft, x: str) -> str:
    padded = _border(x, layer.widened(draft.shape), draft, "-np.inf")
    if layer.dilation == ONE:
        return f"ops.max_pool({padded}, {_sizes(layer)})"
    return f"ops.max({draft.call('windows')}({padded}, {_window(layer)}), axis=-1)"


def _sizes(layer: Any) -> str:
    return f"{short(layer.size)}{keywords(strides=(layer.step, layer.size))}"


def _window(layer: Any) -> str:
    return f"{layer.size}, {layer.step}, {layer.dilation}"


def _with_bias(call: str, bank: Bank, draft: Draft) -> str:
    if len(set(bank.biases)) == 1:
        return f"{call} + {number(bank.biases[0])}" if bank.biases[0] else call
    name = draft.constant("BIAS", bank.biases)
    given = f"np.tile({name}, {bank.channels})" if bank.spread == "each" else name
    return f"ops.add({call}, {given})"


WRITERS: Mapping[str, Writer] = {
    "conv": conv, "deconv": deconv, "weights": weights, "local": local,
    "abs": lambda layer, draft: f"ops.abs({draft.x})",
    "elu": lambda layer, draft: f"ops.elu({draft.x})",
    "gelu": lambda layer, draft: f"ops.gelu({draft.x}, approximate=False)",
    "leaky_relu": lambda layer, draft: (
        f"ops.leaky_relu({draft.x}, negative_slope={format_number(layer.slope)})"
    ),
    "relu": lambda layer, draft: f"ops.relu({draft.x})",
    "sigmoid": lambda layer, draft: f"ops.sigmoid({draft.x})",
    "silu": lambda layer, draft: f"ops.silu({draft.x})",
    "softplus": lambda layer, draft: f"ops.softplus({draft.x})",
    "square": lambda layer, draft: f"ops.square({draft.x})",
    "tanh": lambda layer, draft: f"ops.tanh({draft.x})",
    "threshold": lambda layer, draft: f"ops.where({draft.x} > {number(layer.value)}, {draft.x}, 0.0)",
    "maxpool": maxpool, "minpool": minpool, "avgpool": avgpool, "l2pool": l2pool,
    "globalavg": lambda layer, draft: f"ops.mean({draft.x}, axis=(1, 2), keepdims=True)",
    "globalmax": lambda layer, draft: f"ops.max({draft.x}, axis=(1, 2), keepdims=True)",
    "adaptiveavg": adaptive("ops.mean"), "adaptivemax": adaptive("ops.max"),
    "gray": gray, "noise": noise, "normalize": normalize, "resize": resize, "rotate": rotate, "shift": shift,
    "standardize": lambda layer, draft: f"{draft.call('standardize')}({draft.x})",
    "upsample": upsample, "dense": dense,
    "flatten": lambda layer, draft: f"ops.reshape(ops.transpose({draft.x}, (0, 3, 1, 2)), (1, 1, 1, -1))",
    "softmax": lambda layer, draft: f"ops.softmax({draft.x}, axis=-1)",
}  # fmt: skip

KERAS = Dialect(
    name="keras",
    title="Keras 3",
    imports=("import numpy as np", "from keras import ops"),
    file_import="from safetensors.numpy import load_file",
    load="{{name: array.astype(np.float32) for name, array in load_file({file}).items()}}",
    array="np.array({}, dtype=np.float32)",
    decorator="",
    first="ops.convert_to_tensor(np.moveaxis(np.array(x, dtype=np.float32), 0, -1)[None])  # (1, rows, cols, channels)",
    last="[np.moveaxis(ops.convert_to_numpy(stage)[0], -1, 0) for stage in {stages}]",
    writers=WRITERS,
    helpers=HELPERS,
)
