"""Kernels that answer to stripes, and random ones."""

from __future__ import annotations

import math

import numpy as np

from app.kernels.grid import Kernel, offsets


def gabor(size: int, wavelength: float, angle: float, sigma: float, aspect: float, phase: float) -> Kernel:
    """exp(-(x'² + aspect²·y'²) / 2σ²)·cos(2π x' / wavelength + phase), angle and phase in degrees.

    x' = x cos a + y sin a with y downwards: angle 0 answers to upright stripes. Daugman 1985, equation 1;
    the cosine part.
    """
    down, right = offsets(size)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along, across = right * cos + down * sin, down * cos - right * sin
    envelope = np.exp(-(along**2 + aspect**2 * across**2) / (2 * sigma**2))
    carrier = np.cos(2 * math.pi * along / wavelength + math.radians(phase))
    kernel: Kernel = envelope * carrier
    return kernel


def random(size: int, seed: int) -> Kernel:
    """Standard normal numbers of NumPy's default_rng(seed), divided by the size."""
    return np.random.default_rng(seed).standard_normal((size, size)) / size
