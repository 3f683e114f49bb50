"""Goes on from released weights: the folded chain becomes a network with batch norm again, which computes the same."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as functional
from torch import Tensor

from models.check import device_of, whole
from models.data import Pool
from models.net import Network

BATCHES = 10  # of 64 pictures, for the statistics
KERNEL_SIZE = 0.08  # root of the mean square of a kernel's numbers: how fast AdamW turns it hangs on its size


@torch.no_grad()
def unfold(net: Network, tensors: Mapping[str, Tensor], pool: Pool, side: int) -> None:
    """Set `net` so that it gives the logits of the folded `tensors` in evaluation, and is ready to learn.

    Kernels are scaled to one size, which batch norm undoes; its statistics are measured on pictures of `pool`.
    The branches begin at zero.
    """
    maps = [whole(pool.pictures(pool.chosen(number, 64)), side, device_of(net)) for number in range(BATCHES)]
    for number, block in enumerate(net.blocks, start=1):
        weight, bias = tensors[f"c{number}.weight"].to(maps[0]), tensors[f"c{number}.bias"].to(maps[0])
        before = [functional.conv2d(x, weight, stride=block.stride, padding=1) for x in maps]
        mean = torch.stack([x.mean(dim=(0, 2, 3)) for x in before]).mean(dim=0)
        square = torch.stack([x.square().mean(dim=(0, 2, 3)) for x in before]).mean(dim=0)
        gain = KERNEL_SIZE / weight.square().mean(dim=(1, 2, 3)).sqrt().clamp(min=1e-6)
        variance = (square - mean.square()).clamp(min=0.0) * gain.square()

        block.w3.copy_(weight * gain[:, None, None, None])
        block.w1.zero_()
        if block.scale is not None:
            block.scale.zero_()
        block.norm.running_mean.copy_(mean * gain)
        block.norm.running_var.copy_(variance)
        block.norm.weight.copy_((variance + block.norm.eps).sqrt() / gain)
        block.norm.bias.copy_(bias + mean)
        maps = [functional.relu(x + bias[:, None, None]) for x in before]
    net.fc.weight.copy_(tensors["fc.weight"])
    net.fc.bias.copy_(tensors["fc.bias"])
