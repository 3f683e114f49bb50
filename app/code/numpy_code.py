"""NumPy alone: every kind of layer as one expression over (channels, rows, cols)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.code.bank import Bank, bank_of
from app.code.geometry import local_shape
from app.code.literals import number
from app.code.numpy_helpers import HELPERS
from app.code.script import Dialect, Draft, Writer
from app.domain.fields import Turned
from app.domain.notation import format_number
from app.domain.params import Pair, Sides
from app.layers.gray import LUMA

ONE = (1, 1)
MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def conv(layer: Any, draft: Draft) -> str:
    bank = bank_of(layer, draft.shape)
    kernels = _spread(draft.constant("KERNELS", bank.weights), bank)
    given = _pairs(stride=(layer.stride, ONE), dilation=(layer.dilation, ONE))
    call = f"{draft.call('correlate')}({_padded(layer, draft)}, {kernels}{given}{_groups(bank)})"
    return f"{call}{_bias(bank, draft)}"


def deconv(layer: Any, draft: Draft) -> str:
    bank = bank_of(layer, draft.shape)
    kernels = _spread(draft.constant("KERNELS", bank.weights), bank)
    given = _pairs(
        stride=(layer.stride, ONE), padding=(layer.padding, (0, 0)),
        output_padding=(layer.output_padding, (0, 0)), dilation=(layer.dilation, ONE),
    )  # fmt: skip
    return f"{draft.call('transposed')}({draft.x}, {kernels}{given}{_groups(bank)}){_bias(bank, draft)}"


def weights(layer: Any, draft: Draft) -> str:
    kernels, bias = draft.tensor(layer.tensor)
    given = _pairs(stride=(layer.stride, ONE), dilation=(layer.dilation, ONE))
    groups = layer.groups(draft.shape[0])
    grouped = f", groups={groups}" if groups > 1 else ""
    plus = f" + {bias}[:, None, None]" if bias else ""
    return f"{draft.call('correlate')}({_padded(layer, draft)}, {kernels}{given}{grouped}){plus}"


def local(layer: Any, draft: Draft) -> str:
    drawn = f"{draft.call('local_weights')}({local_shape(layer, draft.shape)}, {layer.seed})"
    windows = f"{draft.call('windows')}({draft.x}, {layer.size}, {layer.stride})"
    return f'np.einsum("ijklmn,ljkmn->ijk", {drawn}, {windows})'


def maxpool(layer: Any, draft: Draft) -> str:
    return f"{_windows(layer, draft, '-np.inf')}.max((-2, -1))"


def minpool(layer: Any, draft: Draft) -> str:
    return f"{_windows(layer, draft, 'np.inf')}.min((-2, -1))"


def avgpool(layer: Any, draft: Draft) -> str:
    sides, beyond = layer.sides(draft.shape), layer.overhang(draft.shape)
    if not any(beyond) and (layer.count_include_pad or not any(sides)):
        return f"{_windows(layer, draft, '0')}.mean((-2, -1))"
    window = f"{layer.size}, {layer.step}, {layer.dilation}"
    arguments = f"{window}, {_order(sides)}, {_order(beyond)}, {layer.count_include_pad}"
    return f"{draft.call('mean_pool')}({draft.x}, {arguments})"


def l2pool(layer: Any, draft: Draft) -> str:
    return f"np.sqrt(({_windows(layer, draft, '0')} ** 2).sum((-2, -1)))"


def adaptive(reduce: str) -> Writer:
    """Sharing out rows, then columns."""

    def writer(layer: Any, draft: Draft) -> str:
        shared = draft.call("shared")
        return f"{shared}({shared}({draft.x}, 1, {layer.rows}, {reduce}), 2, {layer.cols}, {reduce})"

    return writer


def gray(layer: Any, draft: Draft) -> str:
    x, (red, green, blue) = draft.x, LUMA
    return x if draft.shape[0] == 1 else f"{red} * {x}[:1] + {green} * {x}[1:2] + {blue} * {x}[2:]"


def normalize(layer: Any, draft: Draft) -> str:
    def column(name: str, values: tuple[float, ...]) -> str:
        if len(values) == 1:
            return number(values[0])
        return draft.constant(name, values, "[:, None, None]")

    return f"({draft.x} - {column('MEAN', layer.mean)}) / {column('STD', layer.std)}"


def noise(layer: Any, draft: Draft) -> str:
    drawn = f"np.random.default_rng({layer.seed}).standard_normal({draft.shape})"
    return f"{draft.x} + ({format_number(layer.sigma)} * {drawn}).astype(np.float32)"


def resize(layer: Any, draft: Draft) -> str:
    matrix, (_, rows, cols) = draft.call("resize_matrix"), draft.shape
    return f"{matrix}({rows}, {layer.rows}) @ {draft.x} @ {matrix}({cols}, {layer.cols}).T"


def rotate(layer: Any, draft: Draft) -> str:
    quarter = Turned(draft.shape[1], draft.shape[2], layer.degrees).quarter
    if quarter is not None:
        return f"np.rot90({draft.x}, {quarter}, (1, 2))"
    return f"{draft.call('rotate')}({draft.x}, {format_number(layer.degrees)})"


def shift(layer: Any, draft: Draft) -> str:
    rows, cols, (_, height, width) = layer.rows, layer.cols, draft.shape
    if layer.mode == "circular":
        return f"np.roll({draft.x}, ({rows}, {cols}), (1, 2))"
    sides = (max(rows, 0), max(-rows, 0), max(cols, 0), max(-cols, 0))
    top, left = sides[1], sides[3]
    return f"{_pad(draft.x, sides)}[:, {top} : {top + height}, {left} : {left + width}]"


def upsample(layer: Any, draft: Draft) -> str:
    return f"{draft.x}.repeat({layer.factor}, 1).repeat({layer.factor}, 2)"


def dense(layer: Any, draft: Draft) -> str:
    matrix, bias = draft.tensor(layer.tensor)
    product = f"{matrix} @ {draft.x}.ravel()"
    return f"({product} + {bias})[:, None, None]" if bias else f"({product})[:, None, None]"


def _padded(layer: Any, draft: Draft) -> str:
    sides = layer.sides(draft.shape)
    return _pad(draft.x, sides, f', mode="{MODES[layer.mode]}"' if layer.mode in MODES else "")


def _windows(layer: Any, draft: Draft, filler: str) -> str:
    padded = _pad(draft.x, layer.widened(draft.shape), f", constant_values={filler}" if filler != "0" else "")
    return f"{draft.call('windows')}({padded}, {layer.size}, {layer.step}{_pairs(dilation=(layer.dilation, ONE))})"


def _pad(x: str, sides: Sides, how: str = "") -> str:
    return f"np.pad({x}, {_order(sides)}{how})" if any(sides) else x


def _order(sides: Sides) -> tuple[Pair, Pair, Pair]:
    """As np.pad counts: before and after, axis by axis."""
    return (0, 0), (sides[0], sides[1]), (sides[2], sides[3])


def _pairs(**pairs: tuple[Pair, Pair]) -> str:
    """Arguments that differ from their default, always as pairs."""
    return "".join(f", {name}={given}" for name, (given, usual) in pairs.items() if given != usual)


def _spread(name: str, bank: Bank) -> str:
    if bank.spread == "each":
        return f"np.tile({name}, ({bank.channels}, 1, 1, 1))"
    return f"{name}.repeat({bank.channels}, 1)" if bank.spread == "sum" else name


def _bias(bank: Bank, draft: Draft) -> str:
    if len(set(bank.biases)) == 1:
        return f" + {number(bank.biases[0])}" if bank.biases[0] else ""
    name = draft.constant("BIAS", bank.biases)
    given = f"np.tile({name}, {bank.channels})" if bank.spread == "each" else name
    return f" + {given}[:, None, None]"


def _groups(bank: Bank) -> str:
    return f", groups={bank.channels}" if bank.spread == "each" else ""


WRITERS: Mapping[str, Writer] = {
    "conv": conv, "deconv": deconv, "weights": weights, "local": local,
    "abs": lambda layer, draft: f"np.abs({draft.x})",
    "elu": lambda layer, draft: f"np.where({draft.x} > 0, {draft.x}, np.expm1(np.minimum({draft.x}, 0)))",
    "gelu": lambda layer, draft: f"{draft.x} * {draft.call('normal_share')}({draft.x})",
    "leaky_relu": lambda layer, draft: (
        f"np.where({draft.x} > 0, {draft.x}, {format_number(layer.slope)} * {draft.x})"
    ),
    "relu": lambda layer, draft: f"np.maximum({draft.x}, 0)",
    # exp(-log(1 + exp(-x))), without overflow
    "sigmoid": lambda layer, draft: f"np.exp(-np.logaddexp(0, -{draft.x}))",
    "silu": lambda layer, draft: f"{draft.x} * np.exp(-np.logaddexp(0, -{draft.x}))",
    "softplus": lambda layer, draft: f"np.logaddexp(0, {draft.x})",
    "square": lambda layer, draft: f"{draft.x} ** 2",
    "tanh": lambda layer, draft: f"np.tanh({draft.x})",
    "threshold": lambda layer, draft: f"np.where({draft.x} > {number(layer.value)}, {draft.x}, 0)",
    "maxpool": maxpool, "minpool": minpool, "avgpool": avgpool, "l2pool": l2pool,
    "globalavg": lambda layer, draft: f"{draft.x}.mean((1, 2), keepdims=True)",
    "globalmax": lambda layer, draft: f"{draft.x}.max((1, 2), keepdims=True)",
    "adaptiveavg": adaptive("np.mean"), "adaptivemax": adaptive("np.max"),
    "gray": gray, "noise": noise, "normalize": normalize, "resize": resize, "rotate": rotate, "shift": shift,
    "standardize": lambda layer, draft: f"{draft.call('standardize')}({draft.x})",
    "upsample": upsample, "dense": dense,
    "flatten": lambda layer, draft: f"{draft.x}.reshape(-1, 1, 1)",
    "softmax": lambda layer, draft: f"{draft.call('softmax')}({draft.x})",
}  # fmt: skip

NUMPY = Dialect(
    name="numpy",
    title="NumPy",
    imports=("import numpy as np",),
    file_import="from safetensors.numpy import load_file",
    load="{{name: array.astype(np.float32) for name, array in load_file({file}).items()}}",
    array="np.array({}, dtype=np.float32)",
    decorator="",
    first="np.array(x, dtype=np.float32)  # (channels, rows, cols)",
    last="[np.asarray(stage, dtype=np.float32) for stage in {stages}]",
    writers=WRITERS,
    helpers=HELPERS,
)
