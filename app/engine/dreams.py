"""The shipped pictures that the units of a network answer to most: one sheet a layer, tied to the weights.

A file `x.dreams.zip` beside the weights `x.safetensors`, made by `python -m models.dreams`: `index.json` with the
weights' checksum and the activations reached, and one WebP sheet a layer.
"""

from __future__ import annotations

import json
import logging
import threading
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.engine.network import Network

_log = logging.getLogger(__name__)
INDEX, FORMAT = "index.json", 1
LARGEST_SHEET = 2_000_000  # bytes: nothing of ours comes near


@dataclass(frozen=True)
class Sheet:
    """The pictures of one stage's units, `columns` to a line, each of (rows, cols) cells.

    A picture fills the part of what the network reads that `field` (rows, cols) tells, enlarged where it is
    smaller; `reached` is what each unit answers to the picture as it is stored, before its activation.
    """

    stage: int
    rows: int
    cols: int
    columns: int
    field: tuple[int, int]
    reached: tuple[float, ...]
    webp: bytes

    @property
    def lines(self) -> int:
        """How many lines of pictures the sheet has."""
        return -(-len(self.reached) // self.columns)

    def corner(self, unit: int) -> tuple[int, int]:
        """The first row and column of a unit's picture on the sheet."""
        line, column = divmod(unit, self.columns)
        return line * self.rows, column * self.cols


@dataclass(frozen=True)
class Dreams:
    """All sheets of a network by stage; the stage of the logits is one of them."""

    sheets: Mapping[int, Sheet]
    steps: int
    seed: int


class DreamShelf:
    """The pictures of a folder's networks, each file read once, when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._read: dict[str, Dreams | None] = {}

    def __call__(self, network: Network) -> Dreams | None:
        """What was drawn for these weights; nothing for an uploaded network."""
        if not network.calibrated:
            return None
        with self._lock:
            if network.sha256 not in self._read:
                self._read[network.sha256] = load_dreams(dreams_path(self._folder, network.name), network)
            return self._read[network.sha256]


def dreams_path(folder: Path, network: str) -> Path:
    """Where a network's pictures are shipped."""
    return folder / f"{network}.dreams.zip"


def load_dreams(path: Path, network: Network) -> Dreams | None:
    """The pictures that belong to these very weights; None, with a line in the log, where there are none."""
    try:
        with zipfile.ZipFile(path) as archive:
            index = json.loads(archive.read(INDEX))
            if index["format"] != FORMAT or index["weights_sha256"] != network.sha256:
                _log.warning("%s was made for other weights: run python -m models.dreams", path.name)
                return None
            sheets = [_sheet(archive, told) for told in index["sheets"]]
            return Dreams({sheet.stage: sheet for sheet in sheets}, index["steps"], index["seed"])
    except FileNotFoundError:
        return None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as fault:
        _log.warning("%s cannot be read: %r", path.name, fault)
        return None


def save_dreams(path: Path, network: Network, steps: int, seed: int, sheets: Sequence[Sheet]) -> None:
    """Write the file; the same pictures give the same bytes."""
    told = [
        {
            "stage": sheet.stage,
            "rows": sheet.rows,
            "cols": sheet.cols,
            "columns": sheet.columns,
            "field": list(sheet.field),
            "reached": [round(value, 3) for value in sheet.reached],
        }
        for sheet in sheets
    ]
    index = {
        "format": FORMAT,
        "network": network.name,
        "weights_sha256": network.sha256,
        "steps": steps,
        "seed": seed,
        "sheets": told,
    }
    with zipfile.ZipFile(path, "w") as archive:  # entries without a date, stored as they are
        archive.writestr(zipfile.ZipInfo(INDEX), json.dumps(index, separators=(",", ":")))
        for sheet in sheets:
            archive.writestr(zipfile.ZipInfo(_entry(sheet.stage)), sheet.webp)


def _entry(stage: int) -> str:
    return f"{stage}.webp"


def _sheet(archive: zipfile.ZipFile, told: Mapping[str, Any]) -> Sheet:
    entry = archive.getinfo(_entry(int(told["stage"])))
    if entry.file_size > LARGEST_SHEET:
        raise ValueError(f"{entry.filename} has {entry.file_size} bytes")
    return Sheet(
        stage=int(told["stage"]),
        rows=int(told["rows"]),
        cols=int(told["cols"]),
        columns=int(told["columns"]),
        field=(int(told["field"][0]), int(told["field"][1])),
        reached=tuple(float(value) for value in told["reached"]),
        webp=archive.read(entry),
    )
