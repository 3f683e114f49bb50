"""Stacks to begin with: what a lesson starts from, and the shapes of two famous networks with random kernels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A stack by name; its title stands in the catalogue under `presets.<name>`."""

    name: str
    stack: str


def _bank(kernels: int, size: int, seed: int) -> str:
    """So many random kernels, summed over channels as a learned layer does."""
    drawn = ",".join(f"random(size={size},seed={seed + i})" for i in range(kernels))
    return f"conv({drawn},channels=sum)"


PRESETS = (
    Preset(
        "edges",
        "gray|conv(gaussian,padding=same,mode=reflect)|conv(sobel_x,sobel_y,padding=same,mode=reflect)|abs",
    ),
    Preset("subsample", "conv(gaussian,size=7,sigma=1.5,padding=same,mode=reflect)|avgpool(2)"),
    Preset(
        "orientations",
        "gray|conv(gabor(angle=0),gabor(angle=45),gabor(angle=90),gabor(angle=135))|relu|maxpool(2)",
    ),
    # LeCun et al. 1998, figure 2: 5x5, pool, 5x5, pool (kernels drawn, not learned)
    Preset("lenet", f"gray|{_bank(6, 5, 0)}|tanh|avgpool(2)|{_bank(16, 5, 10)}|tanh|avgpool(2)"),
    # the order of CNN Explainer's Tiny VGG: twice (3x3, relu, 3x3, relu, pool)
    Preset(
        "tiny_vgg",
        "|".join(f"{_bank(10, 3, 20 * i)}|relu|{_bank(10, 3, 20 * i + 10)}|relu|maxpool(2)" for i in (0, 1)),
    ),
)
