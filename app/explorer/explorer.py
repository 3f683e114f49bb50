"""The use cases: trace a photo, draw a map, open a cell, label a picture. Orchestration only."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError
from app.engine.cells import Place, StageBox, boxes, check_place, explain
from app.engine.network import Answer, Network, Networks, TensorsWhenAsked, answer, no_own_network
from app.engine.probe import Change, probe
from app.engine.reading import LARGEST
from app.engine.trace import Bounds, Photo, Stage, Trace, reads_whole_photo, require, run
from app.explorer.photos import SourcePhoto
from app.explorer.scene import Scene, Shade, scale_of
from app.layers.base import Tensors
from app.layers.explanation import Explanation
from app.layers.registry import parse_stack
from app.layers.stack import Stack
from app.rendering.maps import atlas_png, map_png, rgb_png, thumbnail, thumbnail_step, to_rgb8
from app.rendering.overlay import overlay_png
from app.rendering.overlay_svg import StageBox as DrawnBox
from app.rendering.overlay_svg import overlay_svg
from app.rendering.tables import csv_bytes, npy_bytes
from app.store.sources import Sources

Array = NDArray[np.float32]
Made = TypeVar("Made")
Decimal = Literal[".", ","]
Asked = Callable[[], bool]


def never() -> bool:
    """The caller stays until the answer is there."""
    return False


class Cache(Protocol):
    """A byte-bounded cache that may forget anything at any time."""

    def get_or_make(self, key: Hashable, make: Callable[[], Made]) -> Made: ...


class NoCache:
    """Keeps nothing: for pictures that are looked at once and never stored."""

    def get_or_make(self, key: Hashable, make: Callable[[], Made]) -> Made:
        return make()


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

    sources: Sources
    networks: Callable[[], Networks]
    traces: Cache
    pictures: Cache
    bounds: Bounds = field(default_factory=Bounds)
    own: Callable[[str], Network | None] = no_own_network

    def photo(self, image: str) -> SourcePhoto:
        """The picture at an address; its pixels are not read yet."""
        return SourcePhoto(self.sources, self.sources.describe(image))

    @property
    def tensors(self) -> Tensors:
        """Where a line's tensors are found; only a line that names one has the networks read."""
        return TensorsWhenAsked(self.networks, self.own)

    def parse(self, text: str) -> Stack:
        """Read a stack's line."""
        return parse_stack(text, self.tensors)

    def trace(self, scene: Scene, cancelled: Asked = never) -> Trace:
        """The stages of a scene, and the refusal that ended them, if any."""
        return self._run(self.photo(scene.image), self.parse(scene.stack), scene, cancelled)

    def stage(self, scene: Scene, stage: int, cancelled: Asked = never) -> Stage:
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

    def map_picture(
        self, scene: Scene, stage: int, channel: int, shade: Shade, side: int | None = None
    ) -> bytes:
        """One map as PNG, one pixel a cell; with `side` only one cell in n, for at most `side` a side."""
        trace = self._shaded(scene, stage, shade)
        found = check_place(trace, Place(stage, channel, 0, 0))
        scale = scale_of(trace, stage, channel, shade)
        plane = found.maps[channel]
        key = ("map", *self._key(trace, scene, stage), channel, scale, side)
        return self.pictures.get_or_make(
            key, lambda: map_png(thumbnail(plane, side) if side else plane, scale)
        )

    def atlas_picture(self, scene: Scene, stage: int, shade: Shade, side: int | None = None) -> bytes:
        """All maps of a stage on one sheet; with `side` only every n-th cell, for at most `side` a side."""
        trace = self._shaded(scene, stage, shade)
        found = require(trace, stage)
        scales = tuple(scale_of(trace, stage, channel, shade) for channel in range(found.shape[0]))
        step = thumbnail_step(*found.shape[1:], side) if side else 1
        key = ("atlas", *self._key(trace, scene, stage), scales, step)
        return self.pictures.get_or_make(key, lambda: atlas_png(found.maps[:, ::step, ::step], scales))

    def input_picture(self, scene: Scene) -> bytes:
        """The cells that the stack reads, in colour."""
        trace = self._until(scene, 0)
        key = ("input", *self._key(trace, scene, 0))
        return self.pictures.get_or_make(key, lambda: rgb_png(trace.stages[0].maps))

    def photo_picture(self, image: str) -> bytes:
        """The whole photo as it is stored."""
        photo = self.photo(image)
        return self.pictures.get_or_make(("photo", photo.key), lambda: rgb_png(photo.pixels()))

    def open_cell(self, scene: Scene, place: Place, cancelled: Asked = never) -> OpenCell:
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
        return self._answer(self.photo(image), name, self.traces)

    def classify_once(self, photo: Photo, name: str | None = None) -> tuple[Network, Answer]:
        """The same for a photo that is not in the store and leaves nothing behind."""
        return self._answer(photo, name, NoCache())

    def network(self, name: str | None = None) -> Network:
        """A network by name, shipped or uploaded, or the first shipped one.

        Raises
        ------
        UserError
            `no_network`, `network_unknown`, or what `own` raises.
        """
        if name is not None and (own := self.own(name)):
            return own
        loaded = self.networks().loaded
        if not loaded:
            raise UserError("no_network")
        if name is not None and name not in loaded:
            raise UserError("network_unknown", name=name[:40], known=", ".join(loaded))
        return loaded[name] if name else next(iter(loaded.values()))

    def network_trace(self, image: str, name: str | None = None) -> tuple[Network, Trace]:
        """The stages of a network up to its logits, on a photo of the store."""
        network = self.network(name)
        return network, self._logits(self.photo(image), network, self.traces)

    def what_if(self, image: str, change: Change, name: str | None = None) -> tuple[Network, Answer]:
        """What a network would say of a photo under a change of the photo or of its maps and kernels."""
        network, trace = self.network_trace(image, name)
        return network, answer(network, probe(network, trace, change))

    def _answer(self, photo: Photo, name: str | None, cache: Cache) -> tuple[Network, Answer]:
        network = self.network(name)
        trace = self._logits(photo, network, cache)
        return network, answer(network, trace.stages[-1].maps.reshape(-1).tolist())

    def _logits(self, photo: Photo, network: Network, cache: Cache) -> Trace:
        stack, logits_at = network.logits_stage()
        trace = run(photo, stack, LARGEST, "keep", cache, bounds=self.bounds)
        require(trace, logits_at)
        return trace

    def _plane(self, scene: Scene, stage: int, channel: int) -> Array:
        trace = self._until(scene, stage)
        plane: Array = check_place(trace, Place(stage, channel, 0, 0)).maps[channel]
        return plane

    def _shaded(self, scene: Scene, stage: int, shade: Shade) -> Trace:
        return self.trace(scene) if shade.needs_whole_stack else self._until(scene, stage)

    def _until(self, scene: Scene, stage: int, cancelled: Asked = never) -> Trace:
        """The trace up to a stage; the layers behind it are neither run nor checked."""
        stack = self.parse(scene.stack)
        kept = max(
            stage, 1 if reads_whole_photo(stack) else 0
        )  # what stage 0 holds depends on a leading resize
        if 0 <= stage <= len(stack.layers):
            stack = Stack(stack.layers[:kept])
        return self._run(self.photo(scene.image), stack, scene, cancelled)

    def _run(self, photo: Photo, stack: Stack, scene: Scene, cancelled: Asked) -> Trace:
        return run(photo, stack, scene.size, scene.fit, self.traces, cancelled, self.bounds)

    def _key(self, trace: Trace, scene: Scene, stage: int) -> tuple[Hashable, ...]:
        """What a stage's maps are a function of."""
        whole = reads_whole_photo(trace.stack)
        return (self.photo(scene.image).key, whole or (scene.size, scene.fit), trace.stack.prefix(stage))


def _label(trace: Trace, stage: int, photo: str) -> str:
    layer = trace.layer(stage)
    return f"{stage} {layer.text if layer else photo}"
