"""The use cases: trace a photo, draw a map, open a cell, label a picture. Orchestration only."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError
from app.engine.cells import Place, StageBox, boxes, check_place, explain
from app.engine.network import Answer, Network, Networks, answer
from app.engine.reading import LARGEST, Fit
from app.engine.trace import Bounds, Photo, Stage, Trace, reads_whole_photo, require, run
from app.layers.base import NoTensors, Tensors
from app.layers.explanation import Explanation
from app.layers.registry import parse_stack
from app.layers.stack import Stack
from app.rendering.maps import atlas_png, map_png, rgb_png, to_rgb8
from app.rendering.overlay import overlay_png
from app.rendering.overlay_svg import StageBox as DrawnBox
from app.rendering.overlay_svg import overlay_svg
from app.rendering.scale import Scale, choose_scale
from app.rendering.tables import csv_bytes, npy_bytes

Array = NDArray[np.float32]
Made = TypeVar("Made")
Decimal = Literal[".", ","]
COLORS = ("auto", "gray", "sequential", "diverging")
SCOPES = ("map", "layer", "stack")


class Cache(Protocol):
    """A byte-bounded cache that may forget anything at any time."""

    def get_or_make(self, key: Hashable, make: Callable[[], Made]) -> Made: ...


class NoCache:
    """Keeps nothing: for pictures that are looked at once and never stored."""

    def get_or_make(self, key: Hashable, make: Callable[[], Made]) -> Made:
        return make()


class Photos(Protocol):
    """Resolves an image's address to a photo whose pixels are read when they are needed."""

    def __call__(self, image: str) -> Photo: ...


@dataclass(frozen=True)
class Scene:
    """What a view is a function of: a photo, a stack's line, the working size and how the photo is fitted."""

    image: str
    stack: str = ""
    size: int = 512
    fit: Fit = "keep"


@dataclass(frozen=True)
class Shade:
    """How a map is coloured: `colors` and `scope`; for scope ``stack``, the range of the whole stack."""

    colors: str = "auto"
    scope: str = "map"
    low: float | None = None
    high: float | None = None

    @property
    def needs_whole_stack(self) -> bool:
        """Whether the range has to be found from every stage."""
        return self.scope == "stack" and (self.low is None or self.high is None)


@dataclass(frozen=True)
class OpenCell:
    """A cell opened: its value, the arithmetic (None for the photo's own cells) and its boxes."""

    place: Place
    value: float
    explanation: Explanation | None
    boxes: tuple[StageBox, ...]


@dataclass(frozen=True)
class Explorer:
    """Everything a page or an API call can ask for, over the parts given to it."""

    photos: Photos
    networks: Callable[[], Networks]
    traces: Cache
    pictures: Cache
    bounds: Bounds = field(default_factory=Bounds)

    def parse(self, text: str) -> Stack:
        """Read a stack's line."""
        return parse_stack(text, self.tensors_for(text))

    def tensors_for(self, text: str) -> Tensors:
        """Where a line's tensors are found; only a line that names some needs the networks."""
        return self.networks() if "weights" in text or "dense" in text else NoTensors()

    def trace(self, scene: Scene, cancelled: Callable[[], bool] = lambda: False) -> Trace:
        """The stages of a scene, and the refusal that ended them, if any."""
        return self._run(self.photos(scene.image), self.parse(scene.stack), scene, cancelled)

    def stage(self, scene: Scene, stage: int, cancelled: Callable[[], bool] = lambda: False) -> Stage:
        """One stage of a scene; computes no stage behind it."""
        return require(self._until(scene, stage, cancelled), stage)

    def tensor_npy(self, scene: Scene, stage: int) -> bytes:
        """A stage's maps (C, H, W), float32, as NPY."""
        return npy_bytes(self.stage(scene, stage).maps)

    def map_npy(self, scene: Scene, stage: int, channel: int) -> bytes:
        """One map (H, W), float32, as NPY."""
        return npy_bytes(self._plane(scene, stage, channel))

    def map_csv(self, scene: Scene, stage: int, channel: int, decimal: Decimal = ".") -> bytes:
        """One map as CSV, a line a row."""
        return csv_bytes(self._plane(scene, stage, channel), decimal)

    def map_picture(self, scene: Scene, stage: int, channel: int, shade: Shade) -> bytes:
        """One map as PNG, one pixel a cell."""
        trace = self._shaded(scene, stage, shade)
        found = check_place(trace, Place(stage, channel, 0, 0))
        scale = scale_of(trace, stage, channel, shade)
        key = ("map", *self._key(trace, scene, stage), channel, scale)
        return self.pictures.get_or_make(key, lambda: map_png(found.maps[channel], scale))

    def atlas_picture(self, scene: Scene, stage: int, shade: Shade) -> bytes:
        """All maps of a stage on one sheet."""
        trace = self._shaded(scene, stage, shade)
        found = require(trace, stage)
        scales = tuple(scale_of(trace, stage, channel, shade) for channel in range(found.shape[0]))
        key = ("atlas", *self._key(trace, scene, stage), scales)
        return self.pictures.get_or_make(key, lambda: atlas_png(found.maps, scales))

    def input_picture(self, scene: Scene) -> bytes:
        """The cells that the stack reads, in colour."""
        trace = self._until(scene, 0)
        key = ("input", *self._key(trace, scene, 0))
        return self.pictures.get_or_make(key, lambda: rgb_png(trace.stages[0].maps))

    def photo_picture(self, image: str) -> bytes:
        """The whole photo as it is stored."""
        photo = self.photos(image)
        return self.pictures.get_or_make(("photo", photo.key), lambda: rgb_png(photo.pixels()))

    def open_cell(
        self, scene: Scene, place: Place, cancelled: Callable[[], bool] = lambda: False
    ) -> OpenCell:
        """How one cell comes about, and what it sees on every earlier stage."""
        trace = self._until(scene, place.stage, cancelled)
        found = check_place(trace, place)
        value = float(found.maps[place.channel, place.row, place.col])
        return OpenCell(place, value, explain(trace, place), boxes(trace, place))

    def overlay_picture(self, scene: Scene, place: Place) -> bytes:
        """The cells that the stack reads with the field of one cell, as PNG."""
        trace = self._until(scene, place.stage)
        field = boxes(trace, place)[0]
        return overlay_png(to_rgb8(trace.stages[0].maps), field.box, field.cells)

    def overlay_drawing(self, scene: Scene, place: Place, title: str, description: str, photo: str) -> str:
        """The same as SVG, with the box of every earlier stage; `photo` is what stage 0 is called."""
        trace = self._until(scene, place.stage)
        fields = boxes(trace, place)
        drawn = [
            DrawnBox(_label(trace, found.stage, photo), trace.stages[found.stage].shape[1:], found.box)
            for found in fields
        ]
        return overlay_svg(to_rgb8(trace.stages[0].maps), drawn, fields[0].cells, title, description)

    def classify(self, image: str, name: str | None = None) -> tuple[Network, Answer]:
        """What a trained network says of a photo: its stack's logits, calibrated."""
        return self._answer(self.photos(image), name, self.traces)

    def classify_once(self, photo: Photo, name: str | None = None) -> tuple[Network, Answer]:
        """The same for a photo that is not in the store and leaves nothing behind."""
        return self._answer(photo, name, NoCache())

    def network(self, name: str | None = None) -> Network:
        """A network by name, or the first one.

        Raises
        ------
        UserError
            `no_network`, `network_unknown`.
        """
        loaded = self.networks().loaded
        if not loaded:
            raise UserError("no_network")
        if name is not None and name not in loaded:
            raise UserError("network_unknown", name=name[:40], known=", ".join(loaded))
        return loaded[name] if name else next(iter(loaded.values()))

    def _answer(self, photo: Photo, name: str | None, cache: Cache) -> tuple[Network, Answer]:
        network = self.network(name)
        stack, logits_at = network.logits_stage()
        trace = run(photo, stack, LARGEST, "keep", cache, bounds=self.bounds)
        return network, answer(network, require(trace, logits_at).maps.reshape(-1).tolist())

    def _plane(self, scene: Scene, stage: int, channel: int) -> Array:
        trace = self._until(scene, stage)
        plane: Array = check_place(trace, Place(stage, channel, 0, 0)).maps[channel]
        return plane

    def _shaded(self, scene: Scene, stage: int, shade: Shade) -> Trace:
        return self.trace(scene) if shade.needs_whole_stack else self._until(scene, stage)

    def _until(self, scene: Scene, stage: int, cancelled: Callable[[], bool] = lambda: False) -> Trace:
        """The trace up to a stage; the layers behind it are neither run nor checked."""
        stack = self.parse(scene.stack)
        kept = max(
            stage, 1 if reads_whole_photo(stack) else 0
        )  # what stage 0 holds depends on a leading resize
        if 0 <= stage <= len(stack.layers):
            stack = Stack(stack.layers[:kept])
        return self._run(self.photos(scene.image), stack, scene, cancelled)

    def _run(self, photo: Photo, stack: Stack, scene: Scene, cancelled: Callable[[], bool]) -> Trace:
        return run(photo, stack, scene.size, scene.fit, self.traces, cancelled, self.bounds)

    def _key(self, trace: Trace, scene: Scene, stage: int) -> tuple[Hashable, ...]:
        """What a stage's maps are a function of."""
        whole = reads_whole_photo(trace.stack)
        return (self.photos(scene.image).key, whole or (scene.size, scene.fit), trace.stack.prefix(stage))


def _label(trace: Trace, stage: int, photo: str) -> str:
    layer = trace.layer(stage)
    return f"{stage} {layer.text if layer else photo}"


def looks_like_photo(stack: Stack, stage: int) -> bool:
    """Whether every layer up to a stage keeps the photo's look."""
    return all(layer.keeps_photo for layer in stack.layers[:stage])


def scale_of(trace: Trace, stage: int, channel: int, shade: Shade) -> Scale:
    """The colour scale of one map: its range by scope, its colours by sign and by likeness to a photo."""
    if shade.scope not in SCOPES:
        raise UserError("unknown_scope", value=shade.scope, choices=", ".join(SCOPES))
    numbers = trace.stages[stage].statistics
    low, high = numbers.ranges[channel] if shade.scope == "map" else (numbers.min, numbers.max)
    if shade.scope == "stack":
        low, high = stack_range(trace) if shade.low is None or shade.high is None else (shade.low, shade.high)
    if shade.colors == "auto" and numbers.min >= 0 and looks_like_photo(trace.stack, stage):
        return choose_scale(low, high, "gray")
    for colors in ("auto", "gray", "sequential", "diverging"):
        if colors == shade.colors:
            return choose_scale(low, high, colors)
    raise UserError("unknown_colors", value=shade.colors, choices=", ".join(COLORS))


def stack_range(trace: Trace) -> tuple[float, float]:
    """The smallest and largest value of all stages behind the input."""
    stages = trace.stages[1:] or trace.stages
    return min(s.statistics.min for s in stages), max(s.statistics.max for s in stages)
