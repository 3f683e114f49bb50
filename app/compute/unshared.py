"""Unshared convolution: every place of the output has weights of its own, so nothing can be shared out."""

from __future__ import annotations

import numpy as np

from app.compute.padding import Array
from app.domain.params import Pair


def unshared(x: Array, weights: Array, stride: Pair = (1, 1)) -> Array:
    """Maps (C, H, W) under 6-D weights (M, OH, OW, C, kh, kw): (M, OH, OW), float32."""
    windows = np.lib.stride_tricks.sliding_window_view(x, weights.shape[4:], axis=(1, 2))
    placed = windows[:, :: stride[0], :: stride[1]].astype(np.float64)
    maps: Array = np.einsum("ijklmn,ljkmn->ijk", weights, placed).astype(np.float32)
    return maps
