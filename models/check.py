"""Checks a network while it learns: its accuracy on whole pictures, and its batch-norm statistics made anew."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

from models.augment import normalize
from models.data import Pictures, Pool, held_out_rows, squeeze
from models.net import Network

Checks = dict[str, tuple[Pictures, np.ndarray]]


def checks_of(splits: dict[str, Pictures]) -> Checks:
    """Return the sets that every epoch is measured on: validation, and the sources kept aside."""
    return {
        "val": (splits["val"], np.arange(len(splits["val"]))),
        "held out": (splits["varied"], held_out_rows(splits["varied"])),
    }


def scores_of(net: nn.Module, checks: Checks, side: int) -> dict[str, float]:
    """Return the accuracy on each set."""
    return {
        name: accuracy(predict(net, pictures.images, rows, side), pictures.labels[rows])
        for name, (pictures, rows) in checks.items()
    }


@torch.no_grad()
def predict(net: nn.Module, images: np.ndarray, rows: np.ndarray, side: int) -> Tensor:
    """Return the logits (N, 3) of whole pictures, squeezed to `side` as in serving."""
    net.eval()
    return torch.cat(
        [net(whole(images[rows[i : i + 100]], side, device_of(net))).cpu() for i in range(0, len(rows), 100)]
    )


def accuracy(logits: Tensor, labels: np.ndarray) -> float:
    """Return the share of pictures whose larger one of the cat and dog logits is right."""
    return float((logits[:, :2].argmax(dim=1).numpy() == labels).mean())


@torch.no_grad()
def renew_statistics(net: Network, pool: Pool, side: int, most: int = 60) -> None:
    """Set the batch-norm statistics anew to the mean over whole training pictures at the served side."""
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the batches
    net.train()
    for number in range(min(most, math.ceil(len(pool) / 64))):
        net(whole(pool.pictures(pool.chosen(number, 64)), side, device_of(net)))
    for norm in norms:
        norm.momentum = 0.1
    net.eval()


def whole(pictures: np.ndarray, side: int, device: torch.device) -> Tensor:
    """Return whole pictures as the network reads them: (N, 3, side, side), channels last."""
    pixels = np.stack([squeeze(picture, side) for picture in pictures])
    x = normalize(torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2))
    return x.contiguous(memory_format=torch.channels_last)


def device_of(net: nn.Module) -> torch.device:
    """Return where a network's weights are."""
    return next(net.parameters()).device
