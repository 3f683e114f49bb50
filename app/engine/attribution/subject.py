"""What a method is given and what it gives: a chain, a picture and a target; a map and its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.compute.threads import load_torch
from app.engine.attribution.chain import Chain
from app.engine.trace import Cancelled
from app.layers.base import Array

if TYPE_CHECKING:
    from torch import Tensor

Plane = NDArray[np.float32]  # (rows, cols)


def never() -> bool:
    """Whoever asked stays until the answer is there."""
    return False


@dataclass(frozen=True)
class Settings:
    """What the methods can be told; each uses the settings that it declares, and None leaves it the choice."""

    layer: int | None = None
    size: int | None = None
    step: int | None = None
    stage: int = 0
    channel: int = 0
    row: int = 0
    column: int = 0
    samples: int | None = None
    noise: float | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Subject:
    """A picture (C, rows, cols) before a network, and the logit that is asked about."""

    chain: Chain
    picture: Array
    target: int
    cancelled: Callable[[], bool] = never

    def tensor(self) -> Tensor:
        """The picture as a batch of one."""
        found: Tensor = load_torch().from_numpy(np.array(self.picture, dtype=np.float32))[None]
        return found

    def logits(self, pictures: Iterable[Array]) -> NDArray[np.float32]:
        """The logits (pictures, outputs), computed batch by batch."""
        torch = load_torch()
        found = []
        with torch.inference_mode():
            for batch in self._batches(pictures):
                batch = batch.contiguous(memory_format=torch.channels_last)  # a fifth faster one way
                found.append(self.chain.logits(batch).numpy())
        logits: NDArray[np.float32] = np.concatenate(found)
        return logits

    def gradients(self, pictures: Iterable[Array]) -> Iterator[NDArray[np.float32]]:
        """The gradient (C, rows, cols) of the target's logit at every picture."""
        torch = load_torch()
        for batch in self._batches(pictures):
            batch.requires_grad_()
            score = self.chain.logits(batch)[:, self.target].sum()
            yield from torch.autograd.grad(score, batch)[0].numpy()

    def probabilities(self, pictures: Iterable[Array]) -> NDArray[np.float64]:
        """The target's share in the softmax of all outputs."""
        logits = self.logits(pictures).astype(np.float64)
        powers = np.exp(logits - logits.max(1, keepdims=True))
        shares: NDArray[np.float64] = powers[:, self.target] / powers.sum(1)
        return shares

    def _batches(self, pictures: Iterable[Array]) -> Iterator[Tensor]:
        waiting, torch = iter(pictures), load_torch()
        while batch := list(islice(waiting, self.chain.batch)):
            if self.cancelled():
                raise Cancelled
            yield torch.from_numpy(np.stack(batch).astype(np.float32, copy=False))


@dataclass(frozen=True)
class Attribution:
    """A map (rows, cols) over the picture, and what else the method found.

    `channels` is the map before its channels were summed up, where it has some; `details` are plain data.
    """

    map: Plane
    details: Mapping[str, Any] = field(default_factory=dict)
    channels: Array | None = None

    @property
    def nbytes(self) -> int:
        return self.map.nbytes + (self.channels.nbytes if self.channels is not None else 0) + 4096
