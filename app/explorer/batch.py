"""The use case of several pictures at once: read each as the network does, stack them, answer for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.errors import UserError
from app.engine.attribution.chain import chain_of, read_stage
from app.engine.batch import BatchRun, run_batch
from app.engine.changes import CHANGES
from app.engine.network import Answer, Network, answer
from app.engine.reading import LARGEST
from app.engine.trace import Photo, require, run
from app.explorer.explorer import Cache, Explorer
from app.layers.base import Array, shape_of
from app.rendering.maps import rgb_png

MOST = 16  # pictures of a batch


@dataclass(frozen=True)
class Answered:
    """A batch, the network that it went through, and an answer for each of its pictures."""

    network: Network
    batch: BatchRun
    answers: tuple[Answer, ...]


def read_picture(explorer: Explorer, photo: Photo, network: Network, change: str, cache: Cache) -> Array:
    """A photo as the network reads it (C, rows, cols), changed.

    Raises
    ------
    UserError
        `change_unknown`.
    """
    if change not in CHANGES:
        raise UserError("change_unknown", value=change[:40], known=", ".join(CHANGES))
    stack, first = read_stage(network)
    trace = run(photo, stack, LARGEST, "keep", cache, bounds=explorer.bounds)
    changed: Array = np.ascontiguousarray(CHANGES[change](require(trace, first).maps), dtype=np.float32)
    return changed


def answer_batch(explorer: Explorer, pictures: Sequence[Array], network: Network) -> Answered:
    """What a network says of pictures that it has read, all run together.

    Raises
    ------
    UserError
        `batch_size` for none or more than 16, `batch_shapes` when they differ in size, `batch_too_large`.
    """
    if not 1 <= len(pictures) <= MOST:
        raise UserError("batch_size", count=len(pictures), limit=MOST)
    shapes = {shape_of(picture) for picture in pictures}
    if len(shapes) > 1:
        raise UserError("batch_shapes", shapes=", ".join(" × ".join(map(str, s)) for s in sorted(shapes)))
    found = run_batch(chain_of(network, shapes.pop()), np.stack(pictures))
    return Answered(network, found, tuple(answer(network, row.tolist()) for row in found.logits))


def picture_png(explorer: Explorer, image: str, change: str, name: str | None = None) -> bytes:
    """A photo as the network reads it, changed, as PNG."""
    photo, network = explorer.photo(image), explorer.network(name)
    key = ("read", photo.key, network.sha256, change)
    return explorer.pictures.get_or_make(
        key, lambda: rgb_png(read_picture(explorer, photo, network, change, explorer.traces))
    )
