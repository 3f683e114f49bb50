"""Augments a batch as if other cameras had taken it: one resampling, then colour, blur, noise, JPEG, holes."""

from __future__ import annotations

import math

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

MEAN = (0.48, 0.45, 0.41)
STD = (0.26, 0.26, 0.26)


def normalize(pixels: Tensor) -> Tensor:
    """Normalise (N, 3, row, column) pixels in 0..1 by the network's mean and deviation."""
    return (pixels - pixels.new_tensor(MEAN).view(1, 3, 1, 1)) / pixels.new_tensor(STD).view(1, 3, 1, 1)


def augment(images: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Turn uint8 (N, row, column, 3) into augmented, normalised (N, 3, side, side), channels last.

    Pictures and generator are on one device; what is drawn depends on the generator's seed and its device.
    """
    pixels = images.permute(0, 3, 1, 2).float().div_(255.0)
    pixels = resample(pixels, side, generator)
    pixels = recolour(pixels, generator)
    pixels = degrade(pixels, generator)
    return cut_holes(normalize(pixels), generator).contiguous(memory_format=torch.channels_last)


def chance(shape: int | tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Return numbers drawn evenly from 0..1 on the generator's device."""
    return torch.rand(shape, generator=generator, device=generator.device)


def normal(shape: int | tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Return normal numbers on the generator's device."""
    return torch.randn(shape, generator=generator, device=generator.device)


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """Return `count` numbers drawn evenly from low..high."""
    return chance(count, generator) * (high - low) + low


def resample(pixels: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """Flip, zoom (35 to 170 % of the area), stretch and rotate: one bilinear step, mirrored borders."""
    count = len(pixels)
    extent = uniform(count, math.log(0.35), math.log(1.7), generator).div(2.0).exp()
    stretch = uniform(count, -0.2, 0.2, generator).exp()
    across, down = (extent * stretch).clamp(max=1.35), (extent / stretch).clamp(max=1.35)
    angle = (normal(count, generator) * 8.0).clamp(-25.0, 25.0) * (math.pi / 180.0)
    flip = torch.where(chance(count, generator) < 0.5, -1.0, 1.0)
    shift_across = uniform(count, -1.0, 1.0, generator) * (1.0 - across).abs()
    shift_down = uniform(count, -1.0, 1.0, generator) * (1.0 - down).abs()
    top = torch.stack([angle.cos() * across * flip, -angle.sin() * down, shift_across], dim=1)
    bottom = torch.stack([angle.sin() * across * flip, angle.cos() * down, shift_down], dim=1)
    grid = functional.affine_grid(
        torch.stack([top, bottom], dim=1), [count, 3, side, side], align_corners=False
    )
    return functional.grid_sample(
        pixels, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def recolour(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Change brightness, contrast, saturation (none for one in twenty) and white balance."""
    count = len(pixels)
    shape = (count, 1, 1, 1)
    gray = (pixels * pixels.new_tensor((0.299, 0.587, 0.114)).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    saturation = uniform(count, 0.5, 1.5, generator)
    saturation[chance(count, generator) < 0.05] = 0.0
    pixels = gray + (pixels - gray) * saturation.view(shape)
    middle = gray.mean(dim=(2, 3), keepdim=True)
    pixels = middle + (pixels - middle) * uniform(count, 0.65, 1.35, generator).view(shape)
    gains = 1.0 + 0.06 * normal((count, 3, 1, 1), generator)
    return (pixels * gains * uniform(count, 0.7, 1.3, generator).view(shape)).clamp(0.0, 1.0)


def degrade(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Blur a quarter of the pictures (half or a third of the resolution), add noise to another fifth, and
    squeeze a fifth of all through JPEG at quality 15 to 75.
    """
    luck = chance(len(pixels), generator)
    for factor, low, high in ((2, 0.0, 0.15), (3, 0.15, 0.25)):
        blurred = torch.nonzero((luck >= low) & (luck < high))[:, 0]
        if len(blurred):
            small = functional.avg_pool2d(pixels[blurred], factor)
            pixels[blurred] = functional.interpolate(
                small, size=pixels.shape[2:], mode="bilinear", align_corners=False
            )
    noisy = torch.nonzero(luck > 0.8)[:, 0]
    if len(noisy):
        pixels[noisy] += 0.04 * normal(tuple(pixels[noisy].shape), generator)
    quality = uniform(len(pixels), 15.0, 75.0, generator)
    squeezed = torch.nonzero(chance(len(pixels), generator) < 0.2)[:, 0]
    if len(squeezed):
        chosen = zip(pixels[squeezed].cpu(), quality[squeezed].int().tolist(), strict=True)
        pixels[squeezed] = torch.stack([through_jpeg(*picture) for picture in chosen]).to(pixels.device)
    return pixels


def through_jpeg(picture: Tensor, quality: int) -> Tensor:
    """Encode and decode one picture (3, row, column) in 0..1; noise beyond 0..1 is cut as a camera cuts it."""
    rows = (picture.clamp(0.0, 1.0) * 255.0).round().byte().permute(1, 2, 0).contiguous().numpy()
    _, encoded = cv2.imencode(".jpg", rows[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)[:, :, ::-1]
    return torch.from_numpy(np.ascontiguousarray(decoded)).permute(2, 0, 1).float().div_(255.0)


def cut_holes(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Set a random square (20 to 45 % of the side) of two pictures in five to the mean colour."""
    count, side = len(pixels), pixels.shape[-1]
    half = uniform(count, 0.20, 0.45, generator) / 2.0 * (chance(count, generator) < 0.4)
    centre_row, centre_col = chance(count, generator), chance(count, generator)
    cells = (torch.arange(side, device=pixels.device) + 0.5) / side
    rows = (cells[None, :] - centre_row[:, None]).abs() < half[:, None]
    cols = (cells[None, :] - centre_col[:, None]).abs() < half[:, None]
    return pixels.masked_fill((rows[:, :, None] & cols[:, None, :])[:, None], 0.0)
