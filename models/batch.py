"""Deals the training pictures out: what a step gets depends on the seed and the step alone, on any machine."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from models.data import OTHER_HELD_OUT, STORED, Pictures, Pool, training_rows
from models.generated import generated_pictures
from models.loss import OTHER
from models.place import Place

BATCH = {"main": 38, "varied": 18, "other": 6}  # pictures of each pool in a batch of 64 ...
GENERATED = 2  # ... and of these, drawn for the step
BATCH_SIZE = sum(BATCH.values()) + GENERATED


def make_pools(splits: dict[str, Pictures], seed: int) -> dict[str, Pool]:
    """Return the pools that batches are dealt from; nothing held out is in them."""
    others = np.arange(len(splits["other_train"]))
    main = [(splits[name], training_rows(splits[name])) for name in ("train", "extra")]
    return {
        "main": Pool(main, seed),
        "varied": Pool([(splits["varied"], training_rows(splits["varied"]))], seed + 1),
        "other": Pool([(splits["other_train"], others[others % OTHER_HELD_OUT != 0])], seed + 2),
    }


class Dealer:
    """Deals each process its share of a step's batch, on its device."""

    def __init__(self, pools: dict[str, Pool], seed: int, place: Place) -> None:
        self.pools, self.seed, self.place = pools, seed, place
        self._kept = self._upload() if place.fits(sum(pool.nbytes for pool in pools.values())) else {}

    def _upload(self) -> dict[str, Tensor]:
        """Put the pictures of all pools on the device."""
        return {
            name: torch.cat(
                [
                    torch.from_numpy(pool.pictures(rows)).to(self.place.device)
                    for rows in np.array_split(np.arange(len(pool)), max(1, len(pool) // 1000))
                ]
            )
            for name, pool in self.pools.items()
        }

    def deal(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return pictures (N, row, column, 3) uint8, labels and teacher logits of this process's share.

        The shares of all processes make up the batch that one process alone would get.
        """
        mine = slice(self.place.rank, None, self.place.ranks)
        images, labels, teacher = [], [], []
        for name, count in BATCH.items():
            pool = self.pools[name]
            indices = pool.chosen(step, count)[mine]
            images.append(self._pictures(name, indices))
            labels.append(pool.labels[indices])
            teacher.append(pool.teacher[indices])
        drawn = generated_pictures((self.seed, step), GENERATED, STORED)[mine]
        images.append(torch.from_numpy(drawn).to(self.place.device))
        labels.append(np.full(len(drawn), OTHER, dtype=np.int64))
        teacher.append(np.full(len(drawn), np.nan, dtype=np.float32))
        targets = (
            torch.from_numpy(np.concatenate(parts)).to(self.place.device) for parts in (labels, teacher)
        )
        return torch.cat(images), *targets

    def _pictures(self, name: str, indices: np.ndarray) -> Tensor:
        if name in self._kept:
            return self._kept[name][torch.from_numpy(indices).to(self.place.device)]
        return torch.from_numpy(self.pools[name].pictures(indices)).to(self.place.device)
