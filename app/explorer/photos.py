"""Pictures as the engine reads them: pixels are fetched only when no cache holds what was made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.store.sources import SourceCard, Sources


@dataclass(frozen=True)
class SourcePhoto:
    """A picture that has an address."""

    sources: Sources
    card: SourceCard

    @property
    def key(self) -> str:
        return self.card.key

    @property
    def shape(self) -> tuple[int, int]:
        return self.card.height, self.card.width

    def pixels(self) -> NDArray[np.float32]:
        """(3, H, W), 0..1 except in grids."""
        return self.sources.read(self.card.key).pixels


@dataclass(frozen=True, eq=False)
class LoosePhoto:
    """A decoded picture (row, column, channel), uint8, that stands in no store and under no address."""

    decoded: NDArray[np.uint8]
    key: str = ""

    @property
    def shape(self) -> tuple[int, int]:
        rows, cols, _ = self.decoded.shape
        return rows, cols

    def pixels(self) -> NDArray[np.float32]:
        """(3, H, W), 0..1."""
        return np.asarray(np.ascontiguousarray(self.decoded.transpose(2, 0, 1)) / np.float32(255), np.float32)
