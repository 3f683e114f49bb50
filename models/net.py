"""The network: a plain chain of 3x3 convolutions whose kernels are sums of branches while it learns."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

CHAIN = "32s 64s 96s 128 128 128 128 192s 256 256"
OUTPUTS = ("cat", "dog", "other")


@dataclass(frozen=True)
class Step:
    """One convolution of the chain: output channels and stride."""

    channels: int
    stride: int


def parse_chain(text: str) -> tuple[Step, ...]:
    """Read `32s 64 ...`: output channels of each 3x3 convolution, `s` for stride 2."""
    return tuple(Step(int(word.rstrip("s")), 2 if word.endswith("s") else 1) for word in text.split())


class Block(nn.Module):
    """Convolution, batch norm, ReLU; its kernel is w3 + pad(w1) + scale * identity.

    After RepVGG (Ding et al. 2021), but the branches are summed BEFORE the convolution, with one batch norm
    behind it: they cost nothing per picture and fold exactly.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.w3 = nn.Parameter(torch.randn(outputs, inputs, 3, 3) * (2.0 / (9 * inputs)) ** 0.5)
        self.w1 = nn.Parameter(torch.randn(outputs, inputs, 1, 1) * (0.2 / inputs) ** 0.5)
        self.scale = nn.Parameter(torch.full((outputs,), 0.5)) if inputs == outputs else None
        self.norm = nn.BatchNorm2d(outputs)

    def kernel(self) -> Tensor:
        """Return the effective kernel (O, I, 3, 3)."""
        centre = self.w1
        if self.scale is not None:
            centre = centre + torch.diag(self.scale)[:, :, None, None]
        return self.w3 + functional.pad(centre, (1, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, I, row, column) to (N, O, row / stride, column / stride)."""
        x = functional.conv2d(x, self.kernel(), stride=self.stride, padding=1)
        return functional.relu(self.norm(x), inplace=True)

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return kernel and bias of the one convolution that does the same in evaluation."""
        deviation = torch.sqrt(self.norm.running_var.double() + self.norm.eps)
        gain = self.norm.weight.double() / deviation
        weight = self.kernel().double() * gain[:, None, None, None]
        bias = self.norm.bias.double() - self.norm.running_mean.double() * gain
        return weight.float().detach(), bias.float().detach()


class Network(nn.Module):
    """The chain, global average pool, and a dense layer to the logits of cat, dog and other."""

    def __init__(self, chain: str = CHAIN, outputs: int = len(OUTPUTS)) -> None:
        super().__init__()
        self.chain = parse_chain(chain)
        widths = [3, *(step.channels for step in self.chain)]
        self.blocks = nn.ModuleList(
            Block(before, step.channels, step.stride)
            for before, step in zip(widths, self.chain, strict=False)
        )
        self.fc = nn.Linear(widths[-1], outputs)
        nn.init.normal_(self.fc.weight, std=0.01)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map normalised pictures (N, 3, row, column) to logits (N, 3)."""
        for block in self.blocks:
            x = block(x)
        return self.fc(x.mean(dim=(2, 3)))

    def folded(self) -> dict[str, Tensor]:
        """Return the served tensors: c1.weight, c1.bias, ..., fc.weight, fc.bias (float32)."""
        tensors: dict[str, Tensor] = {}
        for number, block in enumerate(self.blocks, start=1):
            tensors[f"c{number}.weight"], tensors[f"c{number}.bias"] = block.folded()
        tensors["fc.weight"], tensors["fc.bias"] = (
            self.fc.weight.detach().clone(),
            self.fc.bias.detach().clone(),
        )
        return tensors


def folded_logits(tensors: dict[str, Tensor], chain: tuple[Step, ...], x: Tensor) -> Tensor:
    """Run the served form, convolution + bias + ReLU, on normalised pictures: logits (N, 3)."""
    for number, step in enumerate(chain, start=1):
        weight, bias = tensors[f"c{number}.weight"], tensors[f"c{number}.bias"]
        x = functional.relu(functional.conv2d(x, weight, bias, stride=step.stride, padding=1))
    return functional.linear(x.mean(dim=(2, 3)), tensors["fc.weight"], tensors["fc.bias"])


def parameter_count(tensors: dict[str, Tensor]) -> int:
    """Return how many numbers the served network holds."""
    return sum(tensor.numel() for tensor in tensors.values())
