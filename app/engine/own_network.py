"""A network of one's own: tensors of a safetensors file and a stack's line, checked layer by layer before use."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import NotationError, Refusal, UserError
from app.domain.notation import MAX_CHARACTERS
from app.domain.shapes import Shape
from app.engine.attribution.chain import MAX_MULTIPLY_ADDS
from app.engine.network import Network
from app.engine.own_tensors import NetworkLimits, read_tensors
from app.engine.reading import LARGEST
from app.engine.trace import Bounds, reads_whole_photo
from app.layers.base import Layer, Learned
from app.layers.registry import parse_stack
from app.layers.stack import Stack

EXAMPLE = "resize(64,64)|weights(conv1,padding=1)|relu|maxpool(2)|flatten|dense(fc1)|softmax"
MAX_CLASSES = 100
MAX_CLASS_CHARACTERS = 40
LEARNED = ("weights", "dense")
BETWEEN = ("activation", "pooling")  # groups of layers that may stand behind the first learned one
_PHOTO: Shape = (3, LARGEST, LARGEST)  # the largest; the leading resize makes them all alike
_ANY_NAME = "n" + 32 * "0"  # as long as the name that a stored network gets


@dataclass(frozen=True)
class _ByOwnNames:
    """The file's tensors, found by the names that the file gives them, called as the network's from then on."""

    name: str
    learned: Mapping[str, Learned]

    def get(self, name: str) -> Learned | None:
        found = self.learned.get(name)
        return Learned(f"{self.name}{name}", found.weights, found.bias) if found else None

    def names(self) -> Iterable[str]:
        return self.learned.keys()


@dataclass(frozen=True)
class OwnNetwork:
    """A network ready to be asked, with what is worth knowing of its file."""

    network: Network
    parameters: int
    unused: tuple[str, ...]  # tensors that the stack does not name


def check_own(data: bytes, stack: str, classes: Sequence[str], limits: NetworkLimits, bounds: Bounds) -> None:
    """Whether a file and a stack make a network; faults name tensors as the file does, at places in `stack`.

    Raises
    ------
    NotationError, UserError
        What `read_tensors`, the notation, `check_chain` and `class_names` refuse.
    """
    learned = read_tensors(data, limits).learned
    class_names(classes, check_chain(parse_stack(stack, _ByOwnNames("", learned)), bounds))
    length = len(parse_stack(stack, _ByOwnNames(f"{_ANY_NAME}.", learned)).text)
    if length > MAX_CHARACTERS:
        raise NotationError("notation_too_long", MAX_CHARACTERS, length=length, limit=MAX_CHARACTERS)


def build_own(
    name: str, data: bytes, stack: str, classes: Sequence[str], title: str, limits: NetworkLimits
) -> OwnNetwork:
    """The network under its `name`: its tensors are `name.conv1`, as any stack may write them.

    It has no calibration: temperature 1, and thresholds that never fire.
    """
    tensors = read_tensors(data, limits)
    parsed = parse_stack(stack, _ByOwnNames(f"{name}.", tensors.learned))
    learned = {
        f"{name}.{own}": Learned(f"{name}.{own}", t.weights, t.bias) for own, t in tensors.learned.items()
    }
    tensors_used = (getattr(layer, "tensor", None) for layer in parsed.layers)
    used = {tensor.name for tensor in tensors_used if isinstance(tensor, Learned)}
    outputs = class_names(classes, parsed.shapes(_PHOTO)[-1][0])
    network = Network(
        name=name,
        text=parsed.text,
        outputs=outputs,
        classes=outputs,
        temperature=1.0,
        min_confidence=0.0,
        max_other=1.0,
        sha256=hashlib.sha256(data).hexdigest(),
        card={},
        tensors=learned,
        title=title,
        calibrated=False,
    )
    unused = tuple(full.removeprefix(f"{name}.") for full in learned if full not in used)
    return OwnNetwork(network, tensors.parameters, unused)


def check_chain(stack: Stack, bounds: Bounds) -> int:
    """How many outputs a stack has that is a plain chain, from a resize to a dense layer, and runs on any photo.

    Raises
    ------
    UserError
        `network_no_resize`, `network_layer_between`, `network_end`, `network_too_shallow`,
        `network_too_slow`, and `network_layer_refuses` with a layer's own refusal.
    """
    layers = stack.layers
    if not reads_whole_photo(stack):
        raise UserError("network_no_resize", layer=layers[0].text if layers else "-", example=EXAMPLE)
    learned = [stage for stage, layer in enumerate(layers, start=1) if layer.kind in LEARNED]
    if not learned or layers[learned[-1] - 1].kind != "dense":
        raise UserError("network_end", layer=layers[-1].text)
    if len(learned) < 2:
        raise UserError("network_too_shallow")
    for stage, layer in enumerate(layers[learned[0] :], start=learned[0] + 1):
        _check_kind(stage, layer, stage > learned[-1], stage == len(layers))
    shapes = _dry_run(layers, bounds)
    work = sum(layer.multiply_adds(shape) for layer, shape in zip(layers, shapes, strict=False))
    if work > MAX_MULTIPLY_ADDS:
        raise UserError("network_too_slow", multiply_adds=work, limit=MAX_MULTIPLY_ADDS)
    return shapes[-1][0]


def _check_kind(stage: int, layer: Layer, is_behind: bool, is_last: bool) -> None:
    """Hold what follows the first learned layer to a chain whose maps can be followed to the answer."""
    if is_behind:
        if not (is_last and layer.kind == "softmax"):
            raise UserError("network_end", layer=layer.text)
    elif layer.kind not in (*LEARNED, "flatten") and layer.group not in BETWEEN:
        raise UserError("network_layer_between", stage=stage, layer=layer.text)


def _dry_run(layers: Sequence[Layer], bounds: Bounds) -> list[Shape]:
    """Every stage's shape."""
    shapes, cells, work = [_PHOTO], math.prod(_PHOTO), 0
    for stage, layer in enumerate(layers, start=1):
        try:
            shapes.append(layer.shape_after(shapes[-1]))
            here = math.prod(shapes[-1])
            cells += here
            if here > bounds.stage:
                raise Refusal("too_many_cells", cells=here, limit=bounds.stage)
            if cells > bounds.trace:
                raise Refusal("trace_too_large", cells=cells, limit=bounds.trace)
            work += layer.work(shapes[-2])
            if work > bounds.work:
                raise Refusal("too_much_work", work=work, limit=bounds.work)
        except Refusal as refusal:
            raise Refusal(
                "network_layer_refuses", formula=refusal.formula, suggestion=refusal.suggestion, stage=stage,
                layer=layer.text, refusal=refusal,
            ) from None  # fmt: skip
    return shapes


def class_names(given: Sequence[str], outputs: int) -> tuple[str, ...]:
    """The outputs' names: those given, or `class 0`, `class 1` and so on.

    Raises
    ------
    UserError
        `network_outputs`, `network_classes_count`, `network_class_twice`, `network_class_too_long`.
    """
    if not 2 <= outputs <= MAX_CLASSES:
        raise UserError("network_outputs", outputs=outputs, low=2, limit=MAX_CLASSES)
    if not given:
        return tuple(f"class {number}" for number in range(outputs))
    if len(given) != outputs:
        raise UserError("network_classes_count", found=len(given), needed=outputs)
    for name in given:
        if len(name) > MAX_CLASS_CHARACTERS:
            raise UserError("network_class_too_long", name=name[:20], limit=MAX_CLASS_CHARACTERS)
        if given.count(name) > 1:
            raise UserError("network_class_twice", name=name)
    return tuple(given)


def read_class_names(text: str) -> tuple[str, ...]:
    """Class names written one a line, or in one line with commas between; blanks around them do not count."""
    lines = [line for line in text.splitlines() if line.strip()]
    parts = lines if len(lines) > 1 else text.split(",")
    return tuple("".join(c for c in part.strip() if c.isprintable()) for part in parts if part.strip())
