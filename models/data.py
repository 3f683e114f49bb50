"""Reads the picture archives into uint8 memory maps and deals them out in batches set by the step alone."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

LABELS = ("cat", "dog", "other")
STORED = 128  # side of the training pictures as packed
HELD_OUT_SOURCES = (
    "petstagram",
    "coursework-web-h",
)  # part of `varied`, kept for choosing: a sibling of test_web
THINNED_SOURCE = "afhq-cat"  # tight faces, cats only: every other picture is used
OTHER_HELD_OUT = 10  # every tenth `other` picture is kept for the threshold


@dataclass(frozen=True)
class Pictures:
    """Pictures (N, side, side, 3) uint8 RGB with member names, labels, sources, teacher's dog logit (NaN: none)."""

    names: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    sources: np.ndarray
    teacher: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def decode(data: bytes) -> np.ndarray:
    """Return an encoded picture as uint8 (row, column, RGB), turned upright."""
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"), dtype=np.uint8)


def squeeze(picture: np.ndarray, side: int) -> np.ndarray:
    """Squeeze uint8 (row, column, 3) to float32 (side, side, 3) in 0..1, as serving's leading resize does.

    Each axis by itself: area filter where it shrinks, bilinear where it grows.
    """
    pixels = picture.astype(np.float32) / 255.0
    rows, cols = pixels.shape[:2]
    if rows != side:
        pixels = cv2.resize(
            pixels, (cols, side), interpolation=cv2.INTER_AREA if rows > side else cv2.INTER_LINEAR
        )
    if cols != side:
        pixels = cv2.resize(
            pixels, (side, side), interpolation=cv2.INTER_AREA if cols > side else cv2.INTER_LINEAR
        )
    return pixels


def archive_members(path: Path) -> list[tuple[str, bytes]]:
    """Return (member name, bytes) of every picture of an archive, in its order."""
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist() if not name.endswith("/")]


def read_sources(data: Path, split: str) -> dict[str, str]:
    """Return member name -> source of a split, from manifest.csv.gz (empty where there is none)."""
    path = data / "manifest.csv.gz"
    if not path.exists():
        return {}
    with gzip.open(path, "rt", newline="") as file:
        return {
            row["file"]: row["source"].split("/")[0] for row in csv.DictReader(file) if row["split"] == split
        }


def read_targets(path: Path | None, split: str) -> dict[str, float]:
    """Return member name -> teacher's dog logit of a split, from targets.csv."""
    if path is None:
        return {}
    with path.open(newline="") as file:
        return {row["file"]: float(row["logit_dog"]) for row in csv.DictReader(file) if row["split"] == split}


def load_split(data: Path, split: str, cache: Path, targets: Path | None = None) -> Pictures:
    """Load a split of packed pictures; the decoded pixels stay in cache/split.npy, mapped into memory."""
    members = archive_members(data / f"{split}.zip")
    names = [name for name, _ in members]
    pixels_path = cache / f"{split}.npy"
    if not pixels_path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = pixels_path.with_suffix(".partial")
        shape = (len(members), STORED, STORED, 3)
        pixels = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=shape)
        for index, (_, encoded) in enumerate(members):
            pixels[index] = to_bytes(squeeze(decode(encoded), STORED))
        pixels.flush()
        partial.rename(pixels_path)
    images = np.load(pixels_path, mmap_mode="r")
    if len(images) != len(names):
        raise ValueError(f"{pixels_path} holds {len(images)} pictures, the archive {len(names)}: delete it")
    sources, logits = read_sources(data, split), read_targets(targets, split)
    return Pictures(
        names=np.array(names),
        images=images,
        labels=np.array([LABELS.index(name.split("/")[0]) for name in names], dtype=np.int64),
        sources=np.array([sources.get(name, split) for name in names]),
        teacher=np.array([logits.get(name, np.nan) for name in names], dtype=np.float32),
    )


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """Round 0..1 pixels to uint8."""
    return np.clip(np.rint(pixels * 255.0), 0, 255).astype(np.uint8)


class Pool:
    """Training pictures dealt out in shuffled rounds; what a step gets depends on (seed, step) alone."""

    def __init__(self, parts: list[tuple[Pictures, np.ndarray]], seed: int) -> None:
        self._parts = [pictures.images for pictures, _ in parts]
        self._where = np.concatenate(
            [np.stack([np.full(len(kept), part), kept], axis=1) for part, (_, kept) in enumerate(parts)]
        )
        self.labels = np.concatenate([pictures.labels[kept] for pictures, kept in parts])
        self.teacher = np.concatenate([pictures.teacher[kept] for pictures, kept in parts])
        self._seed = seed
        self._rounds: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def nbytes(self) -> int:
        """Bytes of the pictures, decoded."""
        return sum(
            self._parts[part][0].nbytes * int(n) for part, n in enumerate(np.bincount(self._where[:, 0]))
        )

    def _round(self, number: int) -> np.ndarray:
        if number not in self._rounds:
            self._rounds = {n: order for n, order in self._rounds.items() if n >= number - 1}
            self._rounds[number] = np.random.default_rng((self._seed, number)).permutation(len(self))
        return self._rounds[number]

    def chosen(self, step: int, count: int) -> np.ndarray:
        """Return the indices of the pictures that a step gets."""
        positions = range(step * count, (step + 1) * count)
        return np.array([self._round(p // len(self))[p % len(self)] for p in positions], dtype=np.int64)

    def pictures(self, indices: np.ndarray) -> np.ndarray:
        """Return the pictures (N, side, side, 3) uint8 of these indices."""
        return np.stack([self._parts[part][row] for part, row in self._where[indices]])


def training_rows(pictures: Pictures) -> np.ndarray:
    """Return the rows that may be trained on: no held-out source, every other one of the thinned."""
    rows = np.arange(len(pictures))
    held_out = np.isin(pictures.sources, HELD_OUT_SOURCES)
    thinned = (pictures.sources == THINNED_SOURCE) & (rows % 2 == 1)
    return rows[~held_out & ~thinned]


def held_out_rows(pictures: Pictures) -> np.ndarray:
    """Return the rows of `varied` from the held-out sources."""
    return np.flatnonzero(np.isin(pictures.sources, HELD_OUT_SOURCES))
