"""Finds the picture that an address names: an upload, a sample, a pattern or a grid of numbers."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UserError
from app.domain.notation import MAX_CHARACTERS, Arg, Call, Matrix, Word, format_call, parse_call
from app.store.grids import grid
from app.store.patterns import DEFAULT_SIZE, check_pattern, pattern
from app.store.photos import PhotoStore, is_photo_name
from app.store.samples import SAMPLES, find_sample, read_sample

Origin = Literal["photo", "sample", "pattern", "grid"]


@dataclass(frozen=True)
class SourceCard:
    """What is known about a picture without its pixels; `key` is the one spelling of its address.

    `expires` is in seconds since 1970; None means that the address shows the same picture for ever.
    """

    key: str
    origin: Origin
    height: int
    width: int
    expires: float | None

    @property
    def exact(self) -> bool:
        """Whether its numbers are given and not measured: a grid's, taken unscaled."""
        return self.origin == "grid"


@dataclass(frozen=True, eq=False)
class Source:
    """A picture and its card.

    `stored` is what the store holds: uint8 (row, column, channel) of a photo or sample, float32 (3, row,
    column) of a pattern or grid. Read-only.
    """

    card: SourceCard
    stored: NDArray[np.uint8] | NDArray[np.float32]

    @property
    def key(self) -> str:
        """Canonical spelling of the address."""
        return self.card.key

    @property
    def pixels(self) -> NDArray[np.float32]:
        """float32 (3, row, column), 0..1 except in grids; made anew from bytes at every call."""
        if self.stored.dtype == np.uint8:
            planes: NDArray[np.uint8] = np.ascontiguousarray(self.stored.transpose(2, 0, 1), np.uint8)
            return np.asarray(planes / np.float32(255), np.float32)
        return self.stored.astype(np.float32, copy=False)


class Sources:
    """Every picture that can be asked for, by its address."""

    def __init__(self, photos: PhotoStore) -> None:
        self._photos = photos

    def read(self, image: str) -> Source:
        """The picture at an address; raises as `describe` does, and as `pattern` and `grid` do.

        The address is an upload's name, a sample's name, `pattern(circle,size=64)` or `grid([0,1;1,0])`.
        """
        card, array = self._found(image)
        if array is not None:
            return Source(card, array)
        return Source(card, self._photos.read(card.key) if card.origin == "photo" else self._made(card))

    def describe(self, image: str) -> SourceCard:
        """The card of the picture at an address, without reading a photo's pixels.

        Raises
        ------
        UserError
            `image_unknown`, `photo_unknown`, `photo_expired`, or what is wrong with a pattern or grid.
        """
        return self._found(image)[0]

    def _found(self, image: str) -> tuple[SourceCard, NDArray[np.float32] | None]:
        """The card, and the numbers where they are in the address itself."""
        if is_photo_name(image):
            photo = self._photos.describe(image)
            return SourceCard(image, "photo", photo.height, photo.width, photo.expires), None
        sample = find_sample(image)
        if sample is not None:
            return SourceCard(image, "sample", sample.height, sample.width, None), None
        if "(" not in image:
            raise _unknown(image)
        call = _parsed(image)
        if call.name == "pattern":
            kind, size = _pattern_arguments(call)
            return SourceCard(_pattern_key(kind, size), "pattern", size, size, None), None
        if call.name == "grid":
            matrices = _grid_arguments(call)
            numbers = grid(*(matrix.rows for matrix in matrices))
            key = format_call(Call("grid", tuple(Arg(None, matrix) for matrix in matrices)))
            return SourceCard(key, "grid", numbers.shape[1], numbers.shape[2], None), numbers
        raise _unknown(image)

    @staticmethod
    def _made(card: SourceCard) -> NDArray[np.uint8] | NDArray[np.float32]:
        if card.origin == "sample":
            return read_sample(card.key)
        return pattern(*_pattern_arguments(parse_call(card.key)))


def _parsed(image: str) -> Call:
    if len(image) > MAX_CHARACTERS:
        raise UserError("image_too_long", length=len(image), limit=MAX_CHARACTERS)
    if image.count("(") > 1:  # nothing nests here; the parser would follow any depth
        raise _unknown(image)
    return parse_call(image)


def _unknown(image: str) -> UserError:
    name = image[:40]
    nearest = difflib.get_close_matches(name, [sample.name for sample in SAMPLES], n=1, cutoff=0.5)
    return UserError("image_unknown", image=name, nearest=nearest[0] if nearest else SAMPLES[0].name)


def _pattern_arguments(call: Call) -> tuple[str, int]:
    """Kind and size; the size may stand second or be named."""
    kind = call.args[0].value if call.args else None
    sizes = call.args[1:]
    named_well = all(arg.name in (None, "size") for arg in sizes)
    if not isinstance(kind, Word) or call.args[0].name is not None or len(sizes) > 1 or not named_well:
        raise UserError("pattern_form")
    size = sizes[0].value if sizes else float(DEFAULT_SIZE)
    if not isinstance(size, float):
        raise UserError("pattern_form")
    check_pattern(kind, size)
    return str(kind), int(size)


def _pattern_key(kind: str, size: int) -> str:
    args = (Arg(None, Word(kind)), Arg("size", float(size)))
    return format_call(Call("pattern", args if size != DEFAULT_SIZE else args[:1]))


def _grid_arguments(call: Call) -> list[Matrix]:
    matrices = [arg.value for arg in call.args if isinstance(arg.value, Matrix) and arg.name is None]
    if len(matrices) != len(call.args):
        raise UserError("grid_form")
    return matrices
