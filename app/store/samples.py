"""The pictures that ship with the product, with their authors and licences."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

import numpy as np
from PIL import Image

from app.domain.errors import UserError
from app.store.shrink import Pixels

Kind = Literal["cat", "dog", "both", "neither"]

_FOLDER = Path(__file__).with_name("sample_pictures")


@dataclass(frozen=True)
class Sample:
    """A sample picture: what it is called in addresses, what is on it, and whom to thank for it."""

    name: str
    title: str
    author: str
    licence: str
    source: str
    width: int
    height: int
    kind: Kind


def _listed() -> tuple[Sample, ...]:
    with (_FOLDER / "licences.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Sample(
                name=row["file"].removesuffix(".jpg"),
                title=row["title"],
                author=row["author"],
                licence=row["licence"],
                source=row["where it comes from"],
                width=int(row["size"].split("x")[0]),
                height=int(row["size"].split("x")[1]),
                kind=cast(Kind, row["kind"]),
            )
            for row in csv.DictReader(file)
        )


SAMPLES = _listed()
_BY_NAME = {sample.name: sample for sample in SAMPLES}


def find_sample(name: str) -> Sample | None:
    """The sample of this name, or None."""
    return _BY_NAME.get(name)


@cache  # a dozen pictures of about a megabyte
def read_sample(name: str) -> Pixels:
    """Pixels of a sample, uint8 (row, column, channel), read-only; `image_unknown` for any other name."""
    if name not in _BY_NAME:
        raise UserError("image_unknown", image=name[:40], nearest="")
    with Image.open(_FOLDER / f"{name}.jpg", formats=["JPEG"]) as image:
        pixels = np.array(image.convert("RGB"))
    pixels.flags.writeable = False
    return pixels
